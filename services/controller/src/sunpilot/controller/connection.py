"""The ways to feed the car: on one phase or on three, each with its own power per ampere and its own bounds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sunpilot.contract.status import Status
from sunpilot.controller.limits import Limits, voltage

PhaseCount = Literal[1, 3]
"""What the Wattpilot can be switched to (Wattpilot protocol, property ``psm``)."""

_FORCED: dict[int | None, PhaseCount] = {1: 1, 2: 3}
"""``psm``: 1 forces one phase, 2 three; 0 leaves it to the box."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One way to feed the car: the phases that the box gives, what one ampere is worth, and whole-ampere bounds.

    A car that draws on fewer phases than the box gives makes an ampere worth less. ``by_fuse`` says that the upper
    bound is the main fuse's.
    """

    phases: PhaseCount
    power_per_a_w: float
    minimum_a: int
    maximum_a: int
    by_fuse: bool = False

    def power_w(self, amps: int) -> float:
        """Power of a current."""
        return self.power_per_a_w * amps

    @property
    def is_barred(self) -> bool:
        """Not even the least current is allowed this way."""
        return self.maximum_a < self.minimum_a

    @property
    def minimum_w(self) -> float:
        """The least power of a charge."""
        return self.power_per_a_w * self.minimum_a


def connections(
    status: Status, limits: Limits, only: PhaseCount | None = None, drawn: int | None = None
) -> tuple[Connection, ...]:
    """The ways that are open here; several mean that the policy may switch between them.

    ``only`` is a person's choice of the phases. ``drawn`` is how many phases this car was seen to draw when given
    three. Empty when the Wattpilot does not say how many phases it uses.
    """
    found = box_phases(status)
    if status.phases is None or found is None:
        return ()
    volt = voltage(status)
    single = Connection(1, volt, limits.minimum_a, limits.maximum(1), limits.is_by_fuse(1))
    three = Connection(
        3, volt * (drawn or 3), limits.minimum_a, limits.maximum(drawn or 3), limits.is_by_fuse(drawn or 3)
    )
    as_found = single if found == 1 else three
    if not can_switch(status):
        return (as_found,)
    if only is not None:
        return (single if only == 1 else three,)
    has_one_phase_only = drawn == 1 or status.max_phases == 1
    if has_one_phase_only:
        return (as_found,)
    return tuple(way for way in (single, three) if not way.is_barred) or (as_found,)


def can_switch(status: Status) -> bool:
    """Sunpilot may choose the phases: they are forced at the box already or, with ``psm`` 0, left to a logic of its own
    that rests while another one is in control; then only where it would use three.
    """
    return status.phase_mode in _FORCED or (status.phase_mode == 0 and status.phases == 3)


def box_phases(status: Status) -> PhaseCount | None:
    """The phases that the box gives now; None when it does not say."""
    if status.phase_mode in _FORCED:
        return _FORCED[status.phase_mode]
    if status.phases is None:
        return None
    return 1 if status.phases == 1 else 3


def find(open_ways: Iterable[Connection], phases: PhaseCount | None) -> Connection | None:
    """The connection with this many phases, if it is open."""
    return next((connection for connection in open_ways if connection.phases == phases), None)
