"""The least time between two writes of a key, whatever a setpoint asks.

Stops, reductions and a person's orders do not wait for another write's floor; but the same write is not repeated
before the box has had the time to report it, or, when it was refused, the full floor.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sunpilot.bridge.writes import Write

FLOOR_S = 10.0
REPORT_S = 2.0
"""A stored value shows in the box's report after about a second."""


class Outcome(StrEnum):
    """How the box answered a write: it repeated the value, took it without a word, or has another one."""

    REPORTED = "reported"
    STORED = "stored"
    REFUSED = "refused"


_REPEAT_S = {Outcome.REPORTED: 0.0, Outcome.STORED: REPORT_S, Outcome.REFUSED: FLOOR_S}


@dataclass(frozen=True, slots=True)
class _Written:
    value: int
    at_s: float
    outcome: Outcome


class Floors:
    """Remembers the last write of each key. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._last: dict[str, _Written] = {}

    def note(self, write: Write, now_s: float, outcome: Outcome) -> None:
        """A write was answered."""
        self._last[write.key] = _Written(write.value, now_s, outcome)

    def first_due(self, writes: Iterable[Write], now_s: float) -> Write | None:
        """The first write that may be done now; a held one that comes first holds those behind it."""
        for write in writes:
            if now_s >= self._free_s(write):
                return write
            if write.comes_first:
                return None
        return None

    def _free_s(self, write: Write) -> float:
        last = self._last.get(write.key)
        if last is None:
            return 0.0
        if write.may_wait:
            return last.at_s + FLOOR_S
        return last.at_s + (_REPEAT_S[last.outcome] if write.value == last.value else 0.0)
