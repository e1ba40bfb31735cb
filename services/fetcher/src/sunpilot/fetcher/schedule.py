"""When a source is asked next.

While a car can use the sun, the calls that are left are spread evenly over the rest of its day; otherwise there is one
now and then for the display, and none at night but one at sunrise. A source whose calls suffice for a
steady pace around the clock is asked at that pace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.fetcher.ledger import DAY, Ledger
from sunpilot.fetcher.source import Budget
from sunpilot.fetcher.sun import HORIZON_DEG, Place

USEFUL_DEG = 5.0
"""Below this height of the sun there is nothing to charge from."""

LONGEST_S = 600.0
"""Between two calls while a car can use the sun."""

DISPLAY_S = 1800.0
"""Between two calls by day without such a car."""

JITTER = 0.05


@dataclass(frozen=True, slots=True)
class Demand:
    """What a source is asked for: where its house is, whether a car can use the sun, and what the source allows."""

    place: Place
    car: bool
    budget: Budget


def next_fetch(now: datetime, demand: Demand, ledger: Ledger, not_before: datetime, jitter: float) -> datetime:
    """The time of the next call by schedule, now at the earliest.

    ``not_before`` is the end of a back-off, ``jitter`` a factor around 1 drawn anew for each call, so that the calls
    of many houses do not fall together. A source never asked is asked at once.
    """
    last = ledger.last(now)
    if last is None:
        return max(now, not_before)
    if demand.budget.is_ample:
        return max(last + timedelta(seconds=demand.budget.floor_s), not_before, now)
    if demand.car and demand.place.height_deg(now) > USEFUL_DEG:
        due = _for_control(now, last, demand, ledger, jitter)
    else:
        due = _for_display(now, last, demand, ledger, jitter)
    due = max(due, not_before, now)
    if demand.place.is_day(due):
        return due
    return demand.place.next_change(due, HORIZON_DEG) or due + DAY


def _for_control(now: datetime, last: datetime, demand: Demand, ledger: Ledger, jitter: float) -> datetime:
    end = demand.place.next_change(now, USEFUL_DEG) or now + DAY
    budget = demand.budget
    even_s = ledger.spacing_s(last, end, budget.calls_for_control, budget.floor_s)
    due = last + timedelta(seconds=max(min(even_s, LONGEST_S) * jitter, budget.floor_s))
    free_at = ledger.free_at(now, budget.calls_for_control)
    return due if free_at <= due else min(free_at, _for_display(now, last, demand, ledger, jitter))


def _for_display(now: datetime, last: datetime, demand: Demand, ledger: Ledger, jitter: float) -> datetime:
    due = last + timedelta(seconds=max(DISPLAY_S * jitter, demand.budget.floor_s))
    if demand.car and demand.place.height_deg(now) <= USEFUL_DEG:
        useful_at = demand.place.next_change(now, USEFUL_DEG)
        due = min(due, useful_at) if useful_at else due
    return max(due, ledger.free_at(now, demand.budget.calls_per_day))
