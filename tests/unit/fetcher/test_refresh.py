"""Meeting the refresh of a cloud: the rhythm is learned from what repeats, and followed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.fetcher.refresh import PERIODS_S, Poll, Rhythm, explains, is_repetitive, learn, next_poll

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def polls(times_s: list[float], period_s: float, phase_s: float) -> list[Poll]:
    """Polls of a cloud that refreshes at phase + n × period seconds after noon."""
    shown: float | None = None
    result: list[Poll] = []
    for time_s in times_s:
        value = (time_s - phase_s) // period_s
        result.append(Poll(at=NOON + seconds(time_s), changed=value != shown))
        shown = value
    return result


@pytest.mark.parametrize("period_s", [300.0, 600.0, 900.0])
@pytest.mark.parametrize("pace_s", [89.0, 131.0, 189.0])
def test_the_period_is_learned_from_polls_that_repeat(period_s: float, pace_s: float) -> None:
    seen = polls([number * pace_s for number in range(24)], period_s, phase_s=71.0)
    assert is_repetitive(seen)
    rhythm = learn(seen)
    assert rhythm is not None
    assert rhythm.period_s == period_s
    off_s = (rhythm.at - NOON).total_seconds() - 71.0
    assert min(off_s % period_s, -off_s % period_s) < pace_s


def test_polls_that_always_bring_something_new_teach_no_rhythm() -> None:
    assert not is_repetitive(polls([number * 189.0 for number in range(24)], 60, 10))


def test_values_that_change_without_any_rhythm_teach_none() -> None:
    pattern = [True, False, True, True, False, False, True, False, True, True, True, False] * 2
    seen = [Poll(at=NOON + seconds(number * 100), changed=changed) for number, changed in enumerate(pattern)]
    assert is_repetitive(seen)
    assert learn(seen) is None


def test_the_next_poll_comes_3_s_after_the_refresh_that_the_budget_allows() -> None:
    rhythm = Rhythm(period_s=300, at=NOON)
    last = Poll(at=NOON + seconds(3), changed=True)
    for spacing_s, expected_s in ((75, 303), (300, 303), (400, 603), (600, 603)):
        assert next_poll(rhythm, last, spacing_s) == NOON + seconds(expected_s)


def test_a_refresh_that_is_late_is_waited_for_in_steps_of_45_s_for_half_a_period() -> None:
    rhythm = Rhythm(period_s=300, at=NOON)
    for late_s, expected_s in ((3, 48), (48, 93), (149, 194), (160, 303)):
        last = Poll(at=NOON + seconds(late_s), changed=False)
        assert next_poll(rhythm, last, 75) == NOON + seconds(expected_s)


def test_a_rhythm_that_was_broken_is_no_longer_trusted() -> None:
    rhythm = Rhythm(period_s=300, at=NOON)
    kept = [Poll(at=NOON + seconds(300 * number + 3), changed=True) for number in range(8)]
    assert explains(rhythm, kept)
    assert not explains(rhythm, [*kept[:-1], kept[-1].model_copy(update={"changed": False})])


@given(st.sampled_from([period for period in PERIODS_S if period >= 180]), st.floats(0, 899), st.floats(60, 170))
def test_what_is_learned_explains_what_was_seen(period_s: float, phase_s: float, pace_s: float) -> None:
    seen = polls([number * pace_s for number in range(24)], period_s, phase_s)
    if is_repetitive(seen):
        rhythm = learn(seen)
        assert rhythm is not None
        foretold = [rhythm.refreshes(early.at, late.at) == late.changed for early, late in pairwise(seen)]
        assert sum(foretold) >= 0.85 * len(foretold)
