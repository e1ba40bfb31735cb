"""How a service is doing."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from sunpilot.contract.message import Message, Part, Utc
from sunpilot.contract.wait import Wait

LONGEST_UPTIME_S = 1e9
"""Thirty years: what is longer is no time of a service."""

LATE_S = 300.0
"""The recorder delivers every few seconds; what waits for longer waits for the database."""


class Refusal(StrEnum):
    """Why a database refuses points for good: a field has another type there, the point is older than what it keeps,
    it cannot read the line, the line is too large, or something else.
    """

    TYPE_CONFLICT = "type_conflict"
    TOO_OLD = "too_old"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    OTHER = "other"


class Recording(Part):
    """What became of the messages that the recorder has taken in since its spool was first made.

    ``received`` were put into the spool, ``written`` taken by the database, ``put_aside`` refused by it for good and
    kept in a file, and ``lost`` are nowhere: those between ``lost_from`` and ``lost_to``, by their own times. Of the
    lost, the disk damaged ``lost_damaged`` and the database refused ``lost_refused`` that the file had no room for; the
    rest was given up because the spool was full. The database refused points last at ``refused_at``, for
    ``refused_for``. ``spool_bytes`` still wait, the oldest for ``oldest_s``. ``gaps`` counts how often the broker had
    forgotten the recorder, so that what was said meanwhile may be missing. ``schema_version`` is that of the points.
    """

    received: int = Field(default=0, ge=0)
    written: int = Field(default=0, ge=0)
    put_aside: int = Field(default=0, ge=0)
    lost: int = Field(default=0, ge=0)
    lost_damaged: int = Field(default=0, ge=0)
    lost_refused: int = Field(default=0, ge=0)
    lost_from: Utc | None = None
    lost_to: Utc | None = None
    refused_at: Utc | None = None
    refused_for: Refusal | None = None
    gaps: int = Field(default=0, ge=0)
    spool_bytes: int = Field(default=0, ge=0)
    oldest_s: float | None = None
    schema_version: int = 1

    @property
    def waiting(self) -> int:
        """The messages that wait in the spool."""
        return self.received - self.written - self.put_aside - self.lost

    @property
    def is_late(self) -> bool:
        """What waits does not wait for the next batch, but for the database."""
        return self.oldest_s is not None and self.oldest_s > LATE_S


class ServiceState(Message):
    """A service's own report. ``waits`` is what it waits for, and ``waits_for`` the same in English words alone: the
    first form, which Home Assistant's entity reads, and all that a service of an older version elsewhere says.
    ``dropped`` counts payloads dropped as bad since the start. One that ended in good order says how long it ran; one
    that was lost says nothing of its times. Only the recorder has ``recording``.
    """

    online: bool
    version: str
    started_at: Utc | None = None
    uptime_s: float | None = Field(default=None, ge=0, le=LONGEST_UPTIME_S)
    waits_for: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()
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
