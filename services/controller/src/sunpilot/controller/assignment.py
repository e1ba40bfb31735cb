"""Which Wattpilot belongs to which house and grid inverter, and under which orders it stands."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.order import Deadline, Mode, Override, Resume
from sunpilot.contract.wattpilot import Wattpilot


@dataclass(frozen=True, slots=True)
class Assignment:
    """A Wattpilot with what rules it. ``further`` are the inverters that add to what ``grid`` measures."""

    wattpilot: Wattpilot
    grid: Inverter
    house: House
    override: Override | None = None
    deadline: Deadline | None = None
    resume: Resume | None = None
    further: tuple[Inverter, ...] = ()

    def order(self, now: datetime) -> tuple[Mode, Override | None]:
        """The mode that holds now: the override's while it runs, then the Wattpilot's own."""
        if self.override is not None and self.override.holds(now):
            return Mode(self.override.kind.value), self.override
        return self.wattpilot.mode, None

    def wanted(self, now: datetime) -> Deadline | None:
        """The deadline that holds now; the modes ``sun`` and ``minimum`` serve it."""
        mode, _ = self.order(now)
        holds = self.deadline is not None and self.deadline.holds(now) and mode in (Mode.SUN, Mode.MINIMUM)
        return self.deadline if holds else None


def assignments(configuration: Configuration) -> dict[int, Assignment]:
    """The Wattpilots that smart charging rules, by id: those in a house whose grid inverter allows it."""
    inverters = configuration.inverters.values()
    grids = {inverter.house_id: inverter for inverter in inverters if inverter.role is Role.GRID}
    places = {w.id: w.house_id for w in configuration.wattpilots.values() if w.house_id is not None}
    places |= {one.wattpilot_id: one.house_id for one in inverters if one.wattpilot_id is not None}
    result: dict[int, Assignment] = {}
    for wattpilot_id, house_id in places.items():
        wattpilot, house = configuration.wattpilots.get(wattpilot_id), configuration.houses.get(house_id)
        grid = grids.get(house_id)
        if wattpilot is None or house is None or grid is None:
            continue
        if wattpilot.enabled and grid.smart_charging_enabled:
            result[wattpilot_id] = Assignment(
                wattpilot,
                grid,
                house,
                configuration.overrides.get(wattpilot_id),
                configuration.deadlines.get(wattpilot_id),
                configuration.resumes.get(wattpilot_id),
                tuple(one for one in inverters if one.house_id == house_id and one.role is Role.PV),
            )
    return result
