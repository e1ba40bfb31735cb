"""Sharing: by priority, then evenly, and never less than is of use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.controller.sharing import Claim, shares

ONE_PHASE_W = 1380.0
LARGEST_W = 11_040.0


def claim(wattpilot_id: int, priority: int = 1, *, charging: bool = False, most: float = LARGEST_W) -> Claim:
    return Claim(wattpilot_id, priority, ONE_PHASE_W / 2, ONE_PHASE_W, most, charging)


def amps(wattpilot_id: int, priority: int = 1, *, charging: bool = True, most: float = 16) -> Claim:
    return Claim(wattpilot_id, priority, 6, 6, most, charging)


def test_one_alone_sees_it_all() -> None:
    assert shares(20_000, [claim(1)]) == {1: LARGEST_W}
    assert shares(5000, [claim(1)]) == {1: 5000}
    assert shares(100, [claim(1)]) == {1: 100}
    assert shares(-900, [claim(1, charging=True)]) == {1: -900}


def test_equals_share_evenly_and_what_one_cannot_use_goes_to_the_other() -> None:
    assert shares(6000, [claim(1), claim(2)]) == {1: 3000, 2: 3000}
    assert shares(6000, [claim(1, most=2000), claim(2)]) == {1: 2000, 2: 4000}


def test_a_second_one_takes_part_only_when_half_its_least_is_left_beside_the_first() -> None:
    below = shares(ONE_PHASE_W * 1.5 - 1, [claim(1), claim(2)])
    assert below == {1: ONE_PHASE_W * 1.5 - 1, 2: 0}
    beyond = shares(ONE_PHASE_W * 1.5 + 1, [claim(1), claim(2)])
    assert beyond == {1: ONE_PHASE_W, 2: pytest.approx(ONE_PHASE_W / 2 + 1)}


def test_the_one_that_charges_keeps_what_does_not_do_for_two() -> None:
    assert shares(1500, [claim(1), claim(2, charging=True)]) == {1: 0, 2: 1500}


def test_of_two_that_charge_with_too_little_the_second_sees_what_the_first_draws() -> None:
    assert shares(500, [claim(1, charging=True), claim(2, charging=True)]) == {1: 500, 2: 500 - ONE_PHASE_W}


def test_a_lower_number_goes_first() -> None:
    assert shares(5000, [claim(1, priority=2), claim(2, priority=1)]) == {2: 5000, 1: 0}
    assert shares(13_000, [claim(1, priority=2), claim(2, priority=1)]) == {2: LARGEST_W, 1: 13_000 - LARGEST_W}
    assert shares(9000, [claim(1, priority=2), claim(2, most=3680)]) == {2: 3680, 1: 9000 - 3680}


def test_the_fuse_is_shared_in_whole_uses_only() -> None:
    assert shares(25, [amps(1), amps(2)]) == {1: 12.5, 2: 12.5}
    assert shares(11, [amps(1), amps(2)]) == {1: 11, 2: 0}
    assert shares(20, [amps(1), amps(2, charging=False, most=6)]) == {1: 14, 2: 6}
    assert shares(5, [amps(1)])[1] < 6


@given(
    total=st.floats(-20_000, 60_000),
    claims=st.lists(
        st.builds(
            lambda priority, least, more, worth, charging: (priority, least, least + more, worth, charging),
            st.integers(1, 3),
            st.floats(0, 5000),
            st.floats(0, 20_000),
            st.floats(0, 1),
            st.booleans(),
        ),
        max_size=6,
    ),
)
def test_no_more_is_given_than_there_is(total: float, claims: list[tuple[int, float, float, float, bool]]) -> None:
    asked = [
        Claim(number, priority, least * worth, least, most, charging)
        for number, (priority, least, most, worth, charging) in enumerate(claims)
    ]
    given_away = shares(total, asked)
    assert given_away.keys() == {one.wattpilot_id for one in asked}
    of_use = [given_away[one.wattpilot_id] for one in asked if given_away[one.wattpilot_id] >= max(one.least, 1e-6)]
    assert sum(of_use) <= max(0.0, total) + 1e-6
    assert all(given_away[one.wattpilot_id] <= max(one.most, total) + 1e-6 for one in asked)


@given(
    total=st.integers(0, 200),
    charging=st.lists(st.booleans(), min_size=1, max_size=6),
    priorities=st.lists(st.integers(1, 3), min_size=6, max_size=6),
)
def test_the_fuse_is_never_given_twice(total: int, charging: list[bool], priorities: list[int]) -> None:
    claims = [amps(number, priorities[number], charging=now) for number, now in enumerate(charging)]
    usable = [share for share in shares(total, claims).values() if share >= 6]
    assert sum(usable) <= total + 1e-9


def test_a_higher_priority_never_gets_less_than_a_lower_one() -> None:
    for total in range(0, 40_000, 250):
        given_away = shares(total, [claim(1, priority=1, charging=True), claim(2, priority=2, charging=True)])
        assert given_away[1] >= given_away[2]
