"""Every preset on the twin of its meter: what flows is read back, and every fault has its outcome."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.mqtt_meter import MqttMeter, Preset
from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.meter.assembly import Assembly
from sunpilot.fetcher.meter.payload import BadPayloadError
from sunpilot.fetcher.meter.presets import PRESETS, in_full
from sunpilot.simulator.house import Truth
from sunpilot.simulator.meter.meter import FAULTS, Meter
from sunpilot.simulator.meter.shape import SHAPES, Message
from tests.unit.fetcher.meter_room import Room, play

NOON = datetime(2026, 6, 21, 10, 0, 0, tzinfo=UTC)

# What a meter rounds to, in watt: its own decimals, and half a step for each part of a sum.
ROUNDING_W = {"tasmota-sml": 0.51, "solaredge2mqtt": 0.51, "shelly-3em": 0.02}

# Which presets give what besides the grid's power.
WITH_PV = {"evcc", "openwb", "solaredge2mqtt"}
WITH_LOAD = {"solaredge2mqtt"}
WITH_SOC = {"evcc", "openwb"}
WITH_CURRENTS = {"shelly-3em", "shelly-pro-3em", "shelly-pro-3em-rpc", "openwb"}
WITH_TIME = {"shelly-pro-3em-rpc", "sma-bridge"}
WITH_WILL = {"shelly-3em", "shelly-pro-3em", "shelly-pro-3em-rpc", "tasmota-sml"}
IN_JSON = {"shelly-pro-3em", "shelly-pro-3em-rpc", "tasmota-sml", "sma-bridge", "solaredge2mqtt"}
OF_PARTS = {"shelly-3em"}


def settings(preset: str, **more: object) -> MqttMeter:
    device = SHAPES[preset].device
    return MqttMeter.model_validate_json(json.dumps({"kind": "mqtt-meter", "preset": preset, "device": device, **more}))


def truth(grid_w: float, pv_w: float = 3000.0, battery: tuple[float, float] | None = None) -> Truth:
    battery_w, soc_pct = battery or (None, None)
    load_w = grid_w + pv_w - (battery_w or 0.0)
    return Truth(NOON, NOON, pv_w, load_w, 0.0, grid_w, battery_w, soc_pct)


def told(preset: str, flow: Truth, *faults: str) -> list[Measurement]:
    """What the source makes of one measurement of the meter."""
    sent: list[Message] = []
    meter = Meter(preset, sent.append)
    meter.faults |= set(faults)
    meter.observe(flow)
    assembly = Assembly(in_full(settings(preset)))
    measured = (assembly.take(message.topic, message.payload, 0.0) for message in sent)
    return [one for one in measured if one is not None]


def test_there_is_a_twin_and_a_table_entry_for_every_preset() -> None:
    assert set(Preset) == set(PRESETS) == set(SHAPES)


@pytest.mark.parametrize("preset", list(Preset))
@given(
    grid_w=st.floats(-20_000, 20_000),
    pv_w=st.floats(0, 20_000),
    battery=st.none() | st.tuples(st.floats(-5000, 5000), st.floats(0, 100)),
    faults=st.sets(st.sampled_from(["out_of_order", "retained"])),
)
def test_whatever_flows_is_read_back_within_rounding(
    preset: str, grid_w: float, pv_w: float, battery: tuple[float, float] | None, faults: set[str]
) -> None:
    flow = truth(grid_w, pv_w, battery)
    rounding_w = ROUNDING_W.get(preset, 0.051)
    measured = told(preset, flow, *faults)[-1]
    assert measured.grid_w == pytest.approx(grid_w, abs=2 * rounding_w)
    assert measured.quality is Quality.OK
    assert measured.measured_at == (
        pytest.approx(NOON, abs=timedelta(milliseconds=10)) if preset in WITH_TIME else None
    )
    if "out_of_order" in faults:
        return  # what does not count comes later, then
    assert measured.pv_w == (pytest.approx(pv_w, abs=rounding_w) if preset in WITH_PV else None)
    assert measured.load_w == (pytest.approx(flow.load_w, abs=rounding_w) if preset in WITH_LOAD else None)
    battery_w, soc_pct = battery or (None, None)
    if preset == "solaredge2mqtt":
        assert measured.battery_w == pytest.approx(battery_w or 0.0, abs=2 * rounding_w)
    elif preset in WITH_SOC and battery_w is not None:
        assert measured.battery_w == pytest.approx(battery_w, abs=0.051)
        assert measured.soc_pct == pytest.approx(soc_pct, abs=0.051)
    else:
        assert (measured.battery_w, measured.soc_pct) == (None, None)
    if preset in WITH_CURRENTS:
        assert measured.grid_a is not None
        expected_a = [grid_w * share / 230 for share in (0.5, 0.3, 0.2)]
        assert measured.grid_a == pytest.approx(expected_a, abs=0.006)
    else:
        assert measured.grid_a is None


@pytest.mark.parametrize("preset", list(Preset))
def test_what_the_meter_does_not_know_is_unknown_in_every_form(preset: str) -> None:
    assert all(measured.grid_w is None for measured in told(preset, truth(500), "unknown"))


@pytest.mark.parametrize("preset", list(Preset))
def test_garbage_is_bad_in_every_form(preset: str) -> None:
    with pytest.raises(BadPayloadError):
        told(preset, truth(500), "garbage")


@pytest.mark.parametrize("preset", list(Preset))
def test_a_meter_mounted_the_wrong_way_round_is_turned_by_one_setting(preset: str) -> None:
    sent: list[Message] = []
    meter = Meter(preset, sent.append)
    meter.set_fault("inverted", True)
    meter.observe(truth(800))
    assembly = Assembly(in_full(settings(preset, invert=True)))
    measured = [one for message in sent if (one := assembly.take(message.topic, message.payload, 0.0))][-1]
    assert measured.grid_w == pytest.approx(800, abs=1)
    if measured.grid_a is not None:
        assert sum(current or 0.0 for current in measured.grid_a) == pytest.approx(800 / 230, abs=0.02)


@pytest.mark.parametrize("preset", sorted(IN_JSON))
def test_a_message_that_tells_only_what_changed_changes_nothing(preset: str) -> None:
    assert told(preset, truth(500), "without_power") == []


@pytest.mark.parametrize("preset", sorted(WITH_WILL))
def test_a_lost_meter_is_silent_at_once_where_it_has_a_last_will(preset: str) -> None:
    async def scene(room: Room) -> None:
        meter = Meter(preset, lambda message: room.broker.publish(message.topic, message.payload, message.retain))
        meter.say_hello()
        meter.observe(truth(500))
        await room.pass_by(0.1)
        assert room.grid_w == [pytest.approx(500, abs=1)]
        meter.set_fault("offline", True)
        await room.pass_by(0.1)
        assert [fault.outcome for fault in room.faults] == [Outcome.SILENT]
        meter.set_fault("offline", False)
        meter.observe(replace(truth(600), at=NOON + timedelta(seconds=5)))
        await room.pass_by(0.1)
        assert room.grid_w[-1] == pytest.approx(600, abs=1)

    play(scene, preset=preset, device=SHAPES[preset].device)


@pytest.mark.parametrize("preset", sorted(OF_PARTS))
def test_a_lost_part_gives_no_sum(preset: str) -> None:
    # The last of the nine messages of a Shelly 3EM is a voltage, which does not count; reversed, it is a current.
    assert len(told(preset, truth(500), "part_missing")) == 1
    sent: list[Message] = []
    Meter(preset, sent.append).observe(truth(500))
    assembly = Assembly(in_full(settings(preset)))
    for message in sent[:6]:
        assert assembly.take(message.topic, message.payload, 0.0) is None
    assert assembly.give_up(1.0) is None


def test_plain_numbers_in_kilowatt_take_a_scale() -> None:
    sent: list[Message] = []
    meter = Meter("home-assistant", sent.append)
    meter.set_fault("kilowatts", True)
    meter.observe(truth(1234))
    topic = "statestream/sensor/grid_power/state"
    in_kilowatts = {"kind": "mqtt-meter", "grid": {"topic": topic, "scale": 1000}}
    assembly = Assembly(MqttMeter.model_validate_json(json.dumps(in_kilowatts)))
    measured = assembly.take(sent[0].topic, sent[0].payload, 0.0)
    assert measured is not None
    assert measured.grid_w == pytest.approx(1234, abs=0.1)


def test_a_clock_that_is_off_shows_in_the_meters_own_time() -> None:
    (measured,) = told("sma-bridge", truth(100), "clock_off")
    assert measured.measured_at == NOON - timedelta(seconds=60)


def test_a_silent_meter_says_nothing() -> None:
    assert told("evcc", truth(100), "silent") == []


@pytest.mark.parametrize("every_s", [1.0, 15.0])
def test_a_meter_keeps_its_pace(every_s: float) -> None:
    sent: list[Message] = []
    meter = Meter("tasmota-sml", sent.append, every_s=every_s)
    for second in range(60):
        meter.observe(replace(truth(100), at=NOON + timedelta(seconds=second)))
    assert len(sent) == 60 / every_s


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_says_of_itself_whether_it_knows_the_sun(preset: Preset) -> None:
    meter = MqttMeter(kind="mqtt-meter", preset=preset, device="7")
    assert meter.tells_generation == (in_full(meter).pv is not None)


def test_what_is_given_besides_a_preset_takes_its_place() -> None:
    own_grid = settings("evcc", grid_import={"topic": "a"}, grid_export={"topic": "b"})
    full = in_full(own_grid)
    assert (full.grid, full.grid_import) == (None, own_grid.grid_import)
    assert full.pv is not None
    assert in_full(settings("evcc", pv={"topic": "roof"})).pv == settings("evcc", pv={"topic": "roof"}).pv
    stored = MqttMeter.model_validate_json(settings("evcc", maximum_age_s=30).model_dump_json())
    assert in_full(stored).grid is not None
    assert in_full(stored).maximum_age_s == 30


def test_every_fault_of_the_twin_has_a_test_here() -> None:
    assert set(FAULTS) == {
        "out_of_order",
        "part_missing",
        "without_power",
        "unknown",
        "garbage",
        "kilowatts",
        "inverted",
        "clock_off",
        "retained",
        "offline",
        "silent",
    }
