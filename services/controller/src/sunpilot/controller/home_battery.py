"""The home battery's part of the surplus: who goes first, and that it is not emptied into a car.

The balance is grid + pv = load + battery, battery power positive while charging. What charges the battery would be free
for the car if the car goes first; what discharges it is no sun. Source: Sunpilot's control study.
"""

from dataclasses import dataclass

from sunpilot.contract.house import HomeBattery, House
from sunpilot.contract.reading import Reading


@dataclass(frozen=True, slots=True)
class BatteryPart:
    """``surplus_w`` is added to the surplus; ``goes_first``: the battery takes sun that the car does not get."""

    surplus_w: float
    goes_first: bool


def battery_part(reading: Reading, house: House) -> BatteryPart:
    """The part of one reading's home battery. With unknown battery power, the house counts as one without a battery.

    ``battery_first`` with an unknown state of charge: the battery goes first as long as it charges.
    """
    battery_w = reading.battery_w
    if battery_w is None:
        return BatteryPart(0.0, goes_first=False)
    if battery_w < 0:
        return BatteryPart(0.0 if house.battery_discharge else battery_w, goes_first=False)
    if house.battery is HomeBattery.CAR_FIRST or _has_reached_goal(reading, house):
        return BatteryPart(battery_w, goes_first=False)
    return BatteryPart(0.0, goes_first=battery_w > 0)


def _has_reached_goal(reading: Reading, house: House) -> bool:
    is_first = house.battery is HomeBattery.BATTERY_FIRST
    return is_first and reading.soc_pct is not None and reading.soc_pct >= house.battery_soc_pct
