"""What stands at one grid connection: a house, its inverters and its Wattpilots."""

from dataclasses import dataclass

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role


@dataclass(frozen=True, slots=True)
class Premises:
    """A house with the inverter at its grid connection. ``further`` are the inverters that add to what ``grid``
    measures, ``wattpilots`` the ids of all its Wattpilots, whether smart charging rules them or not.
    """

    house: House
    grid: Inverter
    further: tuple[Inverter, ...] = ()
    wattpilots: tuple[int, ...] = ()


def premises(configuration: Configuration) -> dict[int, Premises]:
    """The premises by the house's id, of each house that has a grid inverter: only there is anything measured."""
    inverters = configuration.inverters.values()
    homes = {w.id: w.house_id for w in configuration.wattpilots.values()}
    homes |= {w: one.house_id for one in inverters if (w := one.wattpilot_id) is not None and w in homes}
    result: dict[int, Premises] = {}
    for grid in inverters:
        house = configuration.houses.get(grid.house_id)
        if house is not None and grid.role is Role.GRID:
            further = tuple(one for one in inverters if one.house_id == house.id and one.role is Role.PV)
            wattpilots = tuple(wattpilot_id for wattpilot_id, home in homes.items() if home == house.id)
            result[house.id] = Premises(house, grid, further, wattpilots)
    return result
