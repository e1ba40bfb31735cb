"""The main fuse: what it leaves for a house's Wattpilots, together and for each. All currents in A per phase.

A share is never promised twice: whoever wants more waits until another one has been seen to take less.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import Status
from sunpilot.controller.sharing import Claim, shares

NOMINAL_V = 230.0
BLIND_RESERVE_A = 10.0
"""Kept free for the house when no fresh reading tells what it draws."""


@dataclass(frozen=True, slots=True)
class FuseShare:
    """What one Wattpilot may offer, in whole ampere: to a car on three phases and, ``unbalanced_a``, on fewer."""

    maximum_a: int
    unbalanced_a: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What one Wattpilot takes of the fuse.

    ``seen_w`` and ``seen_a`` are its power and the current of each of its phases at the reading's time, both at most;
    ``committed_a`` is what it may draw now, by its setpoint and by what it offers. ``is_unbalanced``: not on all
    phases alike. ``claim``: what it could do with a share; None while it wants nothing.
    """

    wattpilot_id: int
    seen_w: float
    seen_a: float
    committed_a: float
    is_unbalanced: bool
    claim: Claim | None


def fuse_shares(house: House, reading: Reading | None, draws: Sequence[Draw]) -> dict[int, FuseShare]:
    """What each of a house's Wattpilots may offer; ``reading`` None: none that is fresh.

    Who does not charge yet claims its least, and may begin with what nobody claims: it is committed to that at once,
    and the others see it.
    """
    claims = [draw.claim for draw in draws if draw.claim is not None]
    for_all_a = house.fuse_a - _house_a(reading, draws)
    entitled_a = shares(for_all_a, claims)
    spare_a = for_all_a - sum(max(0.0, share_a) for share_a in entitled_a.values())
    result: dict[int, FuseShare] = {}
    for draw in draws:
        others = [other for other in draws if other is not draw]
        entitled = entitled_a.get(draw.wattpilot_id, 0.0)
        if draw.claim is None or not draw.claim.is_charging:
            entitled += max(0.0, spare_a)
        # On one phase, its current need not be on the busiest one, which three phases would load too.
        spread = replace(draw, seen_a=0.0) if draw.is_unbalanced else draw
        maximum_a = min(entitled, house.fuse_a - _house_a(reading, [spread], others))
        skew_a = house.unbalance_a - sum(other.committed_a for other in others if other.is_unbalanced)
        unbalanced_a = min(entitled, skew_a, house.fuse_a - _house_a(reading, [draw], others))
        result[draw.wattpilot_id] = FuseShare(_whole(maximum_a), _whole(unbalanced_a))
    return result


def committed_a(setpoint: Setpoint | None, status: Status | None) -> float:
    """What a Wattpilot may draw: as it was told or, where that is more, as it still offers.

    Out of sight (``status`` None), it does what it was told last.
    """
    told_a = 0 if setpoint is None or setpoint.action is not Action.CHARGE else setpoint.amps or 0
    offers_a = 0 if status is None or not status.allowed else status.offered_a or 0
    return float(max(told_a, offers_a))


def _house_a(reading: Reading | None, draws: Sequence[Draw], others: Sequence[Draw] = ()) -> float:
    """What the house draws on its busiest phase without the ``draws``; the ``others`` count with what they may draw.

    With the currents of the phases, no phase draws more than the busiest one, wherever the cars hang. Without them, all
    that the house draws is taken to be on one phase, the worst case, and the sun on another. Without a fresh reading,
    ten ampere are kept free.
    """
    committed = sum(other.committed_a for other in others)
    if reading is None or reading.grid_w is None:
        return BLIND_RESERVE_A + committed
    busiest_a = _busiest(reading)
    if busiest_a is not None:
        risen_a = sum(max(0.0, other.committed_a - other.seen_a) for other in others)
        return max(0.0, busiest_a - sum(draw.seen_a for draw in draws)) + risen_a
    drawn_w = max(reading.grid_w, reading.load_w or 0.0)  # the sun may feed another phase than the load
    house_w = drawn_w - sum(draw.seen_w for draw in (*draws, *others))
    return max(0.0, house_w) / NOMINAL_V + committed


def _busiest(reading: Reading) -> float | None:
    """The highest import of a phase; None where the reading does not tell.

    Many meters give no sign: then export looks like import, and the currents are of use only while the house imports.
    """
    known_a = [current_a for current_a in reading.grid_a or () if current_a is not None]
    if len(known_a) < 3 or ((reading.grid_w or 0.0) < 0 and min(known_a) >= 0):
        return None
    return max(known_a)


def _whole(current_a: float) -> int:
    return max(0, math.floor(current_a + 1e-9))
