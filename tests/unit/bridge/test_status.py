"""The box's properties as a status. Expected values come from the protocol's tables of properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_measurements_are_news_beyond_the_dead_band(changes: dict[str, Any], news: bool) -> None:
    assert is_news(box_status(BOX, None), box_status(BOX | changes, None)) is news


@pytest.mark.parametrize("changes", [{"car": 4}, {"amp": 9}, {"frc": 1}, {"acu": None}, {"cbl": None}, {"err": 1}])
def test_everything_but_a_measurement_is_state(changes: dict[str, Any]) -> None:
    assert same_state(box_status(BOX, None), box_status(BOX | {"eto": 0}, None))
    assert not same_state(box_status(BOX, None), box_status(BOX | changes, None))
