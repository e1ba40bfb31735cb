"""The roll call of services: how each is doing, by its own reports and by their silence."""

from enum import StrEnum
from typing import Self

from sunpilot.contract.service import ServiceState
from sunpilot.contract.wait import WaitCode
from sunpilot.runtime.clock import Clock

SILENT_AFTER_S = 90.0
"""A service reports every 30 s; after three that are missing it counts as silent."""

FORGOTTEN_AFTER_S = 24 * 3600.0
"""A service that has been away for this long was taken away for good."""


class Standing(StrEnum):
    """``standby`` is as well as ``ok``; ``silent`` said that it was online, and nothing since; ``offline`` said so."""

    OK = "ok"
    WAITING = "waiting"
    STANDBY = "standby"
    SILENT = "silent"
    OFFLINE = "offline"

    @property
    def is_well(self) -> bool:
        """Nothing for a person to see to."""
        return self in (Standing.OK, Standing.STANDBY)


class Attendance(ServiceState):
    """A service's own report, and what to make of it."""

    standing: Standing

    @classmethod
    def of(cls, state: ServiceState, quiet_s: float) -> Self:
        """Judge a report by how long ago the service was heard, or since when it is offline."""
        return cls(**dict(state), standing=_standing(state, quiet_s))


def _standing(state: ServiceState, quiet_s: float) -> Standing:
    if not state.online:
        return Standing.OFFLINE
    if quiet_s > SILENT_AFTER_S:
        return Standing.SILENT
    if stands_by(state):
        return Standing.STANDBY
    is_late = state.recording is not None and state.recording.is_late
    return Standing.WAITING if state.waits_for or is_late else Standing.OK


def stands_by(state: ServiceState) -> bool:
    """It waits for nothing but its turn."""
    return bool(state.waits) and all(one.code is WaitCode.TURN for one in state.waits)


class Roll:
    """When each service was last heard, by its path on the board; counts on the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reports: dict[str, ServiceState] = {}
        self._since_s: dict[str, float] = {}

    def hear(self, path: str, state: ServiceState, *, live: bool) -> None:
        """Take a report. Neither a retained copy of one that is known nor a repeated good-bye is a sign of life."""
        known = self._reports.get(path)
        if known is None or (live and (known.online or state.online)):
            self._since_s[path] = self._clock.monotonic()
        self._reports[path] = state

    def strike(self, path: str) -> None:
        """The report was cleared."""
        self._reports.pop(path, None)
        self._since_s.pop(path, None)

    def attendance(self) -> dict[str, Attendance]:
        """Every service by path, without those that have been away for a day."""
        now_s = self._clock.monotonic()
        quiet_s = {path: now_s - since_s for path, since_s in self._since_s.items()}
        return {
            path: Attendance.of(state, quiet_s[path])
            for path, state in sorted(self._reports.items())
            if quiet_s[path] <= FORGOTTEN_AFTER_S
        }
