"""The least time between two writes of a key."""

import pytest

from sunpilot.bridge.floors import Floors, Outcome
from sunpilot.bridge.writes import Write

RAISE = Write("amp", 12, may_wait=True)
REDUCE = Write("amp", 6, may_wait=False, comes_first=True, eases=True)
START = Write("frc", 0, may_wait=True)
STOP = Write("frc", 1, may_wait=False, eases=True)

ONE_PHASE = Write("psm", 1, may_wait=True, comes_first=True)


def test_the_first_write_of_a_key_waits_for_nothing() -> None:
    assert Floors(0.0).first_due((RAISE, START), 0.0, None) == RAISE


@pytest.mark.parametrize("outcome", Outcome)
def test_a_raise_waits_ten_seconds_after_any_write_of_its_key(outcome: Outcome) -> None:
    floors = Floors(0.0)
    floors.note(Write("amp", 8, may_wait=True), 100.0, outcome)
    assert floors.first_due((RAISE,), 109.9, None) is None
    assert floors.first_due((RAISE,), 110.0, None) == RAISE


def test_stops_and_reductions_do_not_wait_for_another_value_s_floor() -> None:
    floors = Floors(0.0)
    floors.note(RAISE, 100.0, Outcome.REPORTED)
    floors.note(START, 100.0, Outcome.REPORTED)
    assert floors.first_due((REDUCE,), 100.1, None) == REDUCE
    assert floors.first_due((STOP,), 100.1, None) == STOP


@pytest.mark.parametrize(("outcome", "free_s"), [(Outcome.STORED, 102.0), (Outcome.REFUSED, 110.0)])
def test_a_stop_is_repeated_when_the_box_had_time_to_report_it(outcome: Outcome, free_s: float) -> None:
    floors = Floors(0.0)
    floors.note(STOP, 100.0, outcome)
    assert floors.first_due((STOP,), free_s - 0.1, None) is None
    assert floors.first_due((STOP,), free_s, None) == STOP


def test_a_box_that_refuses_is_not_asked_for_one_thing_and_its_opposite_in_turn() -> None:
    start_by_person = Write("frc", 2, may_wait=False)
    floors = Floors(0.0)
    floors.note(STOP, 100.0, Outcome.REFUSED)
    assert floors.first_due((start_by_person,), 109.9, None) is None
    assert floors.first_due((start_by_person,), 110.0, None) == start_by_person
    floors.note(start_by_person, 110.0, Outcome.REFUSED)
    assert floors.first_due((STOP,), 110.1, None) == STOP  # but a stop waits for no start


def test_a_stop_that_was_reported_and_then_lost_is_repeated_at_once() -> None:
    floors = Floors(0.0)
    floors.note(STOP, 100.0, Outcome.REPORTED)
    assert floors.first_due((STOP,), 100.1, None) == STOP


def test_a_start_does_not_wait_for_a_raise_but_for_a_reduction() -> None:
    floors = Floors(0.0)
    floors.note(Write("amp", 8, may_wait=True), 100.0, Outcome.REPORTED)
    assert floors.first_due((RAISE, START), 101.0, None) == START
    floors.note(REDUCE, 102.0, Outcome.REFUSED)
    assert floors.first_due((REDUCE, START), 103.0, None) is None


def test_between_two_phase_switches_lie_300_seconds_and_nothing_is_exempt() -> None:
    floors = Floors(0.0)
    floors.note(Write("psm", 1, may_wait=True), 1000.0, Outcome.REPORTED)
    for write in (Write("psm", 2, may_wait=True), Write("psm", 2, may_wait=False, eases=True)):
        assert floors.first_due((write,), 1299.9, 9999.0) is None
        assert floors.first_due((write,), 1300.0, 9999.0) == write


@pytest.mark.parametrize("outcome", Outcome)
def test_a_phase_switch_that_was_refused_waits_as_long_as_one_that_was_not(outcome: Outcome) -> None:
    floors = Floors(0.0)
    floors.note(ONE_PHASE, 1000.0, outcome)
    assert floors.first_due((ONE_PHASE,), 1299.9, 9999.0) is None


def test_a_switch_by_another_hand_or_before_the_start_counts_by_the_box_s_own_record() -> None:
    assert Floors(1000.0).first_due((ONE_PHASE,), 1010.0, 299.9) is None
    assert Floors(1000.0).first_due((ONE_PHASE,), 1010.0, 300.0) == ONE_PHASE


def test_an_unknown_last_switch_counts_as_at_the_start_of_the_bridge() -> None:
    assert Floors(1000.0).first_due((ONE_PHASE,), 1299.9, None) is None
    assert Floors(1000.0).first_due((ONE_PHASE,), 1300.0, None) == ONE_PHASE


def test_behind_a_held_switch_to_one_phase_waits_a_start_but_no_reduction_and_no_stop() -> None:
    floors = Floors(1000.0)
    assert floors.first_due((ONE_PHASE, RAISE, START), 1010.0, 0.0) is None
    assert floors.first_due((ONE_PHASE, REDUCE, START), 1010.0, 0.0) == REDUCE
    assert floors.first_due((ONE_PHASE, STOP), 1010.0, 0.0) == STOP


def test_what_must_come_before_a_write_is_due_only_with_it() -> None:
    floors = Floors(1000.0)
    switch = Write("psm", 2, may_wait=True, before=STOP)
    assert floors.first_due((switch,), 1010.0, 0.0) is None
    assert floors.first_due((switch,), 1010.0, 300.0) == STOP


def test_what_must_come_before_a_write_and_was_refused_is_not_hammered() -> None:
    floors = Floors(0.0)
    switch = Write("psm", 2, may_wait=True, before=STOP)
    floors.note(STOP, 1000.0, Outcome.REFUSED)
    assert floors.first_due((switch,), 1009.9, 9999.0) is None
    assert floors.first_due((switch,), 1010.0, 9999.0) == STOP
