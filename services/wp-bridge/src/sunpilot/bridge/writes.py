"""From an intent to the writes that are missing, in the safe order: phases, then the current, then the start.

Source: Wattpilot protocol, start and stop, current steps, and phase switching. Whole ampere, 6 A at least (IEC 61851),
never above what box, cable and temperature allow. Towards one phase the relay comes before the current, towards three a
lower current comes before the relay. A write is planned only where the box reports another value.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sunpilot.bridge.intent import Charge, HandsOff, Intent, Minimum, Release, Stop, StopOwn
from sunpilot.contract.property import Value
from sunpilot.contract.status import Status

LEAST_A = 6
NEUTRAL = 0
"""Force state: the box decides."""
ONE_PHASE = 1
THREE_PHASES = 2
"""Phase modes (``psm``)."""


class BaseName(StrEnum):
    """Two ways to live with the box's own logic."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Base:
    """The force states (``frc``) that start and stop a charge, and the mode (``lmo``) that the box must stand on."""

    start: int
    stop: int
    mode: int


BASES = {BaseName.A: Base(start=0, stop=1, mode=3), BaseName.B: Base(start=2, stop=1, mode=4)}
"""A: the box stands on Default, where neutral means charge. B: it is parked on Eco, where only force does."""


@dataclass(frozen=True, slots=True)
class Write:
    """One property to write. A write that ``may_wait`` respects the floor between writes of its key.

    The writes after one that ``comes_first`` are not safe without it, unless they ``ease``: stops and reductions, which
    nothing holds. ``before`` must be written immediately before this one. One that is tried ``once`` is a person's own,
    and no plan repeats it.
    """

    key: str
    value: Value
    may_wait: bool
    comes_first: bool = False
    eases: bool = False
    once: bool = False
    before: "Write | None" = None


def plan(intent: Intent, box: Status, base: Base, phase_mode_found: int | None = None) -> tuple[Write, ...]:
    """The writes that the box, as it reports itself, lacks for the intent, in their order.

    ``phase_mode_found`` is the phase mode before our own first write of it; None: we have written none.
    """
    match intent:
        case HandsOff():
            return ()
        case Release():
            return _force(box, NEUTRAL, may_wait=False) + _as_found(box, phase_mode_found)
        case Stop():
            return _stop(box, base)
        case StopOwn():
            return _stop(box, base) if box.force_state == base.start else ()
        case Minimum():
            goes_on = box.has_car and box.force_state == base.start and _allows(box, _least_a(box))
            return _lower(box) if goes_on else _stop(box, base)
        case Charge():
            return _charge(intent, box, base, phase_mode_found)


def _charge(intent: Charge, box: Status, base: Base, phase_mode_found: int | None) -> tuple[Write, ...]:
    limit_a = box.limits.maximum_a if box.limits.maximum_a is not None else box.requested_a
    if limit_a is None or limit_a < LEAST_A:
        return _stop(box, base)
    amps = max(LEAST_A, min(intent.amps, limit_a))
    may_wait = not intent.by_person
    current = _current(box, amps, may_wait=may_wait)
    if not box.has_car:
        # The start waits for a car: the box would forget it at unplug anyway, and must not charge the next one unasked.
        return current
    start = _force(box, base.start, may_wait=may_wait)
    phase_mode = _phase_mode(intent.phases, box, phase_mode_found)
    if phase_mode is None:
        still_on_three = intent.phases == 1 and (box.phases or 1) > 1  # the relay follows its setting after a second
        return (*(write for write in current if write.eases or not still_on_three), *start)
    relay = _relay(phase_mode, box, base)
    if phase_mode == ONE_PHASE:
        # As long as the switch is held, three phases must not carry more than was meant for one.
        meant_a = max(LEAST_A, amps // (box.phases or 3))
        return (relay, *(write for write in _current(box, meant_a, may_wait=True) if write.eases), *start)
    lowers = tuple(write for write in current if write.eases)
    raises = tuple(write for write in current if not write.eases)
    return (*lowers, relay, *raises, *start)


def _phase_mode(phases: Literal[1, 3] | None, box: Status, found: int | None) -> int | None:
    """The phase mode to write; None when it stands, is not ours to choose, or cannot be had."""
    wanted = found if phases is None else ONE_PHASE if phases == 1 else THREE_PHASES
    if wanted is None or wanted == box.phase_mode:
        return None
    return None if wanted == THREE_PHASES and box.max_phases == 1 else wanted


def _relay(phase_mode: int, box: Status, base: Base) -> Write:
    """The switch of phases. A box that stands still is stopped first: under OCPP the write alone has started a charge
    (seen in the field).
    """
    stop = next(iter(_stop(box, base)), None) if box.allowed is not True else None
    return Write("psm", phase_mode, may_wait=True, comes_first=phase_mode == ONE_PHASE, before=stop)


def _as_found(box: Status, phase_mode_found: int | None) -> tuple[Write, ...]:
    if phase_mode_found is None or box.phase_mode == phase_mode_found:
        return ()
    return (Write("psm", phase_mode_found, may_wait=True),)


def _current(box: Status, amps: int, *, may_wait: bool) -> tuple[Write, ...]:
    if box.requested_a == amps:
        return ()
    raises = box.requested_a is not None and amps > box.requested_a
    return (Write("amp", amps, may_wait=may_wait and raises, comes_first=not raises, eases=not raises),)


def _lower(box: Status) -> tuple[Write, ...]:
    least_a = _least_a(box)
    too_high = box.requested_a is None or box.requested_a > least_a
    return _current(box, least_a, may_wait=True) if too_high else ()


def _least_a(box: Status) -> int:
    return max(LEAST_A, box.limits.minimum_a or LEAST_A)


def _allows(box: Status, amps: int) -> bool:
    return box.limits.maximum_a is None or amps <= box.limits.maximum_a


def _stop(box: Status, base: Base) -> tuple[Write, ...]:
    return () if box.force_state == base.stop else (Write("frc", base.stop, may_wait=False, eases=True),)


def _force(box: Status, state: int, *, may_wait: bool) -> tuple[Write, ...]:
    return () if box.force_state == state else (Write("frc", state, may_wait=may_wait),)
