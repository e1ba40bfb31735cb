"""The ledger of calls within any 24 hours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.fetcher.budget import DAY, Limit
from sunpilot.fetcher.ledger import Ledger

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_call_counts_for_24_hours_and_no_longer() -> None:
    ledger = Ledger([NOON])
    assert [ledger.used(NOON + hours * HOUR, DAY) for hours in (0, 23.99, 24)] == [1, 1, 0]


def test_a_call_is_free_until_the_limit_and_then_when_the_oldest_lapses() -> None:
    ledger = Ledger([NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR])
    assert ledger.free_at(NOON, [Limit(4, DAY)]) == NOON
    assert ledger.free_at(NOON, [Limit(3, DAY)]) == NOON + 21 * HOUR
    assert ledger.free_at(NOON, [Limit(1, DAY)]) == NOON + 23 * HOUR


def test_after_the_clock_was_set_back_the_last_call_stays_where_it_was_seen_first_and_counts_on() -> None:
    ledger = Ledger([NOON - 3 * HOUR, NOON])
    for age in (timedelta(0), timedelta(seconds=1), HOUR / 2):
        ledger.settle(NOON - HOUR + age)
        assert ledger.last(NOON - HOUR + age) == NOON - HOUR
        assert ledger.used(NOON - HOUR + age, DAY) == 2


def test_settling_changes_nothing_while_the_clock_goes_right() -> None:
    calls = [NOON - HOUR, NOON, NOON.replace(year=2036)]
    ledger = Ledger(calls)
    ledger.settle(NOON)
    assert ledger.window(NOON, DAY) == calls[:2]
    assert ledger.used(NOON.replace(year=2036), DAY) == 1


def test_a_call_booked_by_a_clock_that_was_years_ahead_does_not_count() -> None:
    ledger = Ledger([NOON.replace(year=2036)])
    assert ledger.last(NOON) is None
    assert ledger.free_at(NOON, [Limit(1, DAY)]) == NOON


def sun(begin_h: float, end_h: float) -> Callable[[datetime], float]:
    """The sun of the next 24 hours, from and until so many hours from now: how much of it lies before a time."""

    def need_s(until: datetime) -> float:
        return max(0.0, min((until - NOON) / HOUR, end_h) - begin_h) * 3600

    return need_s


def test_an_empty_ledger_spreads_its_calls_evenly() -> None:
    # 280 calls over 14.7 hours are 189 s apart, over 6.9 hours 89 s (a June and a December day at 48° N).
    assert Ledger().spacing_s(NOON, 280, sun(0, 14.7), 75) == pytest.approx(189)
    assert Ledger().spacing_s(NOON, 280, sun(0, 6.9), 75) == pytest.approx(88.7, abs=0.1)


def test_a_call_of_yesterday_that_lapses_before_the_end_gives_its_place_back() -> None:
    ledger = Ledger([NOON - 23 * HOUR])
    assert ledger.spacing_s(NOON, 10, sun(0, 10), 75) == 3600


def test_calls_of_yesterday_that_lapse_late_slow_the_pace_until_then() -> None:
    ledger = Ledger([NOON - 14 * HOUR] * 9)  # they lapse in 10 hours; until then one call of ten is free
    assert ledger.spacing_s(NOON, 10, sun(0, 12), 75) == 10 * 3600


def test_hours_without_sun_need_no_calls() -> None:
    ledger = Ledger([NOON - 14 * HOUR] * 9)  # they lapse in 10 hours, of which one is sunny
    assert ledger.spacing_s(NOON, 10, sun(9, 12), 75) == 3600


def test_a_used_up_ledger_waits_for_the_first_call_to_lapse() -> None:
    ledger = Ledger([NOON - 23 * HOUR] * 3)
    assert ledger.spacing_s(NOON, 3, sun(0, 2), 75) == 3600


def test_no_pace_is_below_the_floor() -> None:
    assert Ledger().spacing_s(NOON, 280, sun(0, 1), 75) == 75
    assert Ledger([NOON - 23.5 * HOUR] * 9).spacing_s(NOON, 10, sun(0, 1), 400) == 1800


def test_limits_of_several_spans_hold_together() -> None:
    ledger = Ledger([NOON - 20 * HOUR, NOON - timedelta(seconds=30)])
    limits = (Limit(2, 31 * DAY), Limit(1, timedelta(minutes=1)))
    assert ledger.free_at(NOON, limits) == NOON - 20 * HOUR + 31 * DAY
    assert ledger.free_at(NOON, limits[1:]) == NOON + timedelta(seconds=30)


@given(
    st.lists(st.floats(0, 86_399), max_size=30).map(sorted),
    st.floats(60, 86_400),
    st.integers(1, 40),
)
def test_the_even_pace_never_passes_the_limit(ages_s: list[float], length_s: float, limit: int) -> None:
    ledger = Ledger(NOON - timedelta(seconds=age_s) for age_s in ages_s)
    end = NOON + timedelta(seconds=length_s)
    spacing = timedelta(seconds=ledger.spacing_s(NOON, limit, sun(0, length_s / 3600), 1.0) + 1e-3)
    at = NOON + spacing
    while at < end:
        assert ledger.used(at, DAY) < limit
        ledger.book(at, DAY)
        at += spacing
