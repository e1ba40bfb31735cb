"""What is known of everything that a person may want to be told about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sunpilot.contract.decision import Decision
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Reading
from sunpilot.contract.session import Session
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.status import Status


@dataclass(frozen=True, slots=True)
class Box:
    """A Wattpilot with what was last said of it; ``zone`` is that of its house."""

    name: str
    zone: ZoneInfo
    online: bool = False
    status: Status | None = None
    decision: Decision | None = None
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """An inverter with how its source is doing, and the last reading of it."""

    inverter: Inverter
    state: SourceState
    reading: Reading | None = None

    @property
    def is_stale(self) -> bool:
        """Nothing comes, or the grid's inverter gives what no charge may start by: no grid power, powers that
        contradict each other, or for too long the same values. Measured when the source was last asked, for at night
        none is.
        """
        if self.state.outcome is Outcome.REFUSED:
            return False
        if self.state.outcome not in (Outcome.OK, Outcome.UNCHANGED):
            return True
        reading = self.reading
        if reading is None or self.inverter.role is not Role.GRID:
            return False
        asked_at = max(self.state.at, reading.time)
        return not reading.is_fresh(asked_at, self.inverter.maximum_age_s(reading))


@dataclass(frozen=True, slots=True)
class Facts:
    """Wattpilots and inverters by id, and the names of the services that do not run."""

    boxes: Mapping[int, Box] = field(default_factory=dict)
    feeds: Mapping[int, Feed] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
