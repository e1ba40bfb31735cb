"""The least time between two writes of a key, whatever a setpoint asks.

Stops, reductions and a person's orders do not wait for another write's floor; but the same write is not repeated
before the box has had the time to report it, or, when it was refused, the full floor. Between two phase switches lie
300 s, and nothing is exempt (Wattpilot protocol, phase switching: contactors and on-board chargers wear).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sunpilot.bridge.writes import Write
from sunpilot.contract.property import Value

FLOOR_S = 10.0
PHASE_SWITCH_S = 300.0
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
    value: Value
    at_s: float
    outcome: Outcome


class Floors:
    """Remembers the last write of each key. Times are seconds of a monotonic clock."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._last: dict[str, _Written] = {}

    def note(self, write: Write, now_s: float, outcome: Outcome) -> None:
        """A write was answered, or its answer stayed out."""
        self._last[write.key] = _Written(write.value, now_s, outcome)

    def first_due(self, writes: Iterable[Write], now_s: float, since_switch_s: float | None) -> Write | None:
        """The first write that may be done now; a held one that comes first holds those behind it that do not ease.

        ``since_switch_s`` is how long ago the box's phase relay toggled. Unknown counts as at the start of the bridge.
        """
        is_held = False
        for write in writes:
            if is_held and not write.eases:
                continue
            steps = [write] if write.before is None else [write, write.before]
            if all(now_s >= self._free_s(step, now_s, since_switch_s) for step in steps):
                return steps[-1]
            is_held = is_held or write.comes_first
        return None

    def _free_s(self, write: Write, now_s: float, since_switch_s: float | None) -> float:
        last = self._last.get(write.key)
        if write.key == "psm":
            switched_s = self._started_s if since_switch_s is None else now_s - since_switch_s
            return (switched_s if last is None else max(switched_s, last.at_s)) + PHASE_SWITCH_S
        if last is None:
            return 0.0
        if write.may_wait:
            return last.at_s + FLOOR_S
        # A box that refuses is not asked for one thing and its opposite in turn; but a stop does not wait for a start.
        is_repeated = write.value == last.value or (
            last.outcome is Outcome.REFUSED and not write.eases and not write.once
        )
        return last.at_s + (_REPEAT_S[last.outcome] if is_repeated else 0.0)
