"""The inverter's and the meter's twin, steered and looked at as their users would see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from sunpilot.simulator.__main__ import MQTT_PASSWORD_VARIABLE, parser, settings
from sunpilot.simulator.door import application
from sunpilot.simulator.house import Truth
from sunpilot.simulator.meter.meter import Meter
from sunpilot.simulator.meter.publisher import BrokerAddress
from sunpilot.simulator.meter.shape import Message
from sunpilot.simulator.meter.steering import MeterSteering
from sunpilot.simulator.modbus.inverter import ModbusExceptionError, ModbusInverter
from sunpilot.simulator.modbus.steering import ModbusSteering
from sunpilot.simulator.world import World, WorldSettings

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


def signed(word: int) -> int:
    return word - 0x10000 if word >= 0x8000 else word


async def sleep(_seconds: float) -> None:
    """Time does not matter here."""


@pytest.fixture
def world() -> World:
    return World.build(lambda: NOON, sleep, WorldSettings())


def order(world: World, name: str, body: object, status: int = 200) -> dict[str, Any]:
    others = (ModbusSteering(world.modbus_server), MeterSteering(world.meter))
    with TestClient(application(world.house, world.cloud, world.box, sleep, others)) as client:
        answer = client.post(f"/_sim/{name}", json=body)
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_the_inverter_shows_what_the_house_does(world: World) -> None:
    truth = world.house.truth
    inverter = world.modbus_server.inverter
    ac, factor = inverter.read(1, 3, 40_083, 2)
    assert signed(ac) * 10.0 ** signed(factor) == pytest.approx(truth.pv_w, abs=0.51)
    meter, factor = inverter.read(1, 3, 40_206, 1)[0], inverter.read(1, 3, 40_210, 1)[0]
    assert signed(meter) * 10.0 ** signed(factor) == pytest.approx(-truth.grid_w, abs=0.51)


def test_without_the_sun_the_inverter_sleeps() -> None:
    inverter = ModbusInverter()
    for pv_w, status in ((0.0, 2), (500.0, 4)):
        inverter.observe(Truth(NOON, NOON, pv_w, 400.0, 0.0, 400.0 - pv_w))
        assert inverter.read(1, 3, 40_107, 1) == [status]


@pytest.mark.parametrize(
    ("unit", "function", "address", "count", "code"),
    [(2, 3, 40_083, 2, 11), (1, 4, 40_083, 2, 1), (1, 3, 100, 2, 2), (1, 3, 40_083, 126, 3), (1, 3, 40_083, 0, 3)],
)
def test_what_the_device_does_not_have_is_answered_with_an_exception(
    unit: int, function: int, address: int, count: int, code: int
) -> None:
    with pytest.raises(ModbusExceptionError) as caught:
        ModbusInverter().read(unit, function, address, count)
    assert caught.value.code == code


def test_battery_registers_exist_only_with_a_battery() -> None:
    inverter = ModbusInverter()
    inverter.observe(Truth(NOON, NOON, 5000.0, 500.0, 0.0, -1500.0, 3000.0, 40.0))
    assert len(inverter.read(1, 3, 57_716, 18)) == 18
    inverter.observe(Truth(NOON, NOON, 5000.0, 500.0, 0.0, -4500.0))
    with pytest.raises(ModbusExceptionError):
        inverter.read(1, 3, 57_716, 18)


def test_faults_of_the_inverter_are_switched_at_run_time(world: World) -> None:
    assert order(world, "inverter-faults", {"blank": True, "synergy_2": True})["inverter_faults"] == [
        "blank",
        "synergy_2",
    ]
    assert world.modbus_server.inverter.read(1, 3, 40_083, 1) == [0x8000]
    assert order(world, "inverter-faults", {"blank": False, "synergy_2": False})["inverter_faults"] == []


def test_faults_and_pace_of_the_meter_are_switched_at_run_time(world: World) -> None:
    state = order(world, "meter-faults", {"silent": True, "every_s": 15})
    assert (state["meter_faults"], state["meter_every_s"]) == (["silent"], 15.0)
    assert order(world, "meter-faults", {"silent": False})["meter_faults"] == []


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("inverter-faults", {"typo": True}, "there are: scale_factors"),
        ("inverter-faults", {"blank": 1}, "blank: true or false"),
        ("inverter-faults", {"refuse_s": "soon"}, "number of seconds"),
        ("inverter-faults", {"refuse_s": -1}, "lies in"),
        ("meter-faults", {"typo": True}, "there are: out_of_order"),
        ("meter-faults", {"silent": "yes"}, "silent: true or false"),
        ("meter-faults", {"every_s": 0}, "1..3600"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(world: World, name: str, body: object, message: str) -> None:
    assert message in order(world, name, body, status=400)["error"]


def test_a_meter_that_is_lost_leaves_its_last_will_once_and_comes_back() -> None:
    sent: list[Message] = []
    meter = Meter("shelly-3em", sent.append)
    for on in (True, True, False):
        meter.set_fault("offline", on)
    assert [(message.topic, message.payload, message.retain) for message in sent] == [
        ("shellies/shellyem3-90000900/online", b"false", True),
        ("shellies/shellyem3-90000900/online", b"true", True),
    ]


def test_a_meter_goes_on_after_the_clock_was_set_back() -> None:
    sent: list[Message] = []
    meter = Meter("tasmota-sml", sent.append)
    for hours in (0, -1):
        meter.observe(Truth(NOON + timedelta(hours=hours), NOON, 0.0, 400.0, 0.0, 400.0))
    assert len(sent) == 2


def test_a_shape_that_there_is_not_names_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="there are: shelly-3em"):
        Meter("abacus", print)


def test_the_meters_broker_is_chosen_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MQTT_PASSWORD_VARIABLE, "open sesame")
    chosen = settings(parser().parse_args(["--mqtt", "meter@nas:1884", "--meter", "evcc", "--meter-every", "1"]))
    assert chosen.meter_broker == BrokerAddress("nas", 1884, "meter", "open sesame")
    assert (chosen.meter, chosen.meter_every_s) == ("evcc", 1.0)
    assert "open sesame" not in repr(chosen)
    assert settings(parser().parse_args(["--mqtt", "nas"])).meter_broker == BrokerAddress(
        "nas", 1883, None, "open sesame"
    )
    with pytest.raises(SystemExit):
        parser().parse_args(["--mqtt", ":1883"])
