"""A quota of calls over a sliding day, kept per key (a token, or a site and an address)."""

from collections import deque
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)


class Quota:
    """At most `limit` calls per key in any 24 hours. Refused calls are not booked."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._spent: dict[Hashable, deque[datetime]] = {}

    def spend(self, keys: Sequence[Hashable], at: datetime) -> bool:
        """Book one call on every key, or on none when one of them is used up."""
        if any(self.left(key, at) <= 0 for key in keys):
            return False
        for key in keys:
            self._spent[key].append(at)
        return True

    def left(self, key: Hashable, at: datetime) -> int:
        """Calls that `key` has left at `at`."""
        spent = self._spent.setdefault(key, deque())
        while spent and spent[0] <= at - WINDOW:
            spent.popleft()
        return self.limit - len(spent)

    def reset(self) -> None:
        """Forget all calls."""
        self._spent.clear()
