"""What a Wattpilot is doing, as its bridge sees it."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from sunpilot.contract.message import Message, Part, Utc

FRESH_STATUS = timedelta(seconds=30)
"""A status received live within this time, and online, is fresh; an unchanged one is repeated every 10 s."""


class LinkState(StrEnum):
    """Where the connection to the Wattpilot stands."""

    UNCONFIGURED = "unconfigured"
    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  (a state, not a secret)
    INITIALISING = "initialising"
    ONLINE = "online"


class Car(StrEnum):
    """The car, as the Wattpilot sees it (Wattpilot protocol, property ``car``)."""

    IDLE = "idle"
    CHARGING = "charging"
    WAITING = "waiting"
    COMPLETE = "complete"
    ERROR = "error"


class Limits(Part):
    """What bounds the current, in ampere per phase. ``None`` where the Wattpilot does not say."""

    minimum_a: int | None = None
    installation_a: int | None = None
    cable_a: int | None = None
    temperature_a: int | None = None

    @property
    def maximum_a(self) -> int | None:
        """The lowest upper limit that is known."""
        known = [a for a in (self.installation_a, self.cable_a, self.temperature_a) if a is not None]
        return min(known, default=None)


class Manual(Part):
    """A person changed something at the Wattpilot itself: shown, not fought."""

    since: Utc
    reason: str
    seconds_left: float | None = None


Phases = tuple[float | None, float | None, float | None]
"""One value for each of L1, L2, L3."""


class Status(Message):
    """A Wattpilot's state; every value is ``None`` unless ``link`` is online.

    ``phases`` counts the phases that a charge uses: the ones drawing current, otherwise those that the box would use.
    ``offered_a`` is what the car is offered now (``None``: charging is not allowed), ``requested_a`` the setting.
    ``force_state``, ``phase_mode``, ``box_mode`` and ``reason`` are the Wattpilot's own numbers (frc, psm, lmo,
    modelStatus). ``energy_wh`` is the box's lifetime counter. ``epoch`` is the highest that the bridge has obeyed.
    """

    link: LinkState
    car: Car | None = None
    allowed: bool | None = None
    power_w: float | None = None
    current_a: Phases | None = None
    voltage_v: Phases | None = None
    phases: int | None = None
    offered_a: int | None = None
    requested_a: int | None = None
    limits: Limits = Field(default_factory=Limits)
    box_mode: int | None = None
    force_state: int | None = None
    phase_mode: int | None = None
    energy_wh: float | None = None
    error: int | None = None
    reason: int | None = None
    epoch: int | None = Field(default=None, ge=0, lt=2**53)
    manual: Manual | None = None

    @property
    def is_online(self) -> bool:
        """Logged in at the Wattpilot, with its whole state known."""
        return self.link is LinkState.ONLINE

    @property
    def has_car(self) -> bool | None:
        """A car is plugged in; ``None`` when that is not known."""
        return None if self.car is None else self.car is not Car.IDLE
