"""What a car takes of what it is offered: many take less, and what they leave is for others."""

from datetime import datetime, timedelta

from sunpilot.contract.status import Car, Status
from sunpilot.controller.limits import voltage

SETTLED = timedelta(seconds=60)
"""After a change of its offer, a car may take so long to follow."""

FULL_SHARE = 0.85
"""A car that takes this share of its offer takes all: the rest is rounding and the car's own caution."""


class Appetite:
    """``most_w`` is the power at which the plugged-in car was seen to stop asking for more; None: not known."""

    def __init__(self) -> None:
        self.most_w: float | None = None
        self._offered_a: int | None = None
        self._since: datetime | None = None

    def see(self, status: Status, now: datetime) -> None:
        """Take in a live status."""
        if status.car is not Car.CHARGING:
            self._since = None
            if status.has_car is False:
                self.most_w = None
            return
        if self._since is None or status.offered_a != self._offered_a:
            self._offered_a, self._since = status.offered_a, now
        if status.power_w is None or not status.offered_a or not status.phases:
            return
        if self.most_w is not None and status.power_w > self.most_w:
            self.most_w = None
        offered_w = status.offered_a * voltage(status) * status.phases
        if now - self._since >= SETTLED and 0 < status.power_w < FULL_SHARE * offered_w:
            self.most_w = status.power_w * 1.05
