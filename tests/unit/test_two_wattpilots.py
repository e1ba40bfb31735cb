"""Two Wattpilots at one connection, through the whole chain in virtual time: they share the sun and the main fuse."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from sunpilot.contract.decision import Reason
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.mqtt_meter import MqttMeter, Preset
from sunpilot.contract.order import Override, OverrideKind
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.wattpilot import Wattpilot
from tests.support.virtual_swarm import VirtualSwarm
from tests.support.virtual_time import run
from tests.unit.test_chain import MORNING, minutes

METER = MqttMeter(kind="mqtt-meter", preset=Preset.EVCC, maximum_age_s=20.0)
LOAD_W = 300.0
FUSE_A = 35


@dataclass
class Weather:
    """A sun that stays as a test sets it, over a house that draws little."""

    sun_w: float

    def pv_w(self, _at: datetime) -> float:
        return self.sun_w

    def load_w(self, _at: datetime) -> float:
        return LOAD_W


def play(scene: Callable[[VirtualSwarm, Weather], Awaitable[None]]) -> None:
    async def main() -> None:
        swarm = VirtualSwarm(MORNING, source=METER, wattpilots=2)
        weather = swarm.house.day = Weather(10_000)
        async with swarm.running():
            await scene(swarm, weather)

    run(main())


async def put_behind(swarm: VirtualSwarm, wattpilot_id: int) -> None:
    await swarm.put("wattpilots", wattpilot_id, Wattpilot(id=wattpilot_id, name="Second", priority=2, house_id=2))
    swarm.announce("wattpilot")


async def order(swarm: VirtualSwarm, wattpilot_id: int, kind: OverrideKind, seconds: float) -> None:
    now = swarm.clock.now()
    ends_at = now + timedelta(seconds=seconds)
    override = Override(kind=kind, set_at=now, ends_at=ends_at, ends_on_unplug=False)
    await swarm.override(override, wattpilot_id)


def test_equals_share_the_sun_evenly() -> None:
    async def scene(swarm: VirtualSwarm, _weather: Weather) -> None:
        await minutes(10)
        first, second = swarm.boxes.values()
        assert first.power_w == pytest.approx(second.power_w, abs=300)
        assert swarm.house.truth.grid_w == pytest.approx(0, abs=700)

    play(scene)


def test_who_comes_second_waits_and_does_not_start_again_and_again() -> None:
    async def scene(swarm: VirtualSwarm, weather: Weather) -> None:
        await minutes(10)
        await put_behind(swarm, 2)
        weather.sun_w = 5000
        await minutes(15)  # its least times, and the first one's way to three phases
        for _ in range(60):
            await minutes(0.5)
            assert swarm.boxes[2].power_w == 0
            assert swarm.boxes[1].power_w > 3000
        assert swarm.decision_on(2).reason is Reason.SHARING
        assert swarm.house.truth.grid_w == pytest.approx(0, abs=400)

    play(scene)


def test_who_comes_first_gets_the_sun_back_after_it_was_off() -> None:
    async def scene(swarm: VirtualSwarm, weather: Weather) -> None:
        weather.sun_w = 5000
        await put_behind(swarm, 2)
        await minutes(10)
        await order(swarm, 1, OverrideKind.OFF, 900)
        await minutes(10)
        assert (swarm.boxes[1].power_w, swarm.boxes[2].power_w > 3000) == (0, True)
        await minutes(20)
        assert (swarm.boxes[1].power_w > 3000, swarm.boxes[2].power_w) == (True, 0)

    play(scene)


def test_a_full_car_leaves_all_to_the_other_also_after_a_takeover() -> None:
    async def scene(swarm: VirtualSwarm, _weather: Weather) -> None:
        await minutes(10)
        swarm.boxes[1].car.stored_wh = swarm.boxes[1].car.capacity_wh
        await minutes(5)
        assert swarm.decision_on(1).reason is Reason.CAR_FULL
        alone_w = swarm.boxes[2].power_w
        assert alone_w == pytest.approx(9700, abs=700)
        await swarm.stop("controller", gracefully=False)
        swarm.start("controller")
        for _ in range(60):
            await asyncio.sleep(1)
            assert swarm.boxes[2].power_w > alone_w - 700

    play(scene)


def test_a_charge_goes_on_when_its_bridge_was_away_for_a_while() -> None:
    async def scene(swarm: VirtualSwarm, _weather: Weather) -> None:
        await minutes(10)
        await swarm.stop("bridge-2", gracefully=False)
        await minutes(3)
        assert swarm.decision_on(2).reason is Reason.NO_STATUS
        swarm.start("bridge-2")
        for _ in range(120):
            await asyncio.sleep(1)
            assert swarm.boxes[2].power_w > 3500
        assert swarm.decision_on(2).reason is Reason.FOLLOWING_SUN

    play(scene)


def test_full_orders_stay_ten_ampere_below_the_fuse_while_the_meter_is_silent() -> None:
    async def scene(swarm: VirtualSwarm, _weather: Weather) -> None:
        await minutes(5)
        for wattpilot_id in swarm.boxes:
            await order(swarm, wattpilot_id, OverrideKind.FULL, 3600)
        await minutes(2)
        assert [box.properties["amp"] for box in swarm.boxes.values()] == [16, 16]
        swarm.meter.set_fault("silent", True)
        await minutes(1)
        assert sum(box.properties["amp"] for box in swarm.boxes.values()) <= FUSE_A - 10
        assert swarm.decision_on(1).reason is Reason.FUSE

    play(scene)


def test_one_that_moves_to_another_house_does_not_go_on_by_the_old_one_s_meter() -> None:
    async def scene(swarm: VirtualSwarm, _weather: Weather) -> None:
        await minutes(10)
        await swarm.put("houses", 3, House(id=3, name="Other"))
        await swarm.put("inverters", 3, Inverter(id=3, name="Silent", source=SolarEdgeV1(site_id="77"), house_id=3))
        await swarm.put("wattpilots", 2, Wattpilot(id=2, name="Moved", house_id=3))
        swarm.announce("wattpilot")
        await minutes(2)
        assert swarm.boxes[2].power_w == 0
        assert swarm.boxes[1].power_w > 9000

    play(scene)
