"""What the bridge is after at this moment."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class HandsOff:
    """Write nothing."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Charge at ``amps`` per phase on ``phases`` (None: as found) once a car is there. ``by_person`` marks a person's
    order.
    """

    amps: int
    phases: Literal[1, 3] | None = None
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Minimum:
    """Let a charge go on at the least current; never start one."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not charge, nor when a car is plugged in."""


@dataclass(frozen=True, slots=True)
class StopOwn:
    """Stop a charge that stands as the bridge forced it; leave everything else alone."""


@dataclass(frozen=True, slots=True)
class Release:
    """Give the box back: let it decide itself, on the phases that were found."""


Intent = HandsOff | Charge | Minimum | Stop | StopOwn | Release
