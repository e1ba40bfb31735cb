"""What a household draws: a base, a fridge, and appliances that people switch on at their hours.

A function of seed and local time alone. The pattern of a day (who cooks when, whether the washing runs) is drawn once
from seed and date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from math import sin, tau
from random import Random

BASE_W = 190.0
FRIDGE_W, FRIDGE_ON_S, FRIDGE_CYCLE_S = 85.0, 900, 2700


@dataclass(frozen=True, slots=True)
class Programme:
    """An appliance's habit: usual start (hours after local midnight), how far it strays, how likely it runs on a day,
    and its course as (minutes, W) pieces."""

    start_h: float
    stray_min: float
    chance: float
    course: tuple[tuple[float, float], ...]


OVEN = ((9, 2300),) + ((3, 0), (2, 2300)) * 6
WASHING = ((6, 120), (16, 2050), (40, 180), (9, 420))
HABITS = (
    Programme(6.6, 20, 1.0, ((3, 2000),)),  # kettle in the morning
    Programme(6.7, 20, 0.9, ((4, 850),)),  # toaster
    Programme(10.6, 60, 0.6, WASHING),
    Programme(12.3, 20, 0.8, ((12, 1400), (10, 600))),  # hob at noon
    Programme(15.8, 30, 0.7, ((3, 2000),)),  # kettle in the afternoon
    Programme(18.3, 30, 0.7, OVEN),
    Programme(18.6, 25, 0.9, ((10, 1800), (15, 700))),  # hob in the evening
    Programme(20.2, 30, 0.5, ((14, 2000), (35, 60), (12, 2000))),  # dishwasher
    Programme(17.8, 20, 1.0, ((290, 240),)),  # light and television
)


@dataclass(frozen=True, slots=True)
class Appliances:
    """The appliances of one household, living by the clock of `zone`."""

    zone: tzinfo
    seed: int = 1

    def load_w(self, at: datetime) -> float:
        """Power in W at the aware time `at`, without the car."""
        local = at.astimezone(self.zone)
        t_s = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
        running_w = sum(power_w for start_s, end_s, power_w in _day(self.seed, local.date()) if start_s <= t_s < end_s)
        fridge_w = FRIDGE_W if (t_s + self.seed * 977) % FRIDGE_CYCLE_S < FRIDGE_ON_S else 0.0
        ripple_w = 12 * sin(tau * t_s / 431) + 6 * sin(tau * t_s / 97)  # the small things nobody counts
        return BASE_W + ripple_w + fridge_w + running_w


@lru_cache(maxsize=4)
def _day(seed: int, day: date) -> tuple[tuple[float, float, float], ...]:
    """The pieces (start_s, end_s, power_w) of one day, in seconds after local midnight."""
    return tuple(_pieces(Random(f"{seed} {day}")))


def _pieces(random: Random) -> Iterator[tuple[float, float, float]]:
    for habit in HABITS:
        runs = random.random() < habit.chance
        at_s = habit.start_h * 3600 + random.uniform(-60, 60) * habit.stray_min
        if not runs:
            continue
        for minutes, power_w in habit.course:
            yield at_s, at_s + minutes * 60, power_w
            at_s += minutes * 60
