"""Everything that is configured, at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.order import Deadline, Override, Resume
from sunpilot.contract.wattpilot import Wattpilot


@dataclass(frozen=True, slots=True)
class Configuration:
    """All entities and orders as they are stored, by id."""

    inverters: Mapping[int, Inverter]
    houses: Mapping[int, House]
    wattpilots: Mapping[int, Wattpilot]
    overrides: Mapping[int, Override]
    deadlines: Mapping[int, Deadline] = field(default_factory=dict)
    resumes: Mapping[int, Resume] = field(default_factory=dict)
