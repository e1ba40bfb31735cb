"""When a source is asked next.

While a car can use the sun, the calls that are left are spread evenly over the sun of the next 24 hours; otherwise
there is one now and then for the display, and none at night but one at sunrise. A source whose calls suffice for a
steady pace around the clock is asked at that pace, one that gives averages of closed windows once for each window.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sunpilot.fetcher.budget import DAY, Budget, Limit
from sunpilot.fetcher.ledger import Ledger
from sunpilot.fetcher.refresh import Poll, Rhythm, next_poll
from sunpilot.fetcher.sun import HORIZON_DEG, Place

USEFUL_DEG = 5.0
"""Below this height of the sun there is nothing to charge from."""

LONGEST_S = 600.0
"""Between two calls while a car can use the sun."""

DISPLAY_S = 1800.0
"""Between two calls by day without such a car."""

JITTER = 0.05
"""The pace varies by this share, so that the calls of many houses do not fall together."""

AFTER_WINDOW_S = (90.0, 150.0)
"""A closed window is asked for so long after its end: earlier, the cloud still shows the one before."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a source is asked for: where its house is, whether a car can use the sun, and what the source allows."""

    place: Place
    car: bool
    budget: Budget

    def is_for_control(self, now: datetime) -> bool:
        """A car can use the sun that shines now."""
        return self.car and self.place.is_above(now, USEFUL_DEG)

    @property
    def reserve(self) -> int:
        """Calls a day that control leaves for the display and for a person: 10, fewer where the budget is small."""
        return min(10, (self.budget.calls_per_day or 0) // 25)

    @property
    def limits_for_control(self) -> tuple[Limit, ...]:
        """What control may use up."""
        return tuple(
            replace(limit, calls=limit.calls - self.reserve) if limit.span >= DAY else limit
            for limit in self.budget.limits
        )


@dataclass(frozen=True, slots=True)
class Course:
    """What came of the calls so far: when a back-off ends, whether the last call failed, the last poll and the rhythm
    of the source's values as far as they are known, and the end of the last closed window that was shown.
    """

    not_before: datetime
    failed: bool = False
    last: Poll | None = None
    rhythm: Rhythm | None = None
    shown_until: datetime | None = None


def next_fetch(now: datetime, demand: Demand, ledger: Ledger, course: Course, jitter: float) -> datetime:
    """The time of the next call by schedule, now at the earliest. ``jitter`` is a number from −1 to 1, drawn anew for
    each call. A source never asked is asked at once.
    """
    last = ledger.last(now)
    if last is None:
        return max(now, course.not_before)
    budget = demand.budget
    if budget.is_ample:
        return max(last + timedelta(seconds=budget.floor_s), course.not_before, now)
    if demand.is_for_control(now):
        due = _for_control(now, last, demand, ledger, course, jitter)
    else:
        due = _for_display(now, last, demand, jitter)
    if budget.window_s is not None and not course.failed:
        due = _after_window(last, course.shown_until, due, budget.window_s, jitter)
    due = max(due, ledger.free_at(now, budget.limits), course.not_before, now)
    if demand.place.is_day(due):
        return due
    return demand.place.next_change(due, HORIZON_DEG) or due + DAY


def _for_control(
    now: datetime, last: datetime, demand: Demand, ledger: Ledger, course: Course, jitter: float
) -> datetime:
    budget = demand.budget
    even_s = min(_even_s(now, demand, ledger), LONGEST_S)
    if budget.window_s is not None and course.failed:
        return last
    if course.rhythm is not None and course.last is not None and not course.failed:
        due = next_poll(course.rhythm, course.last, even_s)
    else:
        due = last + timedelta(seconds=max(even_s * (1 + JITTER * jitter), budget.floor_s))
    free_at = ledger.free_at(now, demand.limits_for_control)
    return due if free_at <= due else min(free_at, _for_display(now, last, demand, jitter))


def _even_s(now: datetime, demand: Demand, ledger: Ledger) -> float:
    """The pace at which a day's calls last over the sun of the next 24 hours, today's rest and tomorrow's beginning."""
    budget = demand.budget
    if budget.calls_per_day is None:
        return budget.floor_s
    shine = demand.place.shine(now, now + DAY, USEFUL_DEG)

    def need_s(until: datetime) -> float:
        sunny = timedelta(0)
        for start, end in shine:
            if start < until:
                sunny += (min(until, end)) - start
        return sunny.total_seconds()

    return ledger.spacing_s(now, budget.calls_per_day - demand.reserve, need_s, budget.floor_s)


def _for_display(now: datetime, last: datetime, demand: Demand, jitter: float) -> datetime:
    due = last + timedelta(seconds=max(DISPLAY_S * (1 + JITTER * jitter), demand.budget.floor_s))
    if demand.car:
        useful_at = demand.place.next_change(now, USEFUL_DEG)
        due = min(due, useful_at) if useful_at else due
    return due


def _after_window(
    last: datetime, shown_until: datetime | None, due: datetime, window_s: float, jitter: float
) -> datetime:
    """The time at which the window before ``due`` is there, or else the first that the last call could not see. What a
    call that came early was shown all the same is not asked for again.
    """
    early_s, late_s = AFTER_WINDOW_S
    seen = math.floor((last.timestamp() - early_s) / window_s)
    if shown_until is not None:
        seen = max(seen, math.floor(min(shown_until, last).timestamp() / window_s))
    wanted = math.floor((due.timestamp() - early_s) / window_s)
    after_s = early_s + (late_s - early_s) * (1 + jitter) / 2
    return datetime.fromtimestamp(max(seen + 1, wanted) * window_s + after_s, UTC)
