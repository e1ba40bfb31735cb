"""Whose hands the box is in: ours, or another's that is respected until it has had its time."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.status import Manual, ManualReason

MANUAL_S = 7200.0
"""How long another hand is respected where no setpoint ever said."""
CONTEST_S = 600.0
CONTEST_CHANGES = 3

_STANDING = (ManualReason.OCPP, ManualReason.BOX_MODE)
"""These hold for as long as the box shows them, and end with that alone."""
_UNTIMED = (*_STANDING, ManualReason.CONTESTED)


@dataclass(frozen=True, slots=True)
class _Hand:
    reason: ManualReason
    key: str | None
    since: datetime
    since_s: float


class Takeover:
    """Another hand at the box, if there is one. ``now_s`` is monotonic, ``now`` the time of day.

    ``manual_s`` is how long one is respected. ``remembered`` is what a bridge before this one respected; both ran on
    the same machine, so its time of day is good enough to tell how much is left.
    """

    def __init__(self, remembered: Manual | None, now: datetime, now_s: float) -> None:
        self.manual_s = MANUAL_S
        self._changes: deque[float] = deque(maxlen=CONTEST_CHANGES)
        self._hand: _Hand | None = None
        if remembered is not None:
            gone_s = max(0.0, (now - remembered.since).total_seconds())
            self._hand = _Hand(remembered.reason, remembered.key, remembered.since, now_s - gone_s)

    @property
    def is_on(self) -> bool:
        """Another hand is respected."""
        return self._hand is not None

    def manual(self, now_s: float) -> Manual | None:
        """What to say of it."""
        hand = self._hand
        if hand is None:
            return None
        left_s = None if hand.reason in _UNTIMED else max(0.0, self.manual_s - (now_s - hand.since_s))
        return Manual(since=hand.since, reason=hand.reason, key=hand.key, seconds_left=left_s)

    def begin(self, reason: ManualReason, key: str, now: datetime, now_s: float) -> None:
        """Another hand has changed ``key``. A further change begins the time anew, and is no third of a contest."""
        if self._hand is not None and self._hand.reason in _UNTIMED:
            return
        if self._hand is None and reason is not ManualReason.REQUESTED:
            self._changes.append(now_s)
            if len(self._changes) == CONTEST_CHANGES and now_s - self._changes[0] <= CONTEST_S:
                reason = ManualReason.CONTESTED
        self._hand = _Hand(reason, key, now, now_s)

    def stand(self, reason: ManualReason | None, now: datetime, now_s: float) -> None:
        """What the box shows now that keeps our hands off by itself; None: nothing."""
        if reason is None:
            if self._hand is not None and self._hand.reason in _STANDING:
                self._hand = None
        elif self._hand is None or self._hand.reason is not reason:
            self._hand = _Hand(reason, "lmo" if reason is ManualReason.BOX_MODE else None, now, now_s)

    def lapse(self, now_s: float) -> None:
        """End it when its time is over."""
        manual = self.manual(now_s)
        if manual is not None and manual.seconds_left == 0:
            self._hand = None

    def end(self) -> None:
        """The car has left, or a person asked to resume. What the box itself shows stays."""
        if self._hand is not None and self._hand.reason not in _STANDING:
            self._hand = None
