"""What the site uploads, and when the cloud shows it."""

from collections import deque
from datetime import datetime, timedelta

from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge.subscription import Averaging, Options
from sunpilot.simulator.solaredge.tally import Tally


class Uploads:
    """One upload per interval, shown after a delay; the very first is shown at once, so that a fresh simulator has
    something to say. `shown` is what the cloud shows now, `before` what it showed before that.
    """

    def __init__(self, options: Options) -> None:
        self.shown: Truth | None = None
        self.before: Truth | None = None
        self._options = options
        self._waiting: deque[tuple[datetime, Truth]] = deque()
        self._slot: int | None = None
        self._tally = Tally()
        self._last: datetime | None = None

    def observe(self, truth: Truth) -> None:
        """Take in what flows; upload it when an interval has begun, show what is due."""
        if self._last is not None and truth.at > self._last:
            self._tally.add(truth, (truth.at - self._last).total_seconds())
        self._last = truth.at
        slot = int(truth.at.timestamp() // self._options.upload_interval_s)
        if slot != self._slot:
            averaged = self._options.averaging is Averaging.INTERVAL and self._tally.seconds > 0
            upload = self._tally.mean(truth) if averaged else truth
            delay = timedelta(seconds=self._options.publish_delay_s if self.shown else 0)
            self._waiting.append((truth.at + delay, upload))
            self._slot, self._tally = slot, Tally()
        while self._waiting and self._waiting[0][0] <= truth.at:
            self.before = self.shown
            _, self.shown = self._waiting.popleft()
