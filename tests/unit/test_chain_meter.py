"""The whole chain on a meter that publishes by MQTT: what the meter does, the car feels."""

import asyncio
from typing import Any

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.mqtt_meter import MeterAvailability, MeterValue, MqttMeter, Preset
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action
from sunpilot.contract.source import Outcome, SourceState
from tests.support.virtual_swarm import TOPICS, VirtualSwarm
from tests.support.virtual_time import run
from tests.unit.test_chain import MORNING, NIGHT, minutes

STEP_W = 700.0
"""One ampere more or less on three phases, rounded up."""

METER = MqttMeter(kind="mqtt-meter", preset=Preset.EVCC)


def play(scene: Any, start: Any = MORNING, source: MqttMeter = METER) -> None:
    async def main() -> None:
        async with VirtualSwarm(start, source=source).running() as swarm:
            await scene(swarm)

    run(main())


def reading(swarm: VirtualSwarm) -> Reading:
    return decode(Reading, swarm.broker.retained[TOPICS.inverter(1, "reading")])


def state(swarm: VirtualSwarm) -> SourceState:
    return decode(SourceState, swarm.broker.retained[TOPICS.inverter(1, "source")])


def surplus_w(swarm: VirtualSwarm) -> float:
    truth = swarm.house.truth
    return truth.pv_w - (truth.load_w - truth.car_w)


def test_the_sun_charges_the_car_by_a_meter_on_mqtt() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(15)
        assert reading(swarm).source == "mqtt-meter"
        assert reading(swarm).grid_w == pytest.approx(swarm.house.truth.grid_w, abs=200)
        assert state(swarm).outcome is Outcome.OK
        assert swarm.box.power_w == pytest.approx(surplus_w(swarm), abs=STEP_W)
        assert swarm.house.energies.car_wh > 500

    play(scene)


@pytest.mark.parametrize("every_s", [1.0, 15.0])
def test_the_pace_of_the_meter_does_not_matter(every_s: float) -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        swarm.meter.every_s = every_s
        await minutes(15)
        assert swarm.box.power_w == pytest.approx(surplus_w(swarm), abs=STEP_W)
        sent = swarm.broker.sent(TOPICS.inverter(1, "reading"))
        assert len(sent) <= 900 / every_s + 5

    play(scene)


@pytest.mark.parametrize("fault", ["silent", "unknown", "garbage"])
def test_a_meter_that_says_nothing_of_use_ends_the_charge_and_starts_none(fault: str) -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        assert swarm.box.power_w > 1000
        swarm.meter.set_fault(fault, True)
        await minutes(4)
        assert swarm.box.power_w == 0
        assert state(swarm).outcome is not Outcome.OK or reading(swarm).grid_w is None
        await minutes(5)
        assert swarm.box.power_w == 0
        swarm.meter.set_fault(fault, False)
        await minutes(10)
        assert swarm.box.power_w > 1000

    play(scene)


def test_at_night_nothing_is_charged_from_whatever_the_broker_kept() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        swarm.meter.set_fault("silent", True)
        swarm.broker.publish("evcc/site/grid/power", b"-9000", True)
        await swarm.stop("fetcher")
        swarm.start("fetcher")
        await minutes(10)
        assert swarm.box.power_w == 0
        assert {setpoint.action for setpoint in swarm.setpoints} <= {Action.STOP}

    play(scene, NIGHT)


def test_a_meter_mounted_the_wrong_way_round_is_turned_by_one_setting() -> None:

    async def scene(swarm: VirtualSwarm) -> None:
        swarm.meter.set_fault("inverted", True)
        await minutes(10)
        assert swarm.box.power_w == 0

    play(scene, NIGHT, METER.model_copy(update={"invert": True}))


def test_a_last_will_is_said_at_once_and_no_path_is_blamed() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(1)
        swarm.meter.set_fault("silent", True)
        swarm.broker.publish("meter/online", b"offline", True)
        await asyncio.sleep(20)
        assert state(swarm).outcome is Outcome.SILENT
        assert "offline" in state(swarm).text.en

    availability = MeterAvailability(topic="meter/online")
    play(scene, MORNING, METER.model_copy(update={"availability": availability}))


def test_a_meter_of_plain_topics_without_preset_serves_as_well() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(15)
        assert swarm.box.power_w == pytest.approx(surplus_w(swarm), abs=STEP_W)

    play(scene, MORNING, MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="evcc/site/grid/power")))
