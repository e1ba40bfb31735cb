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


@dataclass(frozen=True, slots=True)
class _Hand:
    reason: ManualReason
    key: str | None
    since: datetime
    since_s: float


class Takeover:
    """Another hand at the box, if there is one. ``now_s`` is monotonic, ``now`` the time of day.

    What the box itself shows (a foreign mode, OCPP) stands before what somebody changed, and does not end it.
    ``manual_s`` is how long a change is respected. ``remembered`` is what a bridge before this one respected; both ran
    on the same machine, so its time of day is good enough to tell how much is left.
    """

    def __init__(self, remembered: Manual | None, now: datetime, now_s: float, manual_s: float | None = None) -> None:
        self.manual_s = MANUAL_S if manual_s is None else manual_s
        self._changes: deque[float] = deque(maxlen=CONTEST_CHANGES)
        self._changed: _Hand | None = None
        self._standing: _Hand | None = None
        if remembered is not None:
            gone_s = max(0.0, (now - remembered.since).total_seconds())
            hand = _Hand(remembered.reason, remembered.key, remembered.since, now_s - gone_s)
            if hand.reason in _STANDING:
                self._standing = hand
            else:
                self._changed = hand

    @property
    def is_on(self) -> bool:
        """Another hand is respected."""
        return self._standing is not None or self._changed is not None

    def manual(self, now_s: float) -> Manual | None:
        """What to say of it."""
        hand = self._standing or self._changed
        if hand is None:
            return None
        return Manual(since=hand.since, reason=hand.reason, key=hand.key, seconds_left=self._left_s(hand, now_s))

    def begin(self, reason: ManualReason, key: str, now: datetime, now_s: float) -> None:
        """Another hand has changed ``key``. A further change begins the time anew, and is no third of a contest."""
        if self._standing is not None or self._is_contested:
            return
        if self._changed is None and reason is not ManualReason.REQUESTED:
            self._changes.append(now_s)
            if len(self._changes) == CONTEST_CHANGES and now_s - self._changes[0] <= CONTEST_S:
                reason = ManualReason.CONTESTED
        self._changed = _Hand(reason, key, now, now_s)

    def stand(self, reason: ManualReason | None, now: datetime, now_s: float) -> None:
        """What the box shows now that keeps our hands off by itself; None: nothing."""
        if reason is None:
            self._standing = None
        elif self._standing is None or self._standing.reason is not reason:
            self._standing = _Hand(reason, "lmo" if reason is ManualReason.BOX_MODE else None, now, now_s)

    def lapse(self, now_s: float) -> None:
        """End a change when its time is over."""
        if self._changed is not None and self._left_s(self._changed, now_s) == 0:
            self._changed = None

    def end(self) -> None:
        """The car has left, or a person asked to resume. What the box itself shows stays."""
        self._changed = None

    @property
    def _is_contested(self) -> bool:
        return self._changed is not None and self._changed.reason is ManualReason.CONTESTED

    def _left_s(self, hand: _Hand, now_s: float) -> float | None:
        if hand.reason in (*_STANDING, ManualReason.CONTESTED):
            return None
        return max(0.0, self.manual_s - (now_s - hand.since_s))
