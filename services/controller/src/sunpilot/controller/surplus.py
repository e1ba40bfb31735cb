"""The surplus, with both of its parts taken at the same time.

surplus = −grid + the charger's own power. Taking an old grid value with the present charger power turns a source of
five minutes from 90 % of the surplus used into 28–63 %, and swings (measured).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sunpilot.contract.reading import Reading
from sunpilot.controller.power_history import PowerHistory

HOUSE_LOAD_SLACK_W = 50.0
"""A house cannot draw less than nothing; this much is rounding."""

NARROW_W = 150.0
"""Own powers within this range over the possible age of a reading are as good as one."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """What the car could have taken without import at the reading's time, and the car's own power then, in W.

    ``house_load_w`` is what the house drew besides; None where the reading has no load.
    """

    surplus_w: float
    own_w: float
    house_load_w: float | None = None


def align(reading: Reading, history: PowerHistory, house_load_w: float | None) -> Surplus | None:
    """Meet a reading with the charger's power at the reading's own time or window; None when either is not known.

    ``house_load_w`` is the house's load without the car as the last reading left it; it tells which of several possible
    ages is the likely one. A mean over minutes is a worse guide: a cooker that goes on would look like the car for as
    long as the mean takes to follow, and the current would swing.
    """
    if reading.grid_w is None:
        return None
    own_w = _own_power(reading, history, house_load_w)
    if own_w is None:
        return None
    rest_w = None if reading.load_w is None else reading.load_w - own_w
    return Surplus(surplus_w=own_w - reading.grid_w, own_w=own_w, house_load_w=rest_w)


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
    """Of several own powers, in rising order, the one that leaves the house the load that is nearest to its last one,
    and never less than nothing; None when nothing tells.
    """
    plausible_w = [own_w for own_w in possible_w if load_w - own_w >= -HOUSE_LOAD_SLACK_W]
    if not plausible_w:
        return None
    if house_load_w is None:
        return sum(plausible_w) / len(plausible_w) if plausible_w[-1] - plausible_w[0] <= NARROW_W else None
    return min(plausible_w, key=lambda own_w: abs(load_w - own_w - house_load_w))
