"""Whether a house has a car that can use the sun."""

from collections.abc import Mapping

from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.status import Car, Status


def has_use_for_readings(house_id: int, inverters: Mapping[int, Inverter], statuses: Mapping[int, Status]) -> bool:
    """A car that is not full is plugged in at one of the house's Wattpilots, and its grid inverter charges smartly."""
    members = [inverter for inverter in inverters.values() if inverter.house_id == house_id]
    boxes = (statuses.get(member.wattpilot_id) for member in members if member.wattpilot_id is not None)
    is_smart = any(member.smart_charging_enabled for member in members if member.role is Role.GRID)
    return is_smart and any(status is not None and _can_charge(status) for status in boxes)


def _can_charge(status: Status) -> bool:
    # The Wattpilot calls a car complete both when it is full and when its charge was stopped (Wattpilot protocol,
    # property car = 4); only the full one is still allowed to charge.
    is_full = status.car is Car.COMPLETE and status.allowed is True
    return bool(status.has_car) and not is_full
