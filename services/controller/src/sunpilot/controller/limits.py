"""How much current a Wattpilot may offer: fuse, cable and box stand above every order."""

import math
from dataclasses import dataclass

from sunpilot.contract.decision import Reason
from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import PolicySettings

NOMINAL_V = 230.0
BLIND_RESERVE_A = 10
"""Kept free for the house when no fresh reading tells what it draws."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Whole ampere per phase. ``maximum_a`` below ``minimum_a`` means that no charge is allowed."""

    minimum_a: int
    maximum_a: int
    by_fuse: bool

    @property
    def bar_charging(self) -> bool:
        """Not even the least current is allowed."""
        return self.maximum_a < self.minimum_a

    @property
    def reason(self) -> Reason:
        """What stands above every order: the fuse, or box, cable and settings."""
        return Reason.FUSE if self.by_fuse else Reason.LIMITS


def limits(settings: PolicySettings, status: Status, fuse_share_a: int) -> Limits:
    """Bring together the user's bounds, what the box, its cable and its temperature allow, and the fuse's share."""
    minimum_a = max(6, settings.min_a, status.limits.minimum_a or 6)
    device_a = status.limits.maximum_a
    wanted_a = settings.max_a if device_a is None else min(settings.max_a, device_a)
    return Limits(minimum_a, min(wanted_a, fuse_share_a), by_fuse=fuse_share_a < wanted_a)


def fuse_share(house: House, reading: Reading | None, own_w: float | None, wattpilots: int) -> int:
    """What the main fuse leaves for each of a house's Wattpilots, in whole ampere per phase.

    With a fresh reading, the rest of the house is taken to draw on one phase only, the worst case. Without
    (``reading`` or ``own_w`` None), ten ampere are kept free.
    """
    if reading is None or reading.grid_w is None or own_w is None:
        free_a = house.fuse_a - BLIND_RESERVE_A
    else:
        free_a = house.fuse_a - max(0.0, reading.grid_w - own_w) / NOMINAL_V
    return max(0, math.floor(free_a / max(1, wattpilots)))


def voltage(status: Status) -> float:
    """The mean voltage of the phases that the charger measures; nominal where it measures none."""
    measured_v = [v for v in status.voltage_v or () if v is not None and v > 100]
    return sum(measured_v) / len(measured_v) if measured_v else NOMINAL_V
