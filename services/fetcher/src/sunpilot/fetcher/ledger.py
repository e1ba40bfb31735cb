"""The quota's ledger: when a source was asked, and when it may be asked again.

What SolarEdge means by a day or a month is not documented; calls in any 24 hours, and in any 31 days, stay within a
budget that holds for every meaning of it.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sunpilot.fetcher.budget import DAY, Limit


class Ledger:
    """The calls booked against a source. Every attempt counts, failed ones too.

    A call booked further ahead than 24 hours comes from a clock that was wrong, and is left out.
    """

    def __init__(self, calls: Iterable[datetime] = ()) -> None:
        self._calls = sorted(calls)

    def book(self, at: datetime, keep: timedelta) -> None:
        """Add a call, and forget those that are older than ``keep``."""
        self._calls = self.window(at, keep)
        insort(self._calls, at)

    def settle(self, now: datetime) -> None:
        """After the clock was set back: calls that seem to lie ahead were made by now at the latest, and are booked
        anew at this time. So they still count, and the next call is as far away as after a call made now.
        """
        far = bisect_right(self._calls, now + DAY)
        self._calls = [min(call, now) for call in self._calls[:far]] + self._calls[far:]

    def window(self, now: datetime, span: timedelta) -> list[datetime]:
        """The calls of the last ``span``, oldest first."""
        return self._calls[bisect_right(self._calls, now - span) : bisect_right(self._calls, now + DAY)]

    def last(self, now: datetime) -> datetime | None:
        """The last call; never later than now. Where the clock may have been set back, `settle` comes first: without
        it, this time would move along with the clock until that has caught up.
        """
        known = bisect_right(self._calls, now + DAY)
        return min(self._calls[known - 1], now) if known else None

    def used(self, now: datetime, span: timedelta) -> int:
        """How many calls count now."""
        return len(self.window(now, span))

    def free_at(self, now: datetime, limits: Sequence[Limit]) -> datetime:
        """The first time at which another call keeps all limits."""
        times = [now]
        for limit in limits:
            calls = self.window(now, limit.span)
            if len(calls) >= limit.calls:
                times.append(calls[len(calls) - limit.calls] + limit.span)
        return max(times)

    def spacing_s(
        self, now: datetime, calls_per_day: int, need_s: Callable[[datetime], float], floor_s: float
    ) -> float:
        """Seconds between calls, ``floor_s`` at least, at which a day's calls last for all the time of need in the
        next 24 hours. ``need_s`` tells how many seconds of need lie between now and a time.

        A call of the day before takes up its place until it is 24 hours old. So the even pace must fit not only until
        tomorrow, but until each of these moments as well; the slowest of all is the one that holds.
        """
        calls = self.window(now, DAY)
        whole_s = need_s(now + DAY)
        if whole_s <= floor_s * (calls_per_day - len(calls)):
            return floor_s  # enough calls are left whatever lapses: no need to look at thousands of moments
        spacing_s = max(floor_s, whole_s / calls_per_day)
        for lapsed, call in enumerate(calls):
            free = max(1, calls_per_day - (len(calls) - lapsed))
            spacing_s = max(spacing_s, need_s(call + DAY) / free)
        return spacing_s
