"""Dividing what there is among a house's Wattpilots: by priority, and evenly among equals. Pure, and without a unit.

It serves surplus (in W) and the current that the main fuse leaves (in A) alike. Nobody gets less than is of use: who
comes too late goes without, and whoever charges already goes before who does not, so that a share does not wander.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """What a Wattpilot could do with a share.

    ``least`` is what it draws at least once it charges, ``most`` what it can use. It takes part from ``worth`` on
    (of surplus, half of the least is worth a start; of the fuse's current, only all of it).
    """

    wattpilot_id: int
    priority: int
    worth: float
    least: float
    most: float
    is_charging: bool


def shares(total: float, claims: Sequence[Claim]) -> dict[int, float]:
    """Each one's share by Wattpilot. Who takes no part sees what is left over, which is less than it could use."""
    result: dict[int, float] = {}
    left = total
    for priority in sorted({claim.priority for claim in claims}):
        line = [claim for claim in claims if claim.priority == priority]
        line.sort(key=lambda claim: (not claim.is_charging, claim.wattpilot_id))
        taking = _taking(left, line)
        for claim, share in zip(taking, _levelled(left, taking), strict=True):
            result[claim.wattpilot_id] = share
        left -= sum(max(result[claim.wattpilot_id], claim.least) for claim in taking)
        for claim in line:
            if claim not in taking:
                result[claim.wattpilot_id] = left
                left -= claim.least if claim.is_charging else 0.0
    return result


def _taking(total: float, line: Sequence[Claim]) -> list[Claim]:
    """Those who take part: each one more only if the others' least leaves what is worth it."""
    taking: list[Claim] = []
    for claim in line:
        if sum(other.least for other in taking) + claim.worth <= total:
            taking.append(claim)
    return taking


def _levelled(total: float, claims: Sequence[Claim]) -> list[float]:
    """Equal shares, within each one's least and most; what does not do for the least of all, the last one lacks."""
    spare = total - sum(claim.least for claim in claims)
    if spare <= 0:
        return [claim.least + (spare if claim is claims[-1] else 0.0) for claim in claims]
    held = [claim.least for claim in claims]
    for level in sorted({limit for claim in claims for limit in (claim.least, claim.most)}):
        risen = [max(share, min(level, claim.most)) for share, claim in zip(held, claims, strict=True)]
        if sum(risen) > total:
            return _risen(total, held, level, claims)
        held = risen
    return held


def _risen(total: float, held: Sequence[float], level: float, claims: Sequence[Claim]) -> list[float]:
    """The last step up, of those who can rise to ``level`` and stand equally high, as far as the total goes."""
    lowest = min(share for share, claim in zip(held, claims, strict=True) if share < min(level, claim.most))
    rising = [share == lowest and claim.most > share for share, claim in zip(held, claims, strict=True)]
    step = (total - sum(held)) / sum(rising)
    return [share + step if rises else share for share, rises in zip(held, rising, strict=True)]
