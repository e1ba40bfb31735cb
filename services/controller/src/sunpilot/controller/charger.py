"""What is seen of one charger: its live status, its power over the last hour, and what its car takes."""

from dataclasses import replace
from datetime import datetime

from sunpilot.contract.reading import Reading
from sunpilot.contract.status import FRESH_STATUS, Status
from sunpilot.controller.appetite import Appetite
from sunpilot.controller.habits import Habits, learn
from sunpilot.controller.power_history import PowerHistory
from sunpilot.controller.surplus import Surplus, align


class Charger:
    """Takes statuses in, each stamped at receipt. ``aligned`` is the surplus and own power at the last reading's own
    time; None while either is not known.
    """

    def __init__(self) -> None:
        self.history = PowerHistory()
        self.appetite = Appetite()
        self.habits = Habits()
        self.aligned: Surplus | None = None
        self._aligned_at: datetime | None = None
        self._status: Status | None = None
        self._seen_at: datetime | None = None
        self._phases_at: datetime | None = None

    def start_afresh(self) -> None:
        """After a step of the clock: what is seen stays, but no time means anything."""
        self.history.clear()
        self.habits = replace(self.habits, waiting_since=None, drawing_since=None)
        self._seen_at = self._phases_at = None

    def see(self, status: Status, now: datetime) -> bool:
        """Take in a live status; answers whether anything changed that a decision rests on."""
        was_fresh = self.status(now) is not None
        before, self._status, self._seen_at = self._status, status, now
        if before is None or before.phases != status.phases:
            self._phases_at = now
        self.history.add(now, status.power_w if status.is_online else None)
        self.appetite.see(status, now)
        self.habits = learn(self.habits, before, status, now)
        return not was_fresh or before is None or _essence(before) != _essence(status)

    def align(self, reading: Reading, house_load_w: float | None) -> None:
        """Meet a new reading with the own power of its own time."""
        self.aligned, self._aligned_at = align(reading, self.history, house_load_w), reading.time

    def status(self, now: datetime) -> Status | None:
        """The last status while it is live and online."""
        if self._status is None or self._seen_at is None or not self._status.is_online:
            return None
        return self._status if now - self._seen_at <= FRESH_STATUS else None

    @property
    def own_w(self) -> float | None:
        """Its power at the last reading's time; None: not known."""
        return None if self.aligned is None else self.aligned.own_w

    @property
    def phases_changed(self) -> bool:
        """Since the last reading was measured, it has changed to other phases, or nobody knows."""
        return self._aligned_at is None or self._phases_at is None or self._phases_at > self._aligned_at


def _essence(status: Status) -> tuple[object, ...]:
    """What of a status a decision rests on."""
    manual = status.manual is not None
    phases = (status.phases, status.phase_mode)
    return (status.link, status.car, status.allowed, phases, status.limits, status.error, manual)
