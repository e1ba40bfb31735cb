"""What is known of everything that a person may want to be told about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sunpilot.contract.decision import Decision
from sunpilot.contract.session import Session
from sunpilot.contract.source import SourceState
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
class Facts:
    """Wattpilots and inverters by id, and the names of the services that do not run; each of an inverter is its name
    with how its source is doing.
    """

    boxes: Mapping[int, Box] = field(default_factory=dict)
    sources: Mapping[int, tuple[str, SourceState]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
