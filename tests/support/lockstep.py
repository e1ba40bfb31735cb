"""The real controller on a bus, in step with the benchmark's charger and car: message by message through one day."""

import asyncio
import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import fakeredis

from bench.control.day import Day
from bench.control.meter import Meter
from bench.control.plant import DEAD_S, MAXIMUM_A, START_S, VOLT_V, Command, Plant
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part, decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.source_settings import SolarEdgeV1, SolarEdgeV2
from sunpilot.contract.status import Car, Limits, LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.service import Controller
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.store import Store
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run

TOPICS = Topics()
REPEAT_S = 25
"""An unchanged status comes again after this time."""

PAUSE_S = 30
"""A Wattpilot's usual phase pause: the controller assumes it until it has learned another."""

Listener = Callable[[datetime, Delivery], None]

AFTER_S = 0.01
"""The controller's own timers tick this much after the messages of a second."""


class Box:
    """A charger as its bridge reports it, on top of the benchmark's `Plant`."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self._allowed = [False] * len(plant.power_w)
        self._phases = [plant.command.phases] * len(plant.power_w)

    def order(self, second: int, command: Command) -> None:
        """Carry it out; permission and phases show when the box has done so."""
        before = self.plant.command
        self.plant.order(second, command)
        end = len(self._allowed)
        begins = min(end, second + DEAD_S)
        self._phases[begins + 1 :] = [command.phases] * max(0, end - begins - 1)
        if command.amps is None:
            self._allowed[begins:] = [False] * (end - begins)
        elif before.amps is None or before.phases != command.phases:
            permitted = min(end, max(begins, self.plant.ready_s - START_S) + 1)
            self._allowed[begins:permitted] = [False] * (permitted - begins)
            self._allowed[permitted:] = [True] * (end - permitted)

    def obey(self, second: int, delivery: Delivery) -> None:
        """What a bridge does of a setpoint."""
        setpoint = decode(Setpoint, delivery.payload)
        amps = setpoint.amps if setpoint.action is Action.CHARGE else None
        self.order(second, Command(amps, setpoint.phases or self.plant.command.phases))

    def status(self, second: int) -> Status:
        """What the bridge says of it."""
        phases, power_w = self._phases[second], float(self.plant.power_w[second])
        ampere = power_w / VOLT_V / phases
        amps = self.plant.command.amps
        return Status(
            link=LinkState.ONLINE,
            car=Car.CHARGING if self._allowed[second] else Car.WAITING,
            allowed=self._allowed[second],
            power_w=power_w,
            current_a=(ampere, ampere if phases == 3 else 0.0, ampere if phases == 3 else 0.0),
            voltage_v=(VOLT_V, VOLT_V, VOLT_V),
            phases=phases,
            phase_mode=1 if phases == 1 else 2,
            offered_a=amps if self._allowed[second] else None,
            limits=Limits(minimum_a=6, installation_a=MAXIMUM_A),
        )


def readings(day: Day, meter: Meter, plant: Plant, seed: int) -> Iterator[tuple[int, Callable[[], Reading]]]:
    """The second at which each reading arrives, and what makes it then: it depends on what the car has drawn."""
    for arrives_s, true_s in meter.paced.arrivals(len(day.pv_w), seed):
        yield arrives_s, lambda arrives_s=arrives_s, true_s=true_s: _reading(day, meter, plant, arrives_s, true_s)  # type: ignore[misc]


def _reading(day: Day, meter: Meter, plant: Plant, arrives_s: int, true_s: int) -> Reading:
    span = slice(true_s - meter.window_s, true_s) if meter.window_s else slice(true_s, true_s + 1)
    car_w, pv_w, load_w = (float(power_w[span].mean()) for power_w in (plant.power_w, day.pv_w, day.load_w))
    surplus_w = float(day.surplus_w[span].mean())
    return Reading(
        source="bench",
        measured_at=day.at(true_s) if meter.is_stamped else None,
        age_s=None if meter.is_stamped else (float(meter.age_s[0]), float(meter.age_s[1])),
        received_at=day.at(arrives_s),
        averaged_s=float(meter.window_s),
        grid_w=car_w - surplus_w,
        pv_w=pv_w,
        load_w=load_w + car_w,
    )


def played(day: Day, meter: Meter, seconds: int, seed: int = 1) -> list[tuple[int, Command]]:
    """What the real controller orders in the first ``seconds`` of a day, in virtual time on a bus in memory."""
    return lived(day, meter, seconds, seed).orders


def lived(day: Day, meter: Meter, seconds: int, seed: int = 1, hear: Listener | None = None) -> Plant:
    """Charger and car after the first ``seconds`` of a day; ``hear`` gets all that was said, with its time."""
    return run(_play(day, meter, seconds, seed, hear))


async def _play(day: Day, meter: Meter, seconds: int, seed: int, hear: Listener | None) -> Plant:
    clock = VirtualClock(day.at(0).astimezone(UTC) - timedelta(seconds=5))
    broker = MemoryBroker()
    redis = fakeredis.FakeAsyncRedis(decode_responses=True)
    await configure(redis, day, meter)
    bus, own = broker.client(), broker.client()
    controller = Controller(own, Store(redis, Keys()), clock, TOPICS, "test", make_log("test", "critical"))
    await asyncio.sleep(AFTER_S)
    task = asyncio.ensure_future(controller.run())
    asyncio.get_running_loop().call_soon(own.connect)
    if hear is not None:
        bus.subscribe("#", lambda delivery: hear(clock.now(), delivery))
    bus.connect()
    await asyncio.sleep(5 - AFTER_S)
    box = Box(Plant(len(day.pv_w), PAUSE_S))

    bus.subscribe(
        TOPICS.wattpilot(1, "setpoint"),
        lambda delivery: box.obey(int((clock.now() - day.at(0)).total_seconds()), delivery),
    )
    await _feed(bus, box, day, meter, seconds, seed)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return box.plant


async def _feed(bus: Bus, box: Box, day: Day, meter: Meter, seconds: int, seed: int) -> None:
    for messages in by_second(box, day, meter, seconds, seed):
        for topic, payload in messages():
            bus.publish(topic, payload)
        await asyncio.sleep(1)


def by_second(
    box: Box, day: Day, meter: Meter, seconds: int, seed: int
) -> Iterator[Callable[[], list[tuple[str, bytes]]]]:
    """For each second, what makes its messages then: they depend on what was ordered before."""
    arrivals = dict(readings(day, meter, box.plant, seed))
    said: Status | None = None
    said_at = 0

    def messages(second: int) -> list[tuple[str, bytes]]:
        nonlocal said, said_at
        found = []
        if second in arrivals:
            found.append((TOPICS.inverter(1, "reading"), arrivals[second]().encode()))
        status = box.status(second)
        if status != said or second - said_at >= REPEAT_S:
            found.append((TOPICS.wattpilot(1, "status"), status.encode()))
            said, said_at = status, second
        return found

    for second in range(seconds):
        yield functools.partial(messages, second)


async def configure(redis: "fakeredis.FakeAsyncRedis", day: Day, meter: Meter) -> None:
    """A house at the day's place, with a fuse that never bounds, its inverter and its Wattpilot."""
    source = SolarEdgeV2(api="v2", site_id="1") if meter.window_s else SolarEdgeV1(site_id="1")
    place = day.place
    house = House(id=1, name="House", latitude=place.latitude, longitude=place.longitude, fuse_a=200)
    entities: dict[str, Part] = {
        "inverters": Inverter(id=1, name="Roof", source=source, house_id=1, wattpilot_id=1),
        "houses": house,
        "wattpilots": Wattpilot(id=1, name="Carport"),
    }
    for name, entity in entities.items():
        await redis.hset(f"sunpilot:{name}", "1", entity.model_dump_json())
