"""When to publish a status: at once on a new state, once a second at most for measurements, every 10 s anyway."""

from sunpilot.bridge.status import is_news, same_state
from sunpilot.contract.status import Status

MEASUREMENT_S = 1.0
REPEAT_S = 10.0


class Rhythm:
    """Remembers what was published last. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._last: Status | None = None
        self._last_s = 0.0

    def is_due(self, status: Status, now_s: float) -> bool:
        """Whether to publish this status now; if so, it counts as published."""
        if not self._calls_for(status, now_s - self._last_s):
            return False
        self._last, self._last_s = status, now_s
        return True

    def _calls_for(self, status: Status, since_s: float) -> bool:
        if self._last is None or since_s >= REPEAT_S or not same_state(self._last, status):
            return True
        return since_s >= MEASUREMENT_S and is_news(self._last, status)
