"""What the sun leaves for one Wattpilot."""

from dataclasses import dataclass

from sunpilot.controller.home_battery import BatteryPart


@dataclass(frozen=True, slots=True)
class Sun:
    """``surplus_w`` is for this Wattpilot, ``for_all_w`` for all that share it; ``battery`` is in both already."""

    surplus_w: float
    for_all_w: float
    battery: BatteryPart
