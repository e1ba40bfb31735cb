"""Quotas of calls: V1's per day, kept per key (a token, or a site and an address), and V2's per minute and month."""

from collections import deque
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil

from sunpilot.simulator.solaredge.subscription import DayPolicy

DAY = timedelta(hours=24)
LOCKOUT = timedelta(minutes=16)
MINUTE = timedelta(minutes=1)


class Quota:
    """At most `limit` calls per key in a day, whatever `policy` means by one. Refused calls are not booked."""

    def __init__(self, limit: int, zone: tzinfo = UTC, policy: DayPolicy = DayPolicy.SLIDING) -> None:
        self.limit = limit
        self.policy = policy
        self._zone = zone
        self._spent: dict[Hashable, deque[datetime]] = {}
        self._locked_until: dict[Hashable, datetime] = {}

    def spend(self, keys: Sequence[Hashable], at: datetime) -> bool:
        """Book one call on every key, or on none when one of them is used up."""
        used_up = [key for key in keys if self.left(key, at) <= 0]
        for key in used_up:
            self._locked_until.setdefault(key, at + LOCKOUT)
        if used_up:
            return False
        for key in keys:
            self._spent[key].append(at)
        return True

    def left(self, key: Hashable, at: datetime) -> int:
        """Calls that `key` has left at `at`."""
        spent = self._spent.setdefault(key, deque())
        if (until := self._locked_until.get(key)) is not None and at >= until:
            del self._locked_until[key]
            if self.policy is DayPolicy.LOCKOUT:
                spent.clear()
        while spent and self._is_over(spent[0], at):
            spent.popleft()
        return self.limit - len(spent)

    def reset(self) -> None:
        """Forget all calls."""
        self._spent.clear()
        self._locked_until.clear()

    def _is_over(self, call: datetime, at: datetime) -> bool:
        """Whether the day of a call is over."""
        match self.policy:
            case DayPolicy.SLIDING | DayPolicy.LOCKOUT:
                return call <= at - DAY
            case DayPolicy.UTC:
                zone: tzinfo = UTC
            case DayPolicy.SITE:
                zone = self._zone
        return call.astimezone(zone).date() != at.astimezone(zone).date()


class Credits:
    """V2: so many calls in any minute, so many in a calendar month; shared by everything of one account."""

    def __init__(self, per_minute: int, per_month: int) -> None:
        self.per_minute, self.per_month = per_minute, per_month
        self._minute: deque[datetime] = deque()
        self._month = (0, 0)
        self._used = 0

    def spend(self, at: datetime) -> bool:
        """Book one call, unless minute or month are used up."""
        if self.minute_left(at) <= 0 or self.month_left(at) <= 0:
            return False
        self._minute.append(at)
        self._used += 1
        return True

    def minute_left(self, at: datetime) -> int:
        """Calls left in this minute."""
        while self._minute and self._minute[0] <= at - MINUTE:
            self._minute.popleft()
        return self.per_minute - len(self._minute)

    def month_left(self, at: datetime) -> int:
        """Credits left in this month."""
        if self._month != (month := (at.astimezone(UTC).year, at.astimezone(UTC).month)):
            self._month, self._used = month, 0
        return self.per_month - self._used

    def wait_s(self, at: datetime) -> int:
        """Seconds until the minute has a call left."""
        return ceil((self._minute[0] + MINUTE - at).total_seconds()) if self.minute_left(at) <= 0 else 0

    def reset(self) -> None:
        """Forget all calls."""
        self._minute.clear()
        self._used = 0
