"""From an intent to the writes that are missing, in the safe order: the current first, then the start.

Source: Wattpilot protocol, start and stop, and current steps: whole ampere, 6 A at least (IEC 61851), never above what
box, cable and temperature allow. A write is planned only where the box reports another value.
"""

from dataclasses import dataclass
from enum import StrEnum

from sunpilot.bridge.intent import Charge, HandsOff, Intent, Minimum, Release, Stop, StopOwn
from sunpilot.contract.status import Status

LEAST_A = 6
NEUTRAL = 0
"""Force state: the box decides."""


class BaseName(StrEnum):
    """Two ways to live with the box's own logic."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Base:
    """The force states (``frc``) that start and stop a charge."""

    start: int
    stop: int


BASES = {BaseName.A: Base(start=0, stop=1), BaseName.B: Base(start=2, stop=1)}
"""A: the box stands on Default, where neutral means charge. B: it is parked on Eco, where only force does."""


@dataclass(frozen=True, slots=True)
class Write:
    """One property to write. A write that ``may_wait`` respects the floor between writes of its key.

    The writes after one that ``comes_first`` are not safe without it.
    """

    key: str
    value: int
    may_wait: bool
    comes_first: bool = False


def plan(intent: Intent, box: Status, base: Base) -> tuple[Write, ...]:
    """The writes that the box, as it reports itself, lacks for the intent, in their order."""
    match intent:
        case HandsOff():
            return ()
        case Release():
            return _force(box, NEUTRAL, may_wait=False)
        case Stop():
            return _force(box, base.stop, may_wait=False)
        case StopOwn():
            return _force(box, base.stop, may_wait=False) if box.force_state == base.start else ()
        case Minimum():
            goes_on = box.has_car and box.force_state == base.start
            return _lower(box) if goes_on else _force(box, base.stop, may_wait=False)
        case Charge():
            return _charge(intent, box, base)


def _charge(intent: Charge, box: Status, base: Base) -> tuple[Write, ...]:
    limit_a = box.limits.maximum_a if box.limits.maximum_a is not None else box.requested_a
    if limit_a is None or limit_a < LEAST_A:
        return _force(box, base.stop, may_wait=False)
    amps = max(LEAST_A, min(intent.amps, limit_a))
    may_wait = not intent.by_person
    current = _current(box, amps, may_wait=may_wait)
    # Without a car the start waits: the box would forget it at unplug anyway, and must not charge the next car unasked.
    return current + _force(box, base.start, may_wait=may_wait) if box.has_car else current


def _current(box: Status, amps: int, *, may_wait: bool) -> tuple[Write, ...]:
    if box.requested_a == amps:
        return ()
    raises = box.requested_a is not None and amps > box.requested_a
    return (Write("amp", amps, may_wait=may_wait and raises, comes_first=not raises),)


def _lower(box: Status) -> tuple[Write, ...]:
    least_a = max(LEAST_A, box.limits.minimum_a or LEAST_A)
    too_high = box.requested_a is None or box.requested_a > least_a
    return _current(box, least_a, may_wait=True) if too_high else ()


def _force(box: Status, state: int, *, may_wait: bool) -> tuple[Write, ...]:
    return () if box.force_state == state else (Write("frc", state, may_wait=may_wait),)
