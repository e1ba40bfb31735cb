"""The whole chain on a meter with the cloud behind it: when the meter is lost, the sun still charges the car."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.mqtt_meter import MqttMeter, Preset
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeV1
from tests.support.virtual_swarm import SITE, TOPICS, VirtualSwarm
from tests.support.virtual_time import run
from tests.unit.test_chain import MORNING, minutes

METER = MqttMeter(kind="mqtt-meter", preset=Preset.EVCC, maximum_age_s=20.0)
CLOUD = SolarEdgeV1(site_id=str(SITE), calls_per_day=100_000, floor_s=5, age_s=(0, 10))


def play(scene: Callable[[VirtualSwarm], Awaitable[None]]) -> None:
    async def main() -> None:
        swarm = VirtualSwarm(MORNING, source=METER)
        swarm.inverter = swarm.inverter.model_copy(update={"fallback": CLOUD})
        async with swarm.running():
            await scene(swarm)

    run(main())


def reading(swarm: VirtualSwarm) -> Reading:
    return decode(Reading, swarm.broker.retained[TOPICS.inverter(1, "reading")])


def test_the_charge_goes_on_by_the_cloud_while_the_meter_is_lost_and_by_the_meter_when_it_is_back() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        assert swarm.box.power_w > 1000
        assert swarm.calls == []
        swarm.meter.set_fault("silent", True)
        for _ in range(10):
            await asyncio.sleep(60)
            assert swarm.box.power_w > 1000
        assert reading(swarm).is_from_fallback
        truth = swarm.house.truth
        surplus_w = truth.pv_w - (truth.load_w - truth.car_w)
        assert swarm.box.power_w == pytest.approx(surplus_w, abs=700)
        swarm.meter.set_fault("silent", False)
        await minutes(2)
        assert reading(swarm).source == "mqtt-meter"
        calls = len(swarm.calls)
        await minutes(5)
        assert len(swarm.calls) == calls
        assert swarm.box.power_w > 1000

    play(scene)


def test_with_both_sources_lost_the_charge_ends_and_none_starts() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        swarm.meter.set_fault("silent", True)
        swarm.cloud.faults.set("status_500")
        await minutes(4)
        assert swarm.box.power_w == 0
        await minutes(5)
        assert swarm.box.power_w == 0

    play(scene)
