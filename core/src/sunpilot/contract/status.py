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
    """What bounds the current, in ampere per phase. ``None`` where the Wattpilot does not say.

    ``unbalance_a`` and ``load_a`` come and go with the house's phases and the Wattpilot's own load management; 0 means
    that it blocks. They explain what the car is offered, and bind the Wattpilot alone.
    """

    minimum_a: int | None = None
    installation_a: int | None = None
    cable_a: int | None = None
    adapter_a: int | None = None
    temperature_a: int | None = None
    unbalance_a: int | None = None
    load_a: int | None = None

    @property
    def maximum_a(self) -> int | None:
        """The lowest upper limit of installation, cable, adapter and temperature that is known."""
        limits_a = (self.installation_a, self.cable_a, self.adapter_a, self.temperature_a)
        return min((limit_a for limit_a in limits_a if limit_a is not None), default=None)


class ManualReason(StrEnum):
    """Why the bridge keeps its hands off.

    ``changed``: somebody changed a setting at the Wattpilot. ``requested``: somebody set a raw property of it.
    ``resisted``: the Wattpilot took our value back again and again. ``contested``: the third change within 10 minutes.
    ``ocpp``: an OCPP server is in control. ``box_mode``: the Wattpilot's mode is not the one that it was set up for.
    """

    CHANGED = "changed"
    REQUESTED = "requested"
    RESISTED = "resisted"
    CONTESTED = "contested"
    OCPP = "ocpp"
    BOX_MODE = "box_mode"


class Manual(Part):
    """Another hand is at the Wattpilot: shown, not fought.

    ``key`` is the property that was changed, where it was one. ``seconds_left`` is None where no time ends it: then it
    ends on unplug or by a person (``contested``), or when the Wattpilot says so (``ocpp``, ``box_mode``).
    """

    since: Utc
    reason: ManualReason
    key: str | None = None
    seconds_left: float | None = None


Phases = tuple[float | None, float | None, float | None]
"""One value for each of L1, L2, L3."""


class Status(Message):
    """A Wattpilot's state; every value is ``None`` unless ``link`` is online.

    ``phases`` counts the phases that a charge uses: the ones drawing current, otherwise those that the box would use;
    ``max_phases`` is the most that grid and car are known to allow.
    ``offered_a`` is what the car is offered now (``None``: charging is not allowed), ``requested_a`` the setting.
    ``force_state``, ``phase_mode``, ``box_mode`` and ``reason`` are the Wattpilot's own numbers (frc, psm, lmo,
    modelStatus). ``energy_wh`` is the box's lifetime counter, ``temperature_c`` its warmest sensor. ``epoch`` is the
    highest that the bridge has obeyed. ``device_type`` and ``firmware`` are as the Wattpilot names them. ``at`` is when
    the bridge said it, by its own clock: for history, and for no decision.
    """

    link: LinkState
    car: Car | None = None
    allowed: bool | None = None
    power_w: float | None = None
    current_a: Phases | None = None
    voltage_v: Phases | None = None
    phases: int | None = None
    max_phases: int | None = None
    offered_a: int | None = None
    requested_a: int | None = None
    limits: Limits = Field(default_factory=Limits)
    box_mode: int | None = None
    force_state: int | None = None
    phase_mode: int | None = None
    energy_wh: float | None = None
    temperature_c: float | None = None
    error: int | None = None
    reason: int | None = None
    device_type: str | None = None
    firmware: str | None = None
    epoch: int | None = Field(default=None, ge=0, lt=2**53)
    manual: Manual | None = None
    at: Utc | None = None

    @property
    def is_online(self) -> bool:
        """Logged in at the Wattpilot, with its whole state known."""
        return self.link is LinkState.ONLINE

    @property
    def has_car(self) -> bool | None:
        """A car is plugged in; ``None`` when that is not known."""
        return None if self.car is None else self.car is not Car.IDLE
