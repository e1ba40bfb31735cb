"""The quota's ledger: when a source was asked, and when it may be asked again.

What SolarEdge means by a day is not documented; calls in any 24 hours stay within a budget that holds for every
meaning of it.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


class Ledger:
    """The calls booked in the last 24 hours. Every attempt counts, failed ones too.

    A call booked further ahead than 24 hours comes from a clock that was wrong, and is left out.
    """

    def __init__(self, calls: Iterable[datetime] = ()) -> None:
        self._calls = sorted(calls)

    def book(self, at: datetime) -> None:
        """Add a call, and forget those that count no more."""
        self._calls = self.window(at)
        insort(self._calls, at)

    def settle(self, now: datetime) -> None:
        """After the clock was set back: calls that seem to lie ahead were made by now at the latest, and are booked
        anew at this time. So they still count, and the next call is as far away as after a call made now.
        """
        far = bisect_right(self._calls, now + DAY)
        self._calls = [min(call, now) for call in self._calls[:far]] + self._calls[far:]

    def window(self, now: datetime) -> list[datetime]:
        """The calls that count now, oldest first."""
        return self._calls[bisect_right(self._calls, now - DAY) : bisect_right(self._calls, now + DAY)]

    def last(self, now: datetime) -> datetime | None:
        """The last call; never later than now. Where the clock may have been set back, `settle` comes first: without
        it, this time would move along with the clock until that has caught up.
        """
        calls = self.window(now)
        return min(calls[-1], now) if calls else None

    def used(self, now: datetime) -> int:
        """How many calls count now."""
        return len(self.window(now))

    def free_at(self, now: datetime, limit: int) -> datetime:
        """The first time at which fewer than ``limit`` calls count."""
        calls = self.window(now)
        return now if len(calls) < limit else calls[len(calls) - limit] + DAY

    def spacing_s(self, start: datetime, end: datetime, limit: int, floor_s: float) -> float:
        """Seconds between calls that use up the limit evenly from start to end, ``floor_s`` at least.

        A call of the day before takes up its place until it is 24 hours old. So the even pace must fit not only
        before the end, but before each of these moments as well; the slowest of all is the one that holds.
        """
        calls = self.window(start)
        if (end - start).total_seconds() <= floor_s * (limit - len(calls)):
            return floor_s  # enough calls are left whatever lapses: no need to look at thousands of moments
        expiries = [call + DAY for call in calls if call + DAY < end]
        spacing_s = floor_s
        for expired, moment in enumerate([*expiries, end]):
            free = limit - (len(calls) - expired)
            spacing_s = max(spacing_s, (moment - start).total_seconds() / max(free, 1))
        return spacing_s
