"""How much time a reading speaks for. Time comes in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.contract.reading import Reading

LONGEST_GAP = timedelta(minutes=15)
"""Nobody knows what flowed in a longer gap between readings."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time, after ``begin`` up to ``end``, that a reading speaks for."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.begin).total_seconds()

    @property
    def middle(self) -> datetime:
        """The time half-way."""
        return self.begin + (self.end - self.begin) / 2

    def within(self, begin: datetime, end: datetime | None) -> "Span | None":
        """The part of it in a stretch of time, which may be open; None: there is none."""
        first, last = max(self.begin, begin), self.end if end is None else min(self.end, end)
        return Span(first, last) if first < last else None


def spoken_for(reading: Reading, before: datetime | None) -> Span:
    """What a reading speaks for: the time since the one ``before`` or, after a gap that nobody knows, its own average,
    which is no time at all for a momentary value.
    """
    end, averaged = reading.time, timedelta(seconds=reading.averaged_s)
    since = end - averaged if before is None else before
    if end - since > LONGEST_GAP:
        since = max(since, end - averaged)
    return Span(since, end)
