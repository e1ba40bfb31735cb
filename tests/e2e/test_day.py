"""Four hours of a clear day at 60 times real time: the car charges from the sun, and no rule is broken."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Ack, Action, Result, Setpoint
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock, ScaledClock
from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.demo import UPLOAD_S, WATTPILOT_ID
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.world import World, WorldSettings
from sunpilot.standalone.demo import demo
from sunpilot.standalone.swarm import Place
from tests.support.backends import Server
from tests.support.mqtt import client

TEN = datetime(2026, 6, 21, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
SECONDS = 4 * 3600
SCALE = 60
STEP_S = 5.0
WRITE_FLOOR_S = 10.0
HEARD_LATE_S = 6.0
"""Two messages can be heard this much closer together than they were sent: 100 ms of real time."""


@dataclass
class Record:
    """What was said on the broker and written to the box, each with the time at which it was heard."""

    clock: Clock
    writes: list[tuple[float, str, object]] = field(default_factory=list)
    setpoints: list[tuple[float, Setpoint]] = field(default_factory=list)
    acks: list[tuple[float, Ack]] = field(default_factory=list)
    readings: list[tuple[float, Reading]] = field(default_factory=list)

    def listen(self, bus: Bus) -> None:
        topics = Topics()
        bus.subscribe(topics.wattpilot(WATTPILOT_ID, "setpoint"), self._on_setpoint)
        bus.subscribe(topics.wattpilot(WATTPILOT_ID, "ack"), self._on_ack)
        bus.subscribe(topics.inverter("+", "reading"), self._on_reading)

    def watch(self, box: Box) -> None:
        """Note each write as it reaches the box, where the floors count."""
        write = box.write

        def noted(key: str, value: Any) -> None:
            self.writes.append((self.clock.monotonic(), key, value))
            write(key, value)

        setattr(box, "write", noted)  # noqa: B010

    def _on_setpoint(self, delivery: Delivery) -> None:
        self.setpoints.append((self.clock.monotonic(), decode(Setpoint, delivery.payload)))

    def _on_ack(self, delivery: Delivery) -> None:
        self.acks.append((self.clock.monotonic(), decode(Ack, delivery.payload)))

    def _on_reading(self, delivery: Delivery) -> None:
        self.readings.append((self.clock.monotonic(), decode(Reading, delivery.payload)))


async def test_a_clear_day(place: Place) -> None:
    clock = ScaledClock(TEN, SCALE)
    settings = WorldSettings(
        clouds=Clouds(Sky.CLEAR), seed=7, calls_per_day=1_000_000, upload_interval_s=UPLOAD_S, publish_delay_s=0
    )
    record = Record(clock)
    broker = Server("embedded broker", place.broker.host, place.broker.port)
    async with demo(clock, place, settings, lambda _: None) as world, client(broker) as bus:
        record.listen(bus)
        record.watch(world.box)
        without_w = await live_through(clock, world)
    energies = world.house.energies
    assert energies.car_wh > 20_000
    assert energies.mean_abs_grid_w is not None
    assert energies.mean_abs_grid_w < 0.5 * without_w
    check_setpoints(record)
    check_writes(record)


async def live_through(clock: Clock, world: World) -> float:
    """Let the hours pass; the mean |grid| that the same house would have had without a charge."""
    sum_w, count = 0.0, 0
    end_s = clock.monotonic() + SECONDS
    while clock.monotonic() < end_s:
        await clock.sleep(STEP_S)
        truth = world.house.truth
        sum_w += abs(truth.grid_w - truth.car_w)
        count += 1
    return sum_w / count


def check_setpoints(record: Record) -> None:
    """Within the limits, in order, leased; starts and raises only on a new reading; switching within dwell times."""
    assert len(record.setpoints) > SECONDS / 40  # renewed every 30 s, at the next look
    orders = [setpoint.order for _, setpoint in record.setpoints]
    assert all(earlier < later for earlier, later in itertools.pairwise(orders))
    switches: list[tuple[float, bool]] = []
    charging = False
    for at_s, setpoint in record.setpoints:
        assert setpoint.lease_s == 90
        if setpoint.action is Action.CHARGE:
            assert setpoint.amps is not None
            assert 6 <= setpoint.amps <= 16
        if (setpoint.action is Action.CHARGE) != charging:
            charging = not charging
            switches.append((at_s, charging))
            heard = [time_s for time_s, _ in record.readings if time_s <= at_s + HEARD_LATE_S]
            assert not charging or at_s - heard[-1] < 30
    for (earlier_s, started), (later_s, _) in itertools.pairwise(switches):
        assert later_s - earlier_s >= (300 if started else 120) - HEARD_LATE_S


def check_writes(record: Record) -> None:
    """None refused, and a raise of the current never closer to the write before than the floor."""
    bad = {Result.REFUSED, Result.TIMED_OUT, Result.FENCED}
    assert not [ack for _, ack in record.acks if ack.result in bad]
    currents = [(at_s, value) for at_s, key, value in record.writes if key == "amp"]
    assert len(currents) > 10
    for (earlier_s, before), (later_s, after) in itertools.pairwise(currents):
        assert isinstance(before, int)
        assert isinstance(after, int)
        assert after <= before or later_s - earlier_s >= WRITE_FLOOR_S
