"""Whether a house has a car that can use the sun."""

from collections.abc import Mapping

from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.status import Car, Status
from sunpilot.contract.wattpilot import Wattpilot


def has_use_for_readings(
    house_id: int,
    inverters: Mapping[int, Inverter],
    wattpilots: Mapping[int, Wattpilot],
    statuses: Mapping[int, Status],
) -> bool:
    """A car that is not full is plugged in at one of the house's Wattpilots, and its grid inverter charges smartly.

    A Wattpilot is in the house of the inverter that names it, otherwise in the one that it names itself.
    """
    places = {wattpilot.id: wattpilot.house_id for wattpilot in wattpilots.values()}
    places |= {one.wattpilot_id: one.house_id for one in inverters.values() if one.wattpilot_id is not None}
    boxes = (statuses.get(wattpilot_id) for wattpilot_id, place in places.items() if place == house_id)
    members = [inverter for inverter in inverters.values() if inverter.house_id == house_id]
    is_smart = any(member.smart_charging_enabled for member in members if member.role is Role.GRID)
    return is_smart and any(status is not None and _can_charge(status) for status in boxes)


def _can_charge(status: Status) -> bool:
    # The Wattpilot calls a car complete both when it is full and when its charge was stopped (Wattpilot protocol,
    # property car = 4); only the full one is still allowed to charge.
    is_full = status.car is Car.COMPLETE and status.allowed is True
    return bool(status.has_car) and not is_full
