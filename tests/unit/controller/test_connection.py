"""The ways to feed a car, from what its Wattpilot says."""

import pytest

from sunpilot.contract.status import LinkState, Status
from sunpilot.controller.connection import box_phases, can_switch, connections
from sunpilot.controller.limits import Limits

LIMITS = Limits(minimum_a=6, maximum_a=32, by_fuse=False, unbalanced_a=20)


def status(phases: int | None = 3, mode: int | None = 2, most: int | None = None) -> Status:
    return Status(
        link=LinkState.ONLINE, phases=phases, phase_mode=mode, voltage_v=(235.0, 235.0, 235.0), max_phases=most
    )


def test_a_box_on_forced_phases_is_open_both_ways_with_the_bounds_of_each() -> None:
    single, three = connections(status(), LIMITS)
    assert (single.phases, single.power_per_a_w, single.maximum_a) == (1, 235, 20)
    assert (three.phases, three.power_per_a_w, three.maximum_a) == (3, 705, 32)


@pytest.mark.parametrize(
    ("phases", "mode", "switchable", "found"),
    [(3, 2, True, 3), (1, 1, True, 1), (3, 0, True, 3), (1, 0, False, 1), (3, None, False, 3), (None, 0, False, None)],
)
def test_who_chooses_the_phases(phases: int | None, mode: int | None, switchable: bool, found: int | None) -> None:
    assert can_switch(status(phases, mode)) is switchable
    assert box_phases(status(phases, mode)) == found


def test_a_person_may_keep_to_one_or_three() -> None:
    assert [way.phases for way in connections(status(), LIMITS, only=1)] == [1]
    assert [way.phases for way in connections(status(phases=1, mode=1), LIMITS, only=3)] == [3]


def test_a_car_that_draws_on_fewer_phases_makes_an_ampere_worth_less() -> None:
    single, three = connections(status(), LIMITS, drawn=2)
    assert three.power_per_a_w == 470
    assert [way.phases for way in connections(status(), LIMITS, drawn=1)] == [3]  # nothing to gain by switching
    assert single.power_per_a_w == 235


def test_where_one_phase_is_all_there_is_three_are_never_asked_for() -> None:
    assert [way.phases for way in connections(status(phases=1, mode=1, most=1), LIMITS)] == [1]


def test_unknown_phases_open_nothing() -> None:
    assert connections(status(phases=None, mode=None), LIMITS) == ()


def test_a_bound_that_is_the_unbalance_is_not_called_the_fuse() -> None:
    bounds = Limits(minimum_a=6, maximum_a=12, by_fuse=True, unbalanced_a=8)
    single, three = connections(status(), bounds)
    assert (single.maximum_a, single.by_fuse) == (8, False)
    assert (three.maximum_a, three.by_fuse) == (12, True)
