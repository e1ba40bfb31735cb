"""Clouds: the same for the same seed, and shaped like weather."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.clouds import Clouds, Sky

MORNING = datetime(2026, 6, 21, 4, tzinfo=UTC)
TIMES = st.integers(-(10**9), 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def hours(clouds: Clouds, number: int, every_s: int = 5) -> list[float]:
    steps = range(0, number * 3600, every_s)
    return [clouds.transmission(MORNING + timedelta(seconds=second)) for second in steps]


@given(sky=st.sampled_from(Sky), seed=st.integers(), at=TIMES)
def test_transmission_is_a_share_and_depends_on_seed_and_time_alone(sky: Sky, seed: int, at: datetime) -> None:
    share = Clouds(sky, seed).transmission(at)
    assert 0 <= share <= 1
    assert Clouds(sky, seed).transmission(at) == share


def test_a_clear_sky_takes_nothing() -> None:
    assert set(hours(Clouds(Sky.CLEAR), 1)) == {1.0}


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_sky_is_sun_and_shade_in_turn(seed: int) -> None:
    day = hours(Clouds(Sky.BROKEN, seed), 14)
    assert mean(share > 0.95 for share in day) > 0.2
    assert mean(share < 0.5 for share in day) > 0.2
    crossings = sum((a < 0.7) != (b < 0.7) for a, b in pairwise(day))
    assert 50 < crossings < 400  # a spell lasts between one and twenty minutes on average


def test_the_edge_of_a_cloud_takes_seconds_not_an_instant() -> None:
    seconds = hours(Clouds(Sky.BROKEN, 1), 4, every_s=1)
    assert 0.02 < max(abs(a - b) for a, b in pairwise(seconds)) < 0.15


def test_an_overcast_sky_lets_little_through_and_changes_slowly() -> None:
    day = hours(Clouds(Sky.OVERCAST, 1), 14)
    assert 0.15 < mean(day) < 0.35
    assert max(abs(a - b) for a, b in pairwise(day)) < 0.02


def test_another_seed_is_another_sky() -> None:
    assert hours(Clouds(Sky.BROKEN, 1), 2) != hours(Clouds(Sky.BROKEN, 2), 2)
