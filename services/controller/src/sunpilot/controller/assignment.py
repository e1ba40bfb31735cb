"""Which Wattpilot belongs to which house and grid inverter, and under which orders it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.order import Deadline, Mode, Override, Resume
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.premises import Premises


@dataclass(frozen=True, slots=True)
class Assignment:
    """A Wattpilot with what rules it; ``grid`` is the inverter that measures at its house's connection."""

    wattpilot: Wattpilot
    grid: Inverter
    house: House
    override: Override | None = None
    deadline: Deadline | None = None
    resume: Resume | None = None

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


def assignments(configuration: Configuration, places: Iterable[Premises]) -> dict[int, Assignment]:
    """The Wattpilots that smart charging rules, by id: those in a house whose grid inverter allows it."""
    return {
        wattpilot_id: Assignment(
            configuration.wattpilots[wattpilot_id],
            one.grid,
            one.house,
            configuration.overrides.get(wattpilot_id),
            configuration.deadlines.get(wattpilot_id),
            configuration.resumes.get(wattpilot_id),
        )
        for one in places
        if one.grid.smart_charging_enabled
        for wattpilot_id in one.wattpilots
        if configuration.wattpilots[wattpilot_id].enabled
    }
