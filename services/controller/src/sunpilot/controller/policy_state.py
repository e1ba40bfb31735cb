"""What the rule carries from one measurement to the next, and how it changes hands with orders and limits."""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ConfigDict

from sunpilot.contract.message import Utc
from sunpilot.controller.connection import PhaseCount
from sunpilot.controller.expectation import Costs


@dataclass(frozen=True, slots=True)
class PolicyState:
    """All that any process needs to take the next step.

    ``phases`` are the ones ordered last; None: as found. ``expected`` are the mean costs of the last quarter of an
    hour. ``switched_at`` is the last start or stop, ``phases_at`` the last change of phases, ``barred_at`` when the
    limits last left too little for any charge. Until ``locked_until`` the car is on its way to the last order.
    ``measured_at`` is what age counts from, ``estimated_at`` the time up to which regret is counted. ``frozen``: the
    car does not draw what it is offered, which says nothing about the sun.
    """

    __pydantic_config__ = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    charging: bool = False
    amps: int | None = None
    phases: PhaseCount | None = None
    regret_wh: float = 0.0
    expected: Costs | None = None
    switched_at: Utc | None = None
    phases_at: Utc | None = None
    barred_at: Utc | None = None
    locked_until: Utc | None = None
    measured_at: Utc | None = None
    estimated_at: Utc | None = None
    surplus_w: float | None = None
    frozen: bool = False

    @property
    def stamps(self) -> tuple[datetime, ...]:
        """All times in the past that it rests on."""
        stamps = (self.switched_at, self.phases_at, self.barred_at, self.measured_at, self.estimated_at)
        return tuple(stamp for stamp in stamps if stamp is not None)


def stopped(state: PolicyState, now: datetime) -> PolicyState:
    """The state after a stop that is not the rule's own."""
    if not state.charging:
        return state
    return replace(state, charging=False, amps=None, regret_wh=0.0, switched_at=now, locked_until=None)


def barred(state: PolicyState, now: datetime) -> PolicyState:
    """The state while the limits allow no charge at all."""
    return replace(stopped(state, now), barred_at=now)


def ordered(state: PolicyState, now: datetime, amps: int, phases: PhaseCount | None = None) -> PolicyState:
    """The state while a person's order charges: the sun takes over from it as it is then, without a dwell time, since
    the order's end is a person's wish. ``phases`` None: as they are.
    """
    changed = phases is not None and phases != state.phases
    return replace(
        state,
        charging=True,
        amps=amps,
        phases=phases if changed else state.phases,
        phases_at=now if changed else state.phases_at,
        regret_wh=0.0,
        switched_at=None,
        locked_until=None,
    )


def idle(state: PolicyState) -> PolicyState:
    """The state when there is no car, or a person wants no charge: what comes next need not wait to start, but the
    relay of the phases keeps its rest.
    """
    return PolicyState(
        phases=state.phases,
        phases_at=state.phases_at,
        measured_at=state.measured_at,
        estimated_at=state.estimated_at,
        surplus_w=state.surplus_w,
    )


def afresh(state: PolicyState) -> PolicyState:
    """The state after a step of the clock: what is being done, and no time at all."""
    return PolicyState(charging=state.charging, amps=state.amps, phases=state.phases)
