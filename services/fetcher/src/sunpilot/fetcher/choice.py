"""Which of an inverter's two sources is used: the second one steps in while the first has nothing fresh."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.fetcher.memory import Memory

STEADY = timedelta(seconds=60)
READINGS = 3
"""The first source is trusted again when it has been fresh for so long, by so many readings."""

LATE_S = 30.0
"""A reading that is needed may be late by this much before the other source steps in."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a source stands: its last reading is fresh; it has had its chance and has none that is; that reading."""

    fresh: bool = False
    stale: bool = False
    reading: str | None = None


def condition(memory: Memory, maximum_age_s: float, now: datetime, *, needed: bool) -> Condition:
    """How a source stands. Where readings are not needed, one that is old for lack of asking is not stale."""
    reading = memory.reading
    identity = None if reading is None else reading.identity
    if reading is not None and reading.is_fresh(now, maximum_age_s):
        return Condition(fresh=True, reading=identity)
    if memory.at is None:
        return Condition()
    had_none = memory.has_failed or reading is None or not reading.is_fresh(memory.at, maximum_age_s)
    is_late = reading is not None and reading.age_at(now).total_seconds() > maximum_age_s + LATE_S
    return Condition(stale=had_none or (needed and is_late), reading=identity)


@dataclass(frozen=True, slots=True)
class Choice:
    """The source in use, whether the second one is attended to, and for how long the first has been fresh again."""

    uses_fallback: bool = False
    wants_fallback: bool = False
    fresh_since: datetime | None = None
    readings: int = 0
    last: str | None = None

    def seen(self, first: Condition, fallback: Condition, now: datetime) -> "Choice":
        """The choice after a look at both."""
        since = (self.fresh_since or now) if first.fresh else None
        is_new = first.reading != self.last
        readings = self.readings + (1 if is_new else 0) if first.fresh else 0
        if self.uses_fallback:
            is_steady = since is not None and readings >= READINGS and now - since >= STEADY
            uses = not (first.fresh and (is_steady or not fallback.fresh))
        else:
            uses = first.stale and fallback.fresh
        return Choice(uses, first.stale or uses, since, readings, first.reading)
