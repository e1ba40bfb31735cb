"""The measurements: which message becomes which point, with which tags, and at what time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal
from sunpilot.contract.message import Message
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Ack, Setpoint
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status

SCHEMA_VERSION = 1

OLDEST = timedelta(days=2)
"""No queue holds a message for longer."""

NEWEST = timedelta(seconds=5)

_SAID = "when it was said"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One kind of message as points. ``branch`` and ``leaf`` are the parts of its topic around the number.

    ``own`` names the message's own time, and ``time`` says it in words. Where ``by_sender``, it is a clock that may be
    wrong: one that cannot be is replaced by the time of receipt. ``tags`` are fields that become tags, besides the
    number in the topic. ``names`` renames fields that are nested (an empty name: their parts stand on their own), and
    ``left_out`` are not recorded. ``derived`` are fields that follow from the message, and what they mean.
    """

    branch: str
    leaf: str
    kind: type[Message]
    own: str
    time: str
    by_sender: bool = False
    tags: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    derived: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in the database."""
        return self.leaf or self.branch

    def own_time(self, message: Message) -> datetime | None:
        """When it was measured, decided or said; None where the message does not tell."""
        if isinstance(message, Reading) and message.measured_at is None and message.age_s is not None:
            return message.received_at - timedelta(seconds=sum(message.age_s) / 2)
        time: datetime | None = getattr(message, self.own)
        return time

    def time_of(self, message: Message, received_at: datetime, retained: bool) -> datetime | None:
        """The point's time; None where nobody knows it, as that of a broker's stored copy without a time of its own."""
        time = self.own_time(message)
        if not self.by_sender or (time is not None and received_at - OLDEST <= time <= received_at + NEWEST):
            return time
        return None if retained else received_at


MEASUREMENTS = (
    Measurement(
        "inverter",
        "reading",
        Reading,
        own="measured_at",
        time="`measured_at`; where that is null, `received_at` less the middle of `age_s`",
        tags=("source",),
        left_out=frozenset({"age_s"}),
        derived={"age_s": "how old the values were on receipt"},
    ),
    Measurement(
        "inverter",
        "source",
        SourceState,
        own="at",
        time="`at`",
        tags=("source",),
        derived={"ok": "1 where the outcome is ok or unchanged"},
    ),
    Measurement(
        "wattpilot",
        "status",
        Status,
        own="at",
        time=_SAID,
        by_sender=True,
        names={"limits": ""},
        derived={
            "online": "1 while the link is online",
            "has_car": "1 while a car is plugged in",
            "manual": "1 while another hand is at the Wattpilot",
        },
    ),
    Measurement("wattpilot", "setpoint", Setpoint, own="at", time=f"{_SAID}; its nanoseconds are `n`", by_sender=True),
    Measurement(
        "wattpilot",
        "ack",
        Ack,
        own="at",
        time=f"{_SAID}; its nanoseconds are `n`",
        by_sender=True,
        tags=("result", "key"),
        names={"of": ""},
        derived={
            "count": "always 1",
            "value_text": "a value that is a text",
            "after_s": "seconds since the setpoint that it answers",
        },
    ),
    Measurement(
        "wattpilot",
        "decision",
        Decision,
        own="at",
        time="`at`",
        tags=("reason",),
        names={"inputs": "", "terms": "term", "countdowns": "countdown"},
        left_out=frozenset({"stages"}),
        derived={"stage": "the live stage", "changed": "1 where the reason is not the one before"},
    ),
    Measurement(
        "wattpilot",
        "session",
        Session,
        own="started_at",
        time="`started_at`: one point for each session, renewed while it runs",
        names={"reasons_s": "reason"},
    ),
    Measurement(
        "house",
        "day",
        DayTotal,
        own="began_at",
        time="`began_at`: one point for each day, renewed while it runs",
        tags=("month",),
        left_out=frozenset({"day"}),
    ),
    Measurement(
        "service",
        "",
        ServiceState,
        own="reported_at",
        time=_SAID,
        by_sender=True,
        names={"recording": ""},
        left_out=frozenset({"waits_for", "waits", "started_at"}),
        derived={"waits_for": "how many things it waits for", "waits_text": "which ones"},
    ),
)
