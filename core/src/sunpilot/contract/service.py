"""How a service is doing."""

from pydantic import Field

from sunpilot.contract.message import Message, Utc


class ServiceState(Message):
    """A service's own report. ``waits_for`` are sentences; ``dropped`` counts payloads dropped as bad since the
    start.
    """

    online: bool
    version: str
    started_at: Utc | None = None
    uptime_s: float | None = None
    waits_for: tuple[str, ...] = ()
    dropped: int = Field(default=0, ge=0)


class ConfigChanged(Message):
    """Which stored entity changed: ``kind`` is inverter, house, wattpilot, mode, override, deadline
    or resume.
    """

    kind: str
    id: int
