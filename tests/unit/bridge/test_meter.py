"""A meter that shows nothing is told from a car that draws nothing."""

from typing import Any

import pytest

from sunpilot.bridge.meter import Meter

DEAD: dict[str, Any] = {"car": 2, "nrg": [0] * 16, "amp": 10}
IDLE: dict[str, Any] = {"car": 2, "nrg": [230.1, 230.4, 229.8, *[0] * 13], "amp": 10}


def test_zeros_while_charging_are_unknown_after_a_minute_and_not_before() -> None:
    meter = Meter()
    assert meter.trusted(DEAD, 100.0) == DEAD
    assert meter.trusted(DEAD, 160.0) == DEAD
    assert not meter.is_dead
    assert meter.trusted(DEAD, 160.1) == {"car": 2, "nrg": None, "amp": 10}
    assert meter.is_dead


@pytest.mark.parametrize(
    "box",
    [
        IDLE,
        {**DEAD, "car": 4},
        {**DEAD, "car": None},
        {**DEAD, "nrg": None},
        {**DEAD, "nrg": []},
        {**DEAD, "nrg": [None] * 16},
        {**DEAD, "nrg": [*[0] * 11, 1380]},
    ],
)
def test_anything_else_is_no_dead_meter_and_ends_one(box: dict[str, Any]) -> None:
    meter = Meter()
    meter.trusted(DEAD, 0.0)
    meter.trusted(DEAD, 100.0)
    assert meter.is_dead
    assert meter.trusted(box, 101.0) == box
    assert not meter.is_dead
    assert meter.trusted(DEAD, 102.0) == DEAD  # it counts anew
