"""The surplus, with both of its parts taken at the same time.

surplus = −grid + the charger's own power. Taking an old grid value with the present charger power turns a source of
five minutes from 90 % of the surplus used into 28–63 %, and swings (measured).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sunpilot.contract.reading import Reading
from sunpilot.controller.power_history import PowerHistory

HOUSE_LOAD_MEMORY_S = 900.0
HOUSE_LOAD_SLACK_W = 50.0
"""A house cannot draw less than nothing; this much is rounding."""

NARROW_W = 150.0
"""Own powers within this range over the possible age of a reading are as good as one."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """What the car could have taken without import at the reading's time, and the car's own power then, in W."""

    surplus_w: float
    own_w: float


def align(reading: Reading, history: PowerHistory, house_load_w: float | None) -> Surplus | None:
    """Meet a reading with the charger's power at the reading's own time or window; None when either is not known.

    ``house_load_w`` is the house's recent load without the car; it tells which of several possible ages is the likely
    one.
    """
    if reading.grid_w is None:
        return None
    own_w = _own_power(reading, history, house_load_w)
    return None if own_w is None else Surplus(surplus_w=own_w - reading.grid_w, own_w=own_w)


def smooth_house_load(before_w: float | None, reading: Reading, own_w: float, elapsed_s: float) -> float | None:
    """The house's load without the car, smoothed over 15 minutes; unchanged where the reading has no load."""
    if reading.load_w is None:
        return before_w
    return smoothed(before_w, reading.load_w - own_w, elapsed_s)


def smoothed(before_w: float | None, now_w: float, elapsed_s: float) -> float:
    """An exponential mean over 15 minutes, brought up to date."""
    if before_w is None:
        return now_w
    return before_w + (1 - math.exp(-max(0.0, elapsed_s) / HOUSE_LOAD_MEMORY_S)) * (now_w - before_w)


def _own_power(reading: Reading, history: PowerHistory, house_load_w: float | None) -> float | None:
    if reading.age_s is None:
        return history.mean(reading.time - timedelta(seconds=reading.averaged_s), reading.time)
    youngest = reading.received_at - timedelta(seconds=reading.age_s[0])
    oldest = reading.received_at - timedelta(seconds=reading.age_s[1])
    possible_w = history.values(oldest, youngest)
    if not possible_w:
        return None
    if reading.load_w is not None:
        return likeliest(possible_w, reading.load_w, house_load_w)
    if possible_w[-1] - possible_w[0] <= NARROW_W:
        return history.mean(oldest, youngest)
    return None


def likeliest(possible_w: Sequence[float], load_w: float, house_load_w: float | None) -> float | None:
    """Of several own powers, in rising order, the one that leaves the house the most usual load, and never less than
    nothing; None when nothing tells.
    """
    plausible_w = [own_w for own_w in possible_w if load_w - own_w >= -HOUSE_LOAD_SLACK_W]
    if not plausible_w:
        return None
    if house_load_w is None:
        return sum(plausible_w) / len(plausible_w) if plausible_w[-1] - plausible_w[0] <= NARROW_W else None
    return min(plausible_w, key=lambda own_w: abs(load_w - own_w - house_load_w))
