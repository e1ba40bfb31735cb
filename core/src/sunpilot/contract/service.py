"""How a service is doing."""

from datetime import datetime, timedelta

from pydantic import Field

from sunpilot.contract.message import Message, Part, Utc

LONGEST_UPTIME_S = 1e9
"""Thirty years: what is longer is no time of a service."""


class Recording(Part):
    """What became of the messages that the recorder has taken in since its spool was first made.

    ``received`` were put into the spool, ``written`` taken by the database, ``put_aside`` refused by it for good, and
    ``lost`` given up because the spool was full: those between ``lost_from`` and ``lost_to``, by their own times.
    ``spool_bytes`` still wait, the oldest for ``oldest_s``. ``gaps`` counts how often the broker had forgotten the
    recorder, so that what was said meanwhile may be missing. ``schema_version`` is that of the points.
    """

    received: int = Field(default=0, ge=0)
    written: int = Field(default=0, ge=0)
    put_aside: int = Field(default=0, ge=0)
    lost: int = Field(default=0, ge=0)
    lost_from: Utc | None = None
    lost_to: Utc | None = None
    gaps: int = Field(default=0, ge=0)
    spool_bytes: int = Field(default=0, ge=0)
    oldest_s: float | None = None
    schema_version: int = 1


class ServiceState(Message):
    """A service's own report. ``waits_for`` are sentences; ``dropped`` counts payloads dropped as bad since the
    start. One that ended in good order says how long it ran; one that was lost says nothing of its times.
    Only the recorder has ``recording``.
    """

    online: bool
    version: str
    started_at: Utc | None = None
    uptime_s: float | None = Field(default=None, ge=0, le=LONGEST_UPTIME_S)
    waits_for: tuple[str, ...] = ()
    dropped: int = Field(default=0, ge=0)
    recording: Recording | None = None

    @property
    def reported_at(self) -> datetime | None:
        """When this was said, by the service's own clock; None of a last will, which knows no time."""
        if self.started_at is None or self.uptime_s is None:
            return None
        return self.started_at + timedelta(seconds=self.uptime_s)


class ConfigChanged(Message):
    """Which stored entity changed: ``kind`` is inverter, house, wattpilot, mode, override, deadline,
    resume or notification.
    """

    kind: str
    id: int
