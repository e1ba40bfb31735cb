"""What the bridge alone reads of the box: its past, its phases, a second controller; and what confirms a write."""

import pytest

from sunpilot.bridge.box import Box
from sunpilot.bridge.confirmation import Confirmations, Expected
from sunpilot.bridge.message import Json, Properties
from sunpilot.bridge.status import box_status
from sunpilot.contract.property import Value


def box(**properties: Json) -> Box:
    return Box(box_status(properties, None), properties)


@pytest.mark.parametrize(
    ("properties", "since_s"),
    [
        ({"rbt": 600_000, "lfspt": 180_000}, 420.0),
        ({"rbt": 600_000, "lfspt": 600_000}, 0.0),
        ({"rbt": 600_000, "lfspt": None}, 600.0),
        ({"rbt": 600_000}, None),
        ({"lfspt": 180_000}, None),
        ({"rbt": 600_000, "lfspt": 700_000}, None),
        ({"rbt": 600_000, "lfspt": "180000"}, None),
        ({"rbt": None, "lfspt": None}, None),
        ({"rbt": 600_000, "lfspt": 1_000, "modelStatus": 23}, 0.0),
        ({}, None),
    ],
)
def test_the_last_phase_switch_is_counted_from_the_box_s_own_record(
    properties: Properties, since_s: float | None
) -> None:
    assert box(**properties).since_switch_s == since_s


@pytest.mark.parametrize(
    ("flags", "phases"),
    [
        ([False, False, False, True, True, True], 3),
        ([True, True, True, True, False, False], 1),
        ([False] * 6, None),
        (None, None),
        ("FFFTTT", None),
        ([True], None),
    ],
)
def test_the_grid_s_phases_are_those_before_the_contactor(flags: Json, phases: int | None) -> None:
    assert box(pha=flags).grid_phases == phases


@pytest.mark.parametrize(
    ("properties", "is_under"),
    [
        ({"ocppe": True, "ocppc": True}, True),
        ({"ocppc": True}, True),
        ({"ocppe": True, "ocppc": False}, False),
        ({"ocppe": False, "ocppc": True}, False),
        ({"modelStatus": 28}, True),
        ({"modelStatus": 15}, False),
        ({}, False),
    ],
)
def test_an_ocpp_server_that_is_connected_is_in_control(properties: Properties, is_under: bool) -> None:
    assert box(**properties).is_under_ocpp is is_under


def nrg(ampere: float) -> Json:
    return [230.0, 230.0, 230.0, 0.0, ampere, ampere, ampere, *[0.0] * 9]


@pytest.mark.parametrize(
    ("key", "value", "properties", "is_shown"),
    [
        ("frc", 1, {"frc": 1, "alw": False, "nrg": nrg(0.2)}, True),
        ("frc", 1, {"frc": 1, "alw": False, "nrg": nrg(5.0)}, False),
        ("frc", 1, {"frc": 1, "alw": False}, False),  # an unknown current is not 0
        ("frc", 1, {"frc": 1, "alw": True, "nrg": nrg(0.0)}, False),
        ("frc", 2, {"frc": 2, "alw": True}, True),
        ("frc", 2, {"frc": 2, "alw": False}, False),
        ("frc", 0, {"frc": 0, "modelStatus": 4}, False),
        ("frc", 0, {"frc": 0, "modelStatus": 17}, True),
        ("amp", 10, {"amp": 10, "acu": None}, True),
        ("amp", 10, {"amp": 10, "acu": 10}, True),
        ("amp", 10, {"amp": 10, "acu": 8}, False),
        ("amp", 10, {"amp": 12, "acu": 12}, False),
        ("psm", 1, {"psm": 1, "fsp": True}, True),
        ("psm", 1, {"psm": 1, "fsp": False}, False),
        ("psm", 2, {"psm": 2, "fsp": False, "modelStatus": 23}, False),
        ("psm", 2, {"psm": 2}, True),
        ("psm", 0, {"psm": 0, "fsp": True}, True),
        ("dwo", None, {"dwo": None}, True),
        ("dwo", 5000, {"dwo": None}, False),
    ],
)
def test_telemetry_confirms_the_effect_and_nothing_less(
    key: str, value: Value, properties: Properties, is_shown: bool
) -> None:
    waiting = Confirmations()
    waiting.expect(Expected(None, key, value, 100.0))
    assert waiting.shown(box(**properties), 100.5) == []
    assert [one.key for one in waiting.shown(box(**properties), 101.0)] == [key] * is_shown
    assert waiting.shown(box(**properties), 102.0) == []


def test_what_shows_too_late_is_not_confirmed() -> None:
    waiting = Confirmations()
    waiting.expect(Expected(None, "amp", 10, 100.0))
    assert waiting.shown(box(amp=8), 221.0) == []
    assert waiting.shown(box(amp=10), 222.0) == []
