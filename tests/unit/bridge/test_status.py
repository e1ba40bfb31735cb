"""The box's properties as a status. Expected values come from the protocol's tables of properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.bridge.message import Hello
from sunpilot.bridge.status import PROPERTIES, box_status, is_news, same_state
from sunpilot.contract.message import decode
from sunpilot.contract.status import Car, Limits, LinkState, Status

NRG = [231.1, 230.4, 230.0, 0.4, 9.93, 9.95, 9.91, 2285, 2290, 2278, 0, 6853, 100, 100, 100, 0]
BOX: dict[str, Any] = {
    "car": 2,
    "alw": True,
    "acu": 10,
    "amp": 10,
    "ama": 16,
    "amt": 32,
    "cbl": 20,
    "mca": 6,
    "nrg": NRG,
    "psm": 2,
    "frc": 0,
    "lmo": 3,
    "eto": 4182635,
    "err": 0,
    "modelStatus": 15,
    "fsp": False,
    "tma": [30.0, 29.0],
    "pha": [True, True, True, True, True, True],
}


def test_a_charging_box_is_described_in_full() -> None:
    assert box_status(BOX, 7) == Status(
        link=LinkState.ONLINE,
        car=Car.CHARGING,
        allowed=True,
        power_w=6853.0,
        current_a=(9.93, 9.95, 9.91),
        voltage_v=(231.1, 230.4, 230.0),
        phases=3,
        offered_a=10,
        requested_a=10,
        limits=Limits(minimum_a=6, installation_a=16, cable_a=20, temperature_a=32),
        box_mode=3,
        force_state=0,
        phase_mode=2,
        energy_wh=4182635.0,
        temperature_c=30.0,
        error=0,
        reason=15,
        epoch=7,
    )


def test_a_box_that_says_nothing_is_unknown_and_not_zero() -> None:
    assert box_status({}, None) == Status(link=LinkState.ONLINE)


@pytest.mark.parametrize(
    ("number", "car"),
    [(0, None), (None, None), (1, Car.IDLE), (3, Car.WAITING), (4, Car.COMPLETE), (5, Car.ERROR), (9, None)],
)
def test_the_car_is_read_by_its_number(number: int | None, car: Car | None) -> None:
    assert box_status({"car": number}, None).car is car


@pytest.mark.parametrize(
    ("changes", "phases"),
    [
        ({}, 3),
        ({"nrg": [230, 230, 230, 0, 9.8, 0.1, 0.0, 2254, 0, 0, 0, 2254, 100, 0, 0, 0]}, 1),
        ({"nrg": [0.0] * 16}, 3),
        ({"nrg": [0.0] * 16, "psm": 1}, 1),
        ({"nrg": [0.0] * 16, "psm": 0, "fsp": True}, 1),
        ({"nrg": [0.0] * 16, "psm": 0, "fsp": False}, 3),
        ({"nrg": [0.0] * 16, "psm": 0, "fsp": None}, None),
        ({"nrg": [0.0] * 16, "pha": [False, False, False, True, False, False]}, 1),
        ({"nrg": None, "pha": None}, 3),
    ],
)
def test_phases_are_those_with_current_otherwise_those_the_box_would_use(
    changes: dict[str, Any], phases: int | None
) -> None:
    assert box_status(BOX | changes, None).phases == phases


def test_the_limits_explain_why_the_car_is_offered_less() -> None:
    listed: Any = {"requestedCurrent": 16, "unsymetryCurrentLimit": 12, "loadLimit": 0, "cableCurrentLimit": 13}
    limits = box_status({"ama": 32, "amt": 32, "cll": listed}, None).limits
    assert limits == Limits(installation_a=32, cable_a=13, temperature_a=32, unbalance_a=12, load_a=0)
    assert limits.maximum_a == 13  # what the house's load blocks for now is the Wattpilot's own affair


@pytest.mark.parametrize(
    ("box", "adapter_a"),
    [
        ({"adi": True}, 16),
        ({"adi": True, "cll": {"adapterCurrentLimit": 10}}, 10),
        ({"adi": False}, None),
        ({"adi": None, "cll": [16]}, None),
    ],
)
def test_an_adapter_limits_the_current(box: dict[str, Any], adapter_a: int | None) -> None:
    limits = box_status({"ama": 32, **box}, None).limits
    assert (limits.adapter_a, limits.maximum_a) == (adapter_a, adapter_a or 32)


@pytest.mark.parametrize(
    ("sensors", "temperature_c"),
    [([27.5, 29.25], 29.25), ([None, 31, None, 30.5, None, None], 31.0), ([None, None], None), ([], None), (29, None)],
)
def test_the_temperature_is_that_of_the_warmest_sensor_there_is(sensors: Any, temperature_c: float | None) -> None:
    assert box_status({"tma": sensors}, None).temperature_c == temperature_c


def test_type_and_firmware_are_as_the_device_names_them() -> None:
    status = box_status({}, None, Hello("31000123", "wattpilot_flex", "43.4", secured=True))
    assert (status.device_type, status.firmware) == ("wattpilot_flex", "43.4")


def test_older_firmware_with_whole_numbers_and_twelve_entries_is_read_too() -> None:
    status = box_status({"nrg": [230, 231, 229, 0, 6, 6, 6, 1380, 1386, 1374, 0, 4140]}, None)
    assert (status.power_w, status.current_a) == (4140.0, (6.0, 6.0, 6.0))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda values: st.lists(values, max_size=17) | st.dictionaries(st.text(max_size=3), values, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(sorted(PROPERTIES)), anything))
def test_no_value_of_any_type_breaks_the_status(box: dict[str, Any]) -> None:
    status = box_status(box, None)
    assert decode(Status, status.encode()) == status


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        ({}, False),
        ({"nrg": [*NRG[:11], 6863, *NRG[12:]]}, False),
        ({"nrg": [*NRG[:11], 6863.5, *NRG[12:]]}, True),
        ({"nrg": [*NRG[:4], 10.02, *NRG[5:]]}, False),
        ({"nrg": [*NRG[:4], 10.2, *NRG[5:]]}, True),
        ({"nrg": [232.0, *NRG[1:]]}, False),
        ({"nrg": [232.2, *NRG[1:]]}, True),
        ({"nrg": None}, True),
        ({"eto": 4182636}, True),
        ({"tma": [30.0, 30.2]}, False),
        ({"tma": [30.0, 31.5]}, True),
    ],
)
def test_measurements_are_news_beyond_the_dead_band(changes: dict[str, Any], news: bool) -> None:
    assert is_news(box_status(BOX, None), box_status(BOX | changes, None)) is news


@pytest.mark.parametrize("changes", [{"car": 4}, {"amp": 9}, {"frc": 1}, {"acu": None}, {"cbl": None}, {"err": 1}])
def test_everything_but_a_measurement_is_state(changes: dict[str, Any]) -> None:
    assert same_state(box_status(BOX, None), box_status(BOX | {"eto": 0}, None))
    assert not same_state(box_status(BOX, None), box_status(BOX | changes, None))
