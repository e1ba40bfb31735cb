"""How long to wait before the next attempt."""

import random

JITTER = 0.25


class BackOff:
    """Doubles from ``first_s`` to ``last_s``, each time up to a quarter longer by chance, so that clients spread."""

    def __init__(self, first_s: float, last_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._rng = rng
        self._next_s = first_s

    def wait_s(self) -> float:
        """Seconds to wait now; the next time it will be twice as long."""
        wait_s = min(self._last_s, self._next_s * (1 + JITTER * self._rng.random()))
        self._next_s = min(self._last_s, self._next_s * 2)
        return wait_s

    def reset(self) -> None:
        """Begin anew, after a success."""
        self._next_s = self._first_s
