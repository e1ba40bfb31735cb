"""What a source of readings shows of the house: when it is asked, how old the values are, and over which window."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, slots=True)
class Meter:
    """A kind of source. ``every_s`` between readings, each averaged over ``window_s``; 0: a value of one moment.

    ``age_s`` is the range of the values' age on arrival; where both ends are the same, readings carry their time.
    ``paced_s`` is the interval at which Sunpilot's fetcher asks such a source while the car is there; others poll it
    every ``every_s``. Where the two differ, Sunpilot has more readings, and the table shows how many.
    """

    name: str
    every_s: float
    age_s: tuple[int, int]
    window_s: int = 0
    paced_s: float | None = None

    @property
    def is_stamped(self) -> bool:
        """Whether a reading says when it was measured."""
        return self.age_s[0] == self.age_s[1]

    @property
    def paced(self) -> "Meter":
        """The same, asked at Sunpilot's pace."""
        return self if self.paced_s is None else replace(self, every_s=self.paced_s)

    def readings(self, seconds: int) -> int:
        """How many readings arrive in this time."""
        return sum(1 for _ in self.arrivals(seconds, seed=0))

    def arrivals(self, seconds: int, seed: int) -> Iterator[tuple[int, int]]:
        """The second at which each reading arrives, and the one at which it was true."""
        low, high = self.age_s
        ages = np.random.default_rng(seed)
        at = float(self.window_s + high)
        while at < seconds:
            arrives = int(at)
            yield arrives, arrives - int(ages.integers(low, high + 1))
            at += self.every_s


METERS = (
    Meter("local-5s", 5, (1, 1)),
    Meter("local-60s", 60, (1, 1)),
    Meter("cloud-180s", 180, (2, 62), paced_s=156),
    Meter("cloud-300s", 300, (60, 60), paced_s=75),
    Meter("average-900s", 900, (120, 120), window_s=900),
)
"""``cloud-180s`` has a budget of 300 calls a day: one in 288 s around the clock, or one in 156 s while the car is there
(13 hours). ``cloud-300s`` is a live value 60 s late, without a budget that binds: a product polls it every 300 s,
Sunpilot at its fetcher's floor of 75 s (the value's age and 15 s). So it has four times the readings there.
"""
