"""From everything that is known about one Wattpilot to one verdict: limits first, then orders, then the sun."""

from dataclasses import dataclass, replace
from datetime import datetime

from sunpilot.contract.decision import Reason
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.setpoint import OnLapse
from sunpilot.contract.status import Car, Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.connection import Connection, PhaseCount
from sunpilot.controller.limits import Limits
from sunpilot.controller.policy import follow
from sunpilot.controller.policy_state import PolicyState, barred, idle, ordered, stopped
from sunpilot.controller.rule import Rule
from sunpilot.controller.verdict import Verdict

MODE_KEEP_S = 24 * 3600.0
"""A mode has no end of its own; a bridge that loses its controller keeps it for a day at most."""

SLOW_CAR_S = 90.0
"""A car that still draws nothing after this time is said to be asleep."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One Wattpilot at one moment.

    ``status`` is None unless fresh. ``connections`` are the ways to feed the car, none where the phases are unknown;
    ``found`` are the phases that the box stands on. ``usable`` says that the last reading led to a surplus, is fresh
    and new since the start. ``stale_s`` is how far the last usable reading is above its maximum age (below 0: still
    good; None: there is none). ``held_a`` is the current that the last setpoint asked for, None for none.
    """

    now: datetime
    wattpilot: Wattpilot
    mode: Mode
    override: Override | None
    status: Status | None
    limits: Limits | None
    connections: tuple[Connection, ...]
    found: PhaseCount | None
    rule: Rule
    policy: PolicyState
    usable: bool
    stale_s: float | None
    unusable_reason: Reason
    held_a: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the policy's next state, and what the bridge shall do if it hears no more. ``silent``: send
    nothing.
    """

    verdict: Verdict
    policy: PolicyState
    on_lapse: OnLapse = OnLapse.STOP
    keep_s: float | None = None
    silent: bool = False


def judge(s: Situation) -> Judgement:  # noqa: PLR0911  (a cascade)
    """The cascade; the first rule that applies decides."""
    if s.mode is Mode.OFF:
        reason = Reason.ORDER_OFF if s.status is not None else Reason.NO_STATUS  # sent, but nobody says it is done
        return Judgement(_verdict(None, reason, _order_left(s)), idle(s.policy))
    if s.status is None or s.limits is None:
        return Judgement(_verdict(s.held_a, Reason.NO_STATUS), s.policy, silent=True)
    if not s.connections:
        return Judgement(_verdict(s.held_a, Reason.NO_PHASES), s.policy, silent=True)
    if s.status.error:
        return Judgement(_verdict(None, Reason.BOX_ERROR), stopped(s.policy, s.now))
    if s.status.car is Car.IDLE and s.mode in (Mode.SUN, Mode.MINIMUM):
        return Judgement(_verdict(None, Reason.NO_CAR), idle(s.policy))
    if s.limits.bar_charging:
        return Judgement(_verdict(None, s.limits.reason), barred(s.policy, s.now))
    rest_s = _rest_after_bar(s)
    if rest_s > 0 and s.mode is not Mode.SUN:  # a load that comes and goes must not make the contactor chatter
        return Judgement(_verdict(None, s.limits.reason, rest_s), s.policy)
    if s.mode in (Mode.FULL, Mode.FIXED):
        return _obey(s, s.limits)
    judged = _follow(s, s.limits)
    if s.status.manual is not None:
        verdict = replace(judged.verdict, reason=Reason.MANUAL, seconds_left=s.status.manual.seconds_left)
        return Judgement(verdict, judged.policy, judged.on_lapse)
    return judged


def _obey(s: Situation, limits: Limits) -> Judgement:
    """A person's order: needs no reading, but the limits hold."""
    wanted_a, reason = limits.maximum_a, Reason.ORDER_FULL
    if s.mode is Mode.FIXED:
        fixed_a = s.override.amps if s.override is not None and s.override.amps is not None else s.wattpilot.fixed_a
        wanted_a, reason = max(limits.minimum_a, min(fixed_a, limits.maximum_a)), Reason.ORDER_FIXED
    left_s = _order_left(s)
    phases = max(s.connections, key=lambda way: way.power_w(wanted_a)).phases if len(s.connections) > 1 else None
    policy = ordered(s.policy, s.now, wanted_a, phases)
    keep_s = MODE_KEEP_S if left_s is None else left_s
    return Judgement(replace(_verdict(wanted_a, reason, left_s), phases=phases), policy, OnLapse.KEEP, keep_s)


def _follow(s: Situation, limits: Limits) -> Judgement:
    if s.usable:
        policy, verdict = follow(s.policy, s.now, s.connections, s.rule, s.found)
    else:
        policy, verdict = _without_data(s, limits)
    verdict = _about_the_car(s, policy, verdict)
    if s.mode is Mode.MINIMUM:
        if verdict.amps is None:
            verdict = replace(verdict, amps=limits.minimum_a, reason=Reason.ORDER_MINIMUM)
        return Judgement(verdict, policy, OnLapse.MINIMUM)
    return Judgement(verdict, policy, OnLapse.MINIMUM if s.wattpilot.policy.stale_minimum else OnLapse.STOP)


def _without_data(s: Situation, limits: Limits) -> tuple[PolicyState, Verdict]:
    """Nothing starts or rises: hold while there is hope, then the minimum or a stop, as set."""
    settings = s.wattpilot.policy
    phases = s.policy.phases if len(s.connections) > 1 else None
    held_a = None if s.held_a is None else min(s.held_a, limits.maximum_a)
    if s.stale_s is not None and s.stale_s <= settings.stale_grace_s:
        reason = s.unusable_reason if s.stale_s <= 0 else Reason.STALE_HOLD
        left_s = settings.stale_grace_s - s.stale_s
        verdict = _verdict(held_a, reason, left_s if held_a is not None else None)
        return s.policy, replace(verdict, phases=phases)
    if held_a is not None and settings.stale_minimum:
        verdict = _verdict(min(held_a, limits.minimum_a), Reason.STALE_HOLD)
        return s.policy, replace(verdict, phases=phases)
    reason = s.unusable_reason if s.stale_s is None else Reason.STALE_STOP
    return stopped(s.policy, s.now), _verdict(None, reason)


def _about_the_car(s: Situation, policy: PolicyState, verdict: Verdict) -> Verdict:
    """While charging is allowed and the car does not draw, say that instead."""
    status = s.status
    if status is None or verdict.amps is None or s.held_a is None or not status.allowed:
        return verdict
    if status.car is Car.COMPLETE:
        return replace(verdict, reason=Reason.CAR_FULL, seconds_left=None)
    started_s = 0.0 if policy.switched_at is None else (s.now - policy.switched_at).total_seconds()
    if status.car is Car.WAITING and started_s > SLOW_CAR_S:
        return replace(verdict, reason=Reason.CAR_NOT_DRAWING, seconds_left=None)
    return verdict


def _rest_after_bar(s: Situation) -> float:
    """What is left of the least time off since the limits barred any charge."""
    if s.policy.barred_at is None:
        return 0.0
    rest_s = s.wattpilot.policy.min_off_s
    return min(rest_s, rest_s - (s.now - s.policy.barred_at).total_seconds())


def _order_left(s: Situation) -> float | None:
    return None if s.override is None else s.override.seconds_left(s.now)


def _verdict(amps: int | None, reason: Reason, seconds_left: float | None = None) -> Verdict:
    return Verdict(amps, reason, {}, seconds_left)
