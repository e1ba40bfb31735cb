"""The catalogue of all topics: what each carries, and who tells whom."""

from dataclasses import dataclass
from enum import StrEnum

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal
from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode, Override, OverrideRequest
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ConfigChanged, ServiceState
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Ack, Memory, Setpoint
from sunpilot.contract.source import SourceState
from sunpilot.contract.source_test import SourceTestAnswer
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics

Content = type[Part] | type[StrEnum] | str
"""A message, one of some words, or a bare value that is described."""

ANYTHING = "anything, or nothing"
TRUE_OR_FALSE = "`true` or `false`"
VALUE = "a bare value, see below"


@dataclass(frozen=True, slots=True)
class Entry:
    """One topic, with ``<id>`` and the like where a name goes."""

    topic: str
    content: Content
    retained: bool
    route: str


def entries() -> tuple[Entry, ...]:
    """Every topic of Sunpilot."""
    names = Topics()
    inverter, wattpilot, request = "<id>", "<id>", "<request>"
    return (
        Entry(names.inverter(inverter, "fetch"), ANYTHING, False, "schedule, api, a person → fetcher: measure now"),
        Entry(names.inverter(inverter, "reading"), Reading, True, "fetcher → controller, api, recorder"),
        Entry(names.inverter(inverter, "source"), SourceState, True, "fetcher → api, recorder"),
        Entry(names.source_test(request), ANYTHING, False, "api → fetcher: try the settings kept for this request"),
        Entry(names.source_test_answer(request), SourceTestAnswer, False, "fetcher → api"),
        Entry(names.wattpilot(wattpilot, "status"), Status, True, "bridge → controller, api, recorder, fetcher"),
        Entry(names.wattpilot(wattpilot, "online"), TRUE_OR_FALSE, True, "bridge and its last will → all"),
        Entry(names.wattpilot(wattpilot, "setpoint"), Setpoint, False, "controller → bridge"),
        Entry(names.wattpilot(wattpilot, "ack"), Ack, False, "bridge → all"),
        Entry(names.wattpilot(wattpilot, "set/<key>"), VALUE, False, "a person, api → bridge"),
        Entry(names.wattpilot(wattpilot, "memory"), Memory, True, "bridge → itself"),
        Entry(names.wattpilot(wattpilot, "decision"), Decision, True, "controller → api, recorder"),
        Entry(names.wattpilot(wattpilot, "session"), Session, True, "controller → api, recorder: running, or the last"),
        Entry(names.wattpilot(wattpilot, "mode"), Mode, True, "api → all"),
        Entry(names.wattpilot(wattpilot, "mode/set"), Mode, False, "a person, Home Assistant → api"),
        Entry(names.wattpilot(wattpilot, "override"), Override, True, "api → all; empty: there is none"),
        Entry(names.wattpilot(wattpilot, "override/set"), OverrideRequest, False, "a person, Home Assistant → api"),
        Entry(names.house("<id>", "day"), DayTotal, True, "controller → recorder, Home Assistant"),
        Entry(names.config, ConfigChanged, False, "api → all"),
        Entry(names.service("<name>", "<instance>"), ServiceState, True, "each service and its last will → all"),
    )
