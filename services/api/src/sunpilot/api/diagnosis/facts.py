"""What a diagnosis is made of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be found out. ``store_fault`` is None when the store answers, ``store_ahead_s`` how far its clock is
    ahead; the mappings hold what the broker keeps, by id. ``grafana_answers`` is None where nobody asked.
    """

    now: datetime
    broker_answers: bool
    store_fault: str | None
    store_ahead_s: float | None = None
    configuration: Configuration = field(default_factory=lambda: Configuration({}, {}, {}, {}))
    services: Mapping[tuple[str, str], ServiceState] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    sources: Mapping[int, SourceState] = field(default_factory=dict)
    statuses: Mapping[int, Status] = field(default_factory=dict)
    grafana_answers: bool | None = None
