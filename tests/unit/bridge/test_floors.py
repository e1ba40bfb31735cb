"""The least time between two writes of a key."""

import pytest

from sunpilot.bridge.floors import Floors, Outcome
from sunpilot.bridge.writes import Write

RAISE = Write("amp", 12, may_wait=True)
REDUCE = Write("amp", 6, may_wait=False, comes_first=True)
START = Write("frc", 0, may_wait=True)
STOP = Write("frc", 1, may_wait=False)


def test_the_first_write_of_a_key_waits_for_nothing() -> None:
    assert Floors().first_due((RAISE, START), 0.0) == RAISE


@pytest.mark.parametrize("outcome", Outcome)
def test_a_raise_waits_ten_seconds_after_any_write_of_its_key(outcome: Outcome) -> None:
    floors = Floors()
    floors.note(Write("amp", 8, may_wait=True), 100.0, outcome)
    assert floors.first_due((RAISE,), 109.9) is None
    assert floors.first_due((RAISE,), 110.0) == RAISE


def test_stops_and_reductions_do_not_wait_for_another_value_s_floor() -> None:
    floors = Floors()
    floors.note(RAISE, 100.0, Outcome.REPORTED)
    floors.note(START, 100.0, Outcome.REPORTED)
    assert floors.first_due((REDUCE,), 100.1) == REDUCE
    assert floors.first_due((STOP,), 100.1) == STOP


@pytest.mark.parametrize(("outcome", "free_s"), [(Outcome.STORED, 102.0), (Outcome.REFUSED, 110.0)])
def test_a_stop_is_repeated_when_the_box_had_time_to_report_it(outcome: Outcome, free_s: float) -> None:
    floors = Floors()
    floors.note(STOP, 100.0, outcome)
    assert floors.first_due((STOP,), free_s - 0.1) is None
    assert floors.first_due((STOP,), free_s) == STOP


def test_a_stop_that_was_reported_and_then_lost_is_repeated_at_once() -> None:
    floors = Floors()
    floors.note(STOP, 100.0, Outcome.REPORTED)
    assert floors.first_due((STOP,), 100.1) == STOP


def test_a_start_does_not_wait_for_a_raise_but_for_a_reduction() -> None:
    floors = Floors()
    floors.note(Write("amp", 8, may_wait=True), 100.0, Outcome.REPORTED)
    assert floors.first_due((RAISE, START), 101.0) == START
    floors.note(REDUCE, 102.0, Outcome.REFUSED)
    assert floors.first_due((REDUCE, START), 103.0) is None
