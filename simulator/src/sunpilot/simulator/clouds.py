"""Clouds that drift over the roof: a function of seed and time alone, so that every run sees the same sky.

The field is value noise: random numbers on a grid in time, joined smoothly, in three octaves from half an hour (the
weather) to a minute (one small cloud). A broken sky is that field cut at a threshold, so that clouds have edges.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor

OCTAVES = ((1800.0, 0.45), (300.0, 0.35), (60.0, 0.20))  # (grid in s, weight)
MASK_64 = (1 << 64) - 1


class Sky(StrEnum):
    """The kinds of sky."""

    CLEAR = "clear"
    BROKEN = "broken"
    OVERCAST = "overcast"


@dataclass(frozen=True, slots=True)
class Clouds:
    """A sky of one kind; two with the same kind and seed are the same at all times."""

    sky: Sky = Sky.CLEAR
    seed: int = 1

    def transmission(self, at: datetime) -> float:
        """Share (0..1) of the clear-sky light that reaches the roof at the aware time `at`."""
        if self.sky is Sky.CLEAR:
            return 1.0
        t_s = at.timestamp()
        thickness = sum(weight * _noise(self.seed, grid_s, t_s) for grid_s, weight in OCTAVES)
        if self.sky is Sky.OVERCAST:
            return 0.40 - 0.30 * thickness
        cover = _smooth(min(1.0, max(0.0, (thickness - 0.46) / 0.08)))
        return 1.0 - cover * (0.35 + 0.6 * thickness)


def _noise(seed: int, grid_s: float, t_s: float) -> float:
    """Value noise 0..1: the grid's random numbers, joined smoothly."""
    cell = floor(t_s / grid_s)
    left, right = (_random(seed ^ int(grid_s) << 20, number) for number in (cell, cell + 1))
    return left + (right - left) * _smooth(t_s / grid_s - cell)


def _smooth(x: float) -> float:
    """A curve from 0 to 1 that is flat at both ends."""
    return x * x * (3 - 2 * x)


def _random(seed: int, number: int) -> float:
    """A uniform number 0..1 that depends on its arguments alone: SplitMix64 (Steele, Lea and Flood 2014)."""
    z = (seed * 0xD1342543DE82EF95 + number * 0x9E3779B97F4A7C15) & MASK_64
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK_64
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK_64
    return (z ^ z >> 31) / 2**64
