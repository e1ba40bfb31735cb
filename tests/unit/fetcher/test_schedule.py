"""When a source is asked: single rules, and whole days without a single sleep."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from sunpilot.fetcher.budget import DAY, Budget, Limit
from sunpilot.fetcher.ledger import Ledger
from sunpilot.fetcher.refresh import Poll, Rhythm
from sunpilot.fetcher.schedule import Course, Demand, next_fetch
from sunpilot.fetcher.sun import HORIZON_DEG, Place

PLACE = Place(48.0, 12.0)
BUDGET = Budget(75.0, (Limit(290, DAY),))
JUNE = datetime(2027, 6, 21, tzinfo=UTC)
DECEMBER = datetime(2027, 12, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def at(day: datetime, hours: float) -> datetime:
    return day + hours * HOUR


def due(now: datetime, calls: list[datetime], *, car: bool, not_before: datetime | None = None) -> datetime:
    return next_fetch(now, Demand(PLACE, car, BUDGET), Ledger(calls), Course(not_before or now), 0.0)


# --- the sun ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "sunrise", "sunset", "hours_above_5_deg"),
    # Local summer time is UTC + 2, winter time UTC + 1; computed for 48° N 12° E by the solar position algorithm.
    [(JUNE, (3, 12), (19, 14), 14.7), (DECEMBER, (6, 59), (15, 20), 6.9)],
)
def test_the_sun_rises_and_sets_when_it_should(
    day: datetime, sunrise: tuple[int, int], sunset: tuple[int, int], hours_above_5_deg: float
) -> None:
    rise = PLACE.next_change(day, HORIZON_DEG)
    assert rise is not None
    set_ = PLACE.next_change(rise, HORIZON_DEG)
    high = PLACE.next_change(rise, 5.0)
    assert set_ is not None
    assert high is not None
    low = PLACE.next_change(high, 5.0)
    assert low is not None
    assert abs(rise - day.replace(hour=sunrise[0], minute=sunrise[1])) <= 1.5 * MINUTE
    assert abs(set_ - day.replace(hour=sunset[0], minute=sunset[1])) <= 1.5 * MINUTE
    assert (low - high) / HOUR == pytest.approx(hours_above_5_deg, abs=0.1)


def test_near_the_pole_the_sun_stays_on_its_side() -> None:
    assert Place(78.0, 15.0).next_change(JUNE, HORIZON_DEG) is None


# --- single rules -------------------------------------------------------------------------------------------------


def test_a_source_never_asked_is_asked_at_once_even_at_night() -> None:
    assert due(at(JUNE, 0), [], car=False) == at(JUNE, 0)


def test_without_a_car_half_an_hour_passes_between_calls() -> None:
    assert due(at(JUNE, 10), [at(JUNE, 9.9)], car=False) == at(JUNE, 10.4)


@pytest.mark.parametrize("hours", [5, 10, 16])
def test_with_a_car_the_calls_are_spread_over_the_sun_of_the_next_24_hours_at_any_time_of_day(hours: float) -> None:
    # 280 calls for the 14.7 hours above 5°, whether they lie before the night or after it: 189 s.
    now = at(JUNE, hours)
    assert (due(now, [now], car=True) - now).total_seconds() == pytest.approx(189, abs=1)


def test_with_a_car_and_calls_enough_the_floor_holds() -> None:
    ample = Budget(75.0, (Limit(800, DAY),))
    now = at(JUNE, 16)
    due_at = next_fetch(now, Demand(PLACE, True, ample), Ledger([now]), Course(now), 0.0)
    assert due_at == now + timedelta(seconds=75)


def test_with_few_calls_left_ten_minutes_are_the_longest() -> None:
    calls = [at(JUNE, 2)] * 260 + [at(JUNE, 10)]
    assert due(at(JUNE, 10), calls, car=True) == at(JUNE, 10) + 10 * MINUTE


def test_ten_calls_are_kept_from_control_for_the_display() -> None:
    calls = [at(JUNE, 2)] * 279 + [at(JUNE, 10)]
    assert due(at(JUNE, 10), calls, car=True) == at(JUNE, 10.5)


def test_when_all_calls_are_used_up_the_oldest_must_lapse() -> None:
    calls = [at(JUNE, -14.8)] + [at(JUNE, 2)] * 289
    assert due(at(JUNE, 8), calls, car=True) == at(JUNE, 9.2)


def test_at_night_the_next_call_is_at_sunrise() -> None:
    expected = JUNE.replace(hour=3, minute=12)
    for car in (True, False):
        assert abs(due(at(JUNE, 0), [at(JUNE, -4)], car=car) - expected) <= 1.5 * MINUTE


def test_a_call_that_would_fall_after_sunset_waits_for_sunrise() -> None:
    assert due(at(JUNE, 19), [at(JUNE, 19)], car=False) > at(JUNE, 24)


def test_with_a_car_the_first_useful_sun_is_not_missed() -> None:
    risen = JUNE.replace(hour=3, minute=30)
    useful = PLACE.next_change(risen, 5.0)
    assert useful is not None
    assert due(risen, [risen], car=True) == useful < risen + 30 * MINUTE


def test_a_back_off_holds_for_everything() -> None:
    assert due(at(JUNE, 10), [at(JUNE, 9)], car=True, not_before=at(JUNE, 11)) == at(JUNE, 11)
    assert due(at(JUNE, 10), [], car=True, not_before=at(JUNE, 11)) == at(JUNE, 11)


def test_where_the_sun_does_not_rise_there_is_one_call_a_day() -> None:
    demand = Demand(Place(78.0, 15.0), car=True, budget=BUDGET)
    now = at(DECEMBER, 12)
    assert next_fetch(now, demand, Ledger([now]), Course(now), 0.0) == now + 30 * MINUTE + DAY


# --- averages of closed windows ---------------------------------------------------------------------------------------

V2 = Budget(60.0, (Limit(2000, 31 * DAY), Limit(10, MINUTE)), 900.0)


def due_v2(
    now: datetime, calls: list[datetime], jitter: float = 0.0, *, car: bool = True, failed: bool = False
) -> datetime:
    return next_fetch(now, Demand(PLACE, car, V2), Ledger(calls), Course(now, failed), jitter)


@pytest.mark.parametrize(("jitter", "after_s"), [(-1.0, 90), (0.0, 120), (1.0, 150)])
def test_with_a_car_each_window_is_asked_once_90_to_150_s_after_its_end(jitter: float, after_s: float) -> None:
    last = at(JUNE, 10) + timedelta(seconds=120)
    assert due_v2(last, [last], jitter) == at(JUNE, 10.25) + timedelta(seconds=after_s)


def test_a_call_too_early_for_a_window_has_not_seen_it() -> None:
    last = at(JUNE, 10) + timedelta(seconds=60)
    assert due_v2(last, [last]) == at(JUNE, 10) + timedelta(seconds=120)


def test_a_window_that_an_early_call_was_shown_is_not_asked_for_again() -> None:
    last = at(JUNE, 10) + timedelta(seconds=61)  # after a back-off, say
    course = Course(last, shown_until=at(JUNE, 10))
    due_at = next_fetch(last, Demand(PLACE, True, V2), Ledger([last]), course, 0.0)
    assert due_at == at(JUNE, 10.25) + timedelta(seconds=120)


def test_a_window_from_the_future_holds_no_call_back() -> None:
    last = at(JUNE, 10) + timedelta(seconds=120)
    course = Course(last, shown_until=at(JUNE, 34))  # the clock was set back
    due_at = next_fetch(last, Demand(PLACE, True, V2), Ledger([last]), course, 0.0)
    assert due_at == at(JUNE, 10.25) + timedelta(seconds=120)


def test_without_a_car_every_second_window_is_asked() -> None:
    last = at(JUNE, 10) + timedelta(seconds=120)
    assert due_v2(last, [last], car=False) == at(JUNE, 10.5) + timedelta(seconds=120)


def test_after_a_failure_the_back_off_alone_counts_and_not_the_next_window() -> None:
    last = at(JUNE, 10) + timedelta(seconds=120)
    now = last + timedelta(seconds=60)
    assert due_v2(now, [last], failed=True) == now


def test_with_the_month_used_up_the_oldest_call_must_lapse() -> None:
    first = at(JUNE, 9)
    calls = [first] + [at(JUNE, 9.5)] * 1999
    assert due_v2(at(JUNE, 10), calls, car=False) >= first + 31 * DAY


# --- the rhythm of a source ---------------------------------------------------------------------------------------


def test_a_known_rhythm_is_followed_while_a_car_can_use_the_sun_and_not_otherwise() -> None:
    last = at(JUNE, 10) + timedelta(seconds=63)
    rhythm = Rhythm(period_s=300, at=at(JUNE, 8) + MINUTE)
    course = Course(last, False, Poll(at=last, changed=True), rhythm)
    with_car = next_fetch(last, Demand(PLACE, True, BUDGET), Ledger([last]), course, 0.0)
    without = next_fetch(last, Demand(PLACE, False, BUDGET), Ledger([last]), course, 0.0)
    assert with_car == last + timedelta(seconds=300)
    assert without == last + timedelta(seconds=1800)


def test_a_device_without_quota_is_read_at_its_pace_by_day_and_night() -> None:
    demand = Demand(PLACE, False, Budget(5.0))
    for now in (at(JUNE, 0), at(JUNE, 12)):
        assert next_fetch(now, demand, Ledger([now]), Course(now), 0.0) == now + timedelta(seconds=5)


# --- whole days ---------------------------------------------------------------------------------------------------


def days(start: datetime, count: int, car: Callable[[datetime], bool]) -> list[datetime]:
    """All calls of so many days, looked at at least every hour; the ledger never holds more than the budget."""
    ledger, rng, jitter, calls = Ledger(), Random(1), 0.0, list[datetime]()
    now = start
    while now < start + count * DAY:
        next_at = next_fetch(now, Demand(PLACE, car(now), BUDGET), ledger, Course(now), jitter)
        if next_at > now:
            now = min(next_at, now + HOUR)
            continue
        ledger.book(now, DAY)
        calls.append(now)
        jitter = rng.uniform(-1, 1)
        assert ledger.used(now, DAY) <= 290
    return calls


def gaps_s(calls: list[datetime]) -> list[float]:
    return [(late - early).total_seconds() for early, late in pairwise(calls)]


@pytest.mark.parametrize(("day", "expected_s"), [(JUNE, 189), (DECEMBER, 89)])
def test_a_car_that_is_there_all_day_gets_an_even_pace_within_the_budget(day: datetime, expected_s: float) -> None:
    calls = days(day, 3, car=lambda _: True)
    for number in range(3):
        begin = day + number * DAY
        useful = [call for call in calls if begin < call < begin + DAY and PLACE.height_deg(call) > 5]
        assert len(useful) <= 290
        gaps = gaps_s(useful)
        assert min(gaps) >= 75
        assert sum(gaps) / len(gaps) == pytest.approx(expected_s, rel=0.05)
        assert max(gaps) < 2 * expected_s


@pytest.mark.parametrize("day", [JUNE, DECEMBER])
def test_an_afternoon_of_charging_leaves_the_next_morning_its_calls(day: datetime) -> None:
    calls = days(day, 2, car=lambda now: now >= at(day, 12))
    afternoon = [call for call in calls if at(day, 12.1) < call < at(day, 24) and PLACE.height_deg(call) > 5]
    morning = [call for call in calls if at(day, 24) < call < at(day, 36) and PLACE.height_deg(call) > 5]
    even_s = 189 if day == JUNE else 89
    assert sum(gaps_s(afternoon)) / len(gaps_s(afternoon)) == pytest.approx(even_s, rel=0.1)
    assert sum(gaps_s(morning)) / len(gaps_s(morning)) == pytest.approx(even_s, rel=0.1)
    assert max(gaps_s(morning)) < 3 * even_s


def test_without_a_car_a_day_costs_few_calls_and_none_at_night() -> None:
    calls = days(JUNE - DAY, 2, car=lambda _: False)[1:]  # the first of all is made at once, by night
    assert all(PLACE.is_day(call) for call in calls)
    assert len([call for call in calls if call > JUNE]) <= 34
