"""How a service is doing."""

from datetime import datetime, timedelta

from pydantic import Field

from sunpilot.contract.message import Message, Utc


class ServiceState(Message):
    """A service's own report. ``waits_for`` are sentences; ``dropped`` counts payloads dropped as bad since the
    start. One that ended in good order says how long it ran; one that was lost says nothing of its times.
    """

    online: bool
    version: str
    started_at: Utc | None = None
    uptime_s: float | None = None
    waits_for: tuple[str, ...] = ()
    dropped: int = Field(default=0, ge=0)

    @property
    def reported_at(self) -> datetime | None:
        """When this was said, by the service's own clock; None of a last will, which knows no time."""
        if self.started_at is None or self.uptime_s is None:
            return None
        return self.started_at + timedelta(seconds=self.uptime_s)


class ConfigChanged(Message):
    """Which stored entity changed: ``kind`` is inverter, house, wattpilot, mode, override, deadline
    or resume.
    """

    kind: str
    id: int
