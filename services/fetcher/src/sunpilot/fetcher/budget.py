"""How often a source may be asked."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in any span of this length."""

    calls: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a source may be asked.

    ``floor_s`` is the least time between two calls by schedule. ``limits`` are the source's quotas, none for a device
    in the own network. ``window_s`` is the length of the windows of a source that gives averages of closed windows: it
    is asked once for each, some time after its end.
    """

    floor_s: float
    limits: tuple[Limit, ...] = ()
    window_s: float | None = None

    @property
    def calls_per_day(self) -> int | None:
        """The calls that may be made day by day for ever; None where there is no such limit."""
        days = [int(limit.calls * (DAY / limit.span)) for limit in self.limits if limit.span >= DAY]
        return max(1, min(days)) if days else None

    @property
    def longest_span(self) -> timedelta:
        """How long a call counts."""
        return max((limit.span for limit in self.limits), default=timedelta(0))

    @property
    def is_ample(self) -> bool:
        """There are calls enough for asking at the floor around the clock."""
        per_day = self.calls_per_day
        return per_day is None or per_day * timedelta(seconds=self.floor_s) >= DAY
