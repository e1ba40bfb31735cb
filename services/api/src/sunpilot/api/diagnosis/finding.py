"""One thing that was looked at, and how it is. Pure."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sunpilot.contract.decision import Text

SKEW_S = 5.0
"""Clocks that differ by more spoil the comparison of times."""

SET_THE_CLOCK = Text(
    en="switch on time synchronisation (NTP) on that machine",
    de="schalte auf diesem Rechner die Zeitsynchronisation (NTP) ein",
)


class Verdict(IntEnum):
    """How bad it is; the worst is the doctor's exit status."""

    WELL = 0
    WAITS = 1
    FAULTY = 2


class Area(StrEnum):
    """What kind of thing was looked at."""

    BROKER = "broker"
    STORE = "store"
    SERVICE = "service"
    HOUSE = "house"
    SOURCE = "source"
    READING = "reading"
    WATTPILOT = "wattpilot"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``advice`` is what to do next.

    ``id`` is that of the house, inverter or Wattpilot. ``age_s`` is how long ago it was last heard of, ``calls_left``
    what is left of a source's quota; None where that is not known, or there is none.
    """

    verdict: Verdict
    area: Area
    subject: Text
    text: Text
    advice: Text | None = None
    id: int | None = None
    age_s: float | None = None
    calls_left: int | None = None


def span(seconds: float) -> str:
    """A length of time in the unit that suits it; the same in both languages."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
