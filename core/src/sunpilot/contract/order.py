"""A person's orders: the mode of a Wattpilot, and the override that hides it for a while."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Message, Part, Utc

MAXIMUM_OVERRIDE_S = 24 * 3600


class Mode(StrEnum):
    """What a Wattpilot does without an override: follow the sun, never below the minimum, full power, nothing, fixed
    amps.
    """

    SUN = "sun"
    MINIMUM = "minimum"
    FULL = "full"
    OFF = "off"
    FIXED = "fixed"


class OverrideKind(StrEnum):
    """What an override orders."""

    FULL = "full"
    OFF = "off"
    FIXED = "fixed"


class OverrideRequest(Part):
    """An override as a person asks for it: ``amps`` per phase for ``fixed``, on ``phases`` or, without, on as many as
    there are; without ``seconds`` it ends at unplug.
    """

    kind: OverrideKind
    amps: int | None = Field(default=None, ge=6, le=32)
    phases: Literal[1, 3] | None = None
    seconds: float | None = Field(default=None, gt=0, le=MAXIMUM_OVERRIDE_S)

    @model_validator(mode="after")
    def _amps_go_with_fixed(self) -> "OverrideRequest":
        if (self.kind is OverrideKind.FIXED) != (self.amps is not None):
            raise PydanticCustomError("amps_of_fixed", "amps (6 to 32) goes with kind 'fixed', and only with it")
        if self.phases is not None and self.kind is not OverrideKind.FIXED:
            raise PydanticCustomError("phases_of_fixed", "phases goes with kind 'fixed' only")
        return self


class Override(Message):
    """An override as it holds: until ``ends_at``, or before that at unplug where ``ends_on_unplug`` says so."""

    kind: OverrideKind
    amps: int | None = None
    phases: Literal[1, 3] | None = None
    set_at: Utc
    ends_at: Utc
    ends_on_unplug: bool

    def holds(self, now: datetime) -> bool:
        """Not yet over by time."""
        return now < self.ends_at

    def seconds_left(self, now: datetime) -> float:
        """Seconds until its end, at least 0."""
        return max(0.0, (self.ends_at - now).total_seconds())


class Deadline(Message):
    """So much energy in the car by a time: from the sun first, from the grid as late as is still in time.

    ``energy_wh`` counts from ``set_at`` on the charger's own counter; None: as much as the car takes.
    """

    energy_wh: float | None = Field(default=None, gt=0, le=200_000)
    at: Utc
    set_at: Utc

    def holds(self, now: datetime) -> bool:
        """Not yet over by time."""
        return now < self.at


class Resume(Message):
    """A person's wish, once: take over again after a change by hand at the Wattpilot."""

    at: Utc
