"""What is seen of one charger: its live status, its power over the last hour, and what its car takes."""

from dataclasses import replace
from datetime import datetime, timedelta

from sunpilot.contract.reading import Reading
from sunpilot.contract.status import FRESH_STATUS, Car, Status
from sunpilot.controller.appetite import Appetite
from sunpilot.controller.habits import Habits, learn
from sunpilot.controller.power_history import PowerHistory
from sunpilot.controller.surplus import Surplus, align

RESUMES_WITHIN = timedelta(seconds=30)
"""A car that was stopped counts as complete at the Wattpilot; allowed again, it needs a while to draw."""


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
        self._allowed_at: datetime | None = None
        self._in_sight_at: datetime | None = None

    def start_afresh(self) -> None:
        """After a step of the clock: what is seen stays, but no time means anything."""
        self.history.clear()
        self.habits = replace(self.habits, waiting_since=None, drawing_since=None)
        self._seen_at = self._phases_at = self._allowed_at = self._in_sight_at = None

    def see(self, status: Status, now: datetime) -> bool:
        """Take in a live status; answers whether anything changed that a decision rests on."""
        was_fresh = self.status(now) is not None
        before, self._status, self._seen_at = self._status, status, now
        if before is None or before.phases != status.phases:
            self._phases_at = now
        if not status.allowed:
            self._allowed_at = None
        elif self._allowed_at is None:
            self._allowed_at = now if before is not None else now - RESUMES_WITHIN
        if not was_fresh:
            self._in_sight_at = now
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

    def is_full(self, now: datetime) -> bool:
        """The car may charge, and wants no more. One that was stopped is no such car."""
        status = self.status(now)
        if status is None or status.car is not Car.COMPLETE or self._allowed_at is None:
            return False
        return now - self._allowed_at >= RESUMES_WITHIN

    def in_sight_s(self, now: datetime) -> float | None:
        """For how long it has been live and online without a gap; None while it is not."""
        if self._in_sight_at is None or self.status(now) is None:
            return None
        return (now - self._in_sight_at).total_seconds()

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
