"""How long the box has been running: what tells that it restarted.

Source: Wattpilot protocol, properties ``rbc`` (restarts) and ``rbt`` (milliseconds since the last).
"""

from dataclasses import dataclass
from typing import Self

from sunpilot.bridge.message import Properties
from sunpilot.bridge.status import number, whole

REORDER_MS = 10_000
"""A piece of a full status may be older by some seconds than a change that overtook it."""


@dataclass(frozen=True, slots=True)
class Boot:
    """The count of restarts and the time since the last; ``None`` where the firmware does not say."""

    count: int | None = None
    uptime_ms: float | None = None

    @classmethod
    def of(cls, box: Properties) -> Self:
        """What the box says now."""
        return cls(whole(box.get("rbc")), number(box.get("rbt")))

    def is_after(self, earlier: "Boot") -> bool:
        """The box restarted since ``earlier``."""
        if self.count is not None and earlier.count is not None and self.count != earlier.count:
            return True
        if self.uptime_ms is None or earlier.uptime_ms is None:
            return False
        return self.uptime_ms < earlier.uptime_ms - REORDER_MS
