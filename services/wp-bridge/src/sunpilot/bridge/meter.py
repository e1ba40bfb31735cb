"""The box's meter, when it shows nothing: some firmware reports only zeros while the car charges.

Source: Wattpilot protocol, array ``nrg``. A car that merely does not draw leaves the voltages standing.
"""

from sunpilot.bridge.message import Properties
from sunpilot.bridge.status import USED_ENTRIES, number, whole

PATIENCE_S = 60.0
CHARGING = 2


class Meter:
    """Tells a dead meter from a car that draws nothing. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self.is_dead = False
        self._since_s: float | None = None

    def trusted(self, box: Properties, now_s: float) -> Properties:
        """The properties, without the meter's once it has shown only zeros for a minute of charging: unknown, not 0."""
        if not _shows_nothing(box):
            self._since_s = None
        elif self._since_s is None:
            self._since_s = now_s
        self.is_dead = self._since_s is not None and now_s - self._since_s > PATIENCE_S
        return {**box, "nrg": None} if self.is_dead else box


def _shows_nothing(box: Properties) -> bool:
    entries = box.get("nrg")
    if whole(box.get("car")) != CHARGING or not isinstance(entries, list) or len(entries) < USED_ENTRIES:
        return False
    return all(number(entry) == 0 for entry in entries[:USED_ENTRIES])
