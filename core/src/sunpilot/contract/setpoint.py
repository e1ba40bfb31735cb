"""What the controller asks of a bridge, and what the bridge answers."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from sunpilot.contract.message import Message, Part, Utc
from sunpilot.contract.status import Manual


class Action(StrEnum):
    """Charge at ``amps``; stop; or release: give the box back and keep the hands off."""

    CHARGE = "charge"
    STOP = "stop"
    RELEASE = "release"


class OnLapse(StrEnum):
    """What the bridge does when no new setpoint comes: stop, go on at the minimum (never starts), or keep for
    ``keep_s``.
    """

    STOP = "stop"
    MINIMUM = "minimum"
    KEEP = "keep"


ORDER_LIMIT = 2**53
"""Epochs and numbers stay below this: JSON readers and the store's scripts keep whole numbers exactly up to here."""


class Order(Part):
    """The order of setpoints: a new leader has a higher epoch, and counts ``n`` up."""

    epoch: int = Field(ge=0, lt=ORDER_LIMIT)
    n: int = Field(ge=0, lt=ORDER_LIMIT)

    def __lt__(self, other: "Order") -> bool:
        return (self.epoch, self.n) < (other.epoch, other.n)


class Setpoint(Message):
    """A lease on the Wattpilot's current: good for ``lease_s`` from receipt, renewed every 30 s.

    ``amps`` is per phase, 6 at least, and needed for ``charge``. ``phases`` None means: as found. ``keep_s`` are the
    seconds left of the order behind ``on_lapse: keep``. ``manual_s`` is how long the bridge respects another hand;
    ``resume`` ends that. ``at`` is when it was said, for history alone: a lease counts from its receipt.
    """

    action: Action
    amps: int | None = Field(default=None, ge=6, le=32)
    phases: Literal[1, 3] | None = None
    epoch: int = Field(ge=0, lt=ORDER_LIMIT)
    n: int = Field(ge=0, lt=ORDER_LIMIT)
    lease_s: float = Field(default=90.0, gt=0, le=3600)
    on_lapse: OnLapse = OnLapse.STOP
    keep_s: float | None = Field(default=None, ge=0, le=86_400)
    manual_s: float | None = Field(default=None, ge=0, le=86_400)
    resume: bool = False
    reason: str
    at: Utc | None = None

    @property
    def order(self) -> Order:
        """Where this setpoint stands among all."""
        return Order(epoch=self.epoch, n=self.n)

    @model_validator(mode="after")
    def _is_complete(self) -> "Setpoint":
        if self.action is Action.CHARGE and self.amps is None:
            raise ValueError("charge needs amps")
        if self.on_lapse is OnLapse.KEEP and self.keep_s is None:
            raise ValueError("on_lapse keep needs keep_s")
        return self


class Result(StrEnum):
    """How a request to the box ended, or stands."""

    STORED = "stored"
    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    OFFLINE = "offline"
    HELD = "held"
    FENCED = "fenced"
    MANUAL = "manual"
    DONE = "done"
    BAD_VALUE = "bad_value"
    SUPERSEDED = "superseded"


class Ack(Message):
    """How a setpoint (``of``) or a raw property (``key``) ended.

    ``stored`` means that the box took the value, ``confirmed`` (later) that its telemetry shows the effect,
    ``unchanged`` that it had the value already, ``held`` that a floor between writes forbids it for now, ``manual``
    that another hand is respected, ``done`` that a release is carried out. Of raw properties, ``bad_value`` means that
    the request cannot be written, and ``superseded`` that a newer value came first. ``text`` says what is wrong with a
    request; ``device_text`` is the box's own explanation of a refusal. ``at`` is when the bridge said it, for history.
    """

    of: Order | None = None
    key: str | None = None
    value: bool | int | float | str | None = None
    result: Result
    text: str | None = None
    device_text: str | None = None
    at: Utc | None = None


class Memory(Message):
    """What a bridge must know after a restart; kept as its own retained message. Missing: nothing was ours.

    ``written`` holds the last value of each property that is still our own write; ``phase_mode_found`` the box's psm
    before our first write of it, and None while it is the box's own. ``manual_s`` is how long another hand is
    respected, by the last setpoint that said so.
    """

    written: dict[str, bool | int | float | None] = Field(default_factory=dict)
    written_at: Utc | None = None
    phase_mode_found: int | None = None
    highest: Order | None = None
    released: bool = False
    manual: Manual | None = None
    manual_s: float | None = Field(default=None, ge=0, le=86_400)
