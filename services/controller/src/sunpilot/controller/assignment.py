"""Which Wattpilot belongs to which house and grid inverter, and under which order it stands."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.wattpilot import Wattpilot


@dataclass(frozen=True, slots=True)
class Assignment:
    """A Wattpilot with what rules it. ``companions`` counts the Wattpilots of the house, itself included."""

    wattpilot: Wattpilot
    grid: Inverter
    house: House
    override: Override | None
    companions: int

    def order(self, now: datetime) -> tuple[Mode, Override | None]:
        """The mode that holds now: the override's while it runs, then the Wattpilot's own."""
        if self.override is not None and self.override.holds(now):
            return Mode(self.override.kind.value), self.override
        return self.wattpilot.mode, None


def assignments(configuration: Configuration) -> dict[int, Assignment]:
    """The Wattpilots that smart charging rules, by id: linked to an inverter of a house whose grid inverter allows
    it.
    """
    grids = {inverter.house_id: inverter for inverter in configuration.inverters.values() if inverter.role is Role.GRID}
    linked: dict[int, Inverter] = {}
    for inverter in configuration.inverters.values():
        grid = grids.get(inverter.house_id)
        if inverter.wattpilot_id is not None and grid is not None and grid.smart_charging_enabled:
            linked[inverter.wattpilot_id] = grid
    result: dict[int, Assignment] = {}
    for wattpilot_id, grid in linked.items():
        wattpilot = configuration.wattpilots.get(wattpilot_id)
        house = configuration.houses.get(grid.house_id)
        if wattpilot is None or house is None or not wattpilot.enabled:
            continue
        companions = sum(1 for other in linked.values() if other.house_id == grid.house_id)
        override = configuration.overrides.get(wattpilot_id)
        result[wattpilot_id] = Assignment(wattpilot, grid, house, override, companions)
    return result
