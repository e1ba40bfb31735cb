"""Failed log-ins are slowed: from each address, and in all. Pure.

Nobody is locked out for ever: waits end after a minute at most, an address that knew the password before is not
slowed by others' failures, and the set-up code is never slowed.
"""

import ipaddress
import math
from dataclasses import dataclass

FREE_TRIES = 3
"""So many wrong passwords cost an address nothing; each further one doubles the wait, from 1 s on."""

LONGEST_WAIT_S = 60.0
FORGOTTEN_S = 900.0
"""Without a failure for so long, an address starts afresh."""

ALL_TRIES = 20.0
ALL_TRIES_PER_S = 0.2
"""From all unknown addresses together: so many failures at once, then one every 5 s."""

MOST_ADDRESSES = 256


@dataclass(slots=True)
class _Failures:
    count: int
    last_s: float


class Throttle:
    """Counts a try as a failure when it begins, so that many at the same time gain nothing; success takes that back."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failures] = {}
        self._known: dict[str, None] = {}
        self._left = ALL_TRIES
        self._left_at_s = -math.inf

    def begin(self, address: str, now_s: float) -> float:
        """Begin a try: gives 0, or the seconds to wait, and then nothing has begun. ``now_s`` is monotonic."""
        place = _place(address)
        wait_s = max(self._wait_s(place, now_s), 0.0 if place in self._known else self._wait_for_all_s(now_s))
        if wait_s > 0:
            return wait_s
        failures = self._failures.pop(place, None)
        count = 0 if failures is None or now_s - failures.last_s > FORGOTTEN_S else failures.count
        self._failures[place] = _Failures(count + 1, now_s)
        if place not in self._known:
            self._left -= 1
        _shorten(self._failures)
        return 0.0

    def succeed(self, address: str) -> None:
        """The try that was begun was right."""
        place = _place(address)
        self._failures.pop(place, None)
        if place not in self._known:
            self._left = min(self._left + 1, ALL_TRIES)
        self._known.pop(place, None)
        self._known[place] = None
        _shorten(self._known)

    def _wait_s(self, place: str, now_s: float) -> float:
        failures = self._failures.get(place)
        if failures is None or failures.count < FREE_TRIES:
            return 0.0
        pause_s = min(2.0 ** (failures.count - FREE_TRIES), LONGEST_WAIT_S)
        return failures.last_s + pause_s - now_s

    def _wait_for_all_s(self, now_s: float) -> float:
        self._left = min(self._left + (now_s - self._left_at_s) * ALL_TRIES_PER_S, ALL_TRIES)
        self._left_at_s = now_s
        return (1 - self._left) / ALL_TRIES_PER_S


def _place(address: str) -> str:
    """An address as one place: of IPv6 the network, because a home has 2^64 addresses in it (RFC 4291, 2.5.4)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))


def _shorten(places: dict[str, _Failures] | dict[str, None]) -> None:
    while len(places) > MOST_ADDRESSES:
        del places[next(iter(places))]
