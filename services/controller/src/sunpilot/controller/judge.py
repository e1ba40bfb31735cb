"""From everything that is known about one Wattpilot to one verdict: limits first, then orders, then the sun."""

from dataclasses import dataclass, replace

from sunpilot.contract.decision import Reason
from sunpilot.contract.order import Mode
from sunpilot.contract.setpoint import OnLapse
from sunpilot.contract.status import Car
from sunpilot.controller.connection import Connection, find
from sunpilot.controller.deadline import Plan
from sunpilot.controller.policy import follow
from sunpilot.controller.policy_state import PolicyState, barred, idle, ordered, stopped
from sunpilot.controller.situation import Situation
from sunpilot.controller.verdict import Verdict

MODE_KEEP_S = 24 * 3600.0
"""A mode has no end of its own; a bridge that loses its controller keeps it for a day at most."""

SLOW_CAR_S = 90.0
"""A car that still draws nothing after this time is said to be asleep."""


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


def judge(s: Situation) -> Judgement:
    """The cascade's judgement. While another hand is at the Wattpilot, it goes on, and says whose turn it is."""
    judged = _judge(s)
    verdict = judged.verdict
    if s.connections and verdict.amps is not None:
        phases = verdict.phases or judged.policy.phases or s.found
        way = find(s.connections, phases) or s.connections[0]
        verdict = replace(verdict, phases=way.phases if s.may_switch else None)
    manual = None if s.status is None else s.status.manual
    if manual is not None and verdict.reason is not Reason.BOX_ERROR:
        verdict = replace(verdict, reason=Reason.MANUAL, seconds_left=manual.seconds_left)
    return replace(judged, verdict=verdict)


def _judge(s: Situation) -> Judgement:  # noqa: PLR0911  (a cascade)
    """The first rule that applies decides."""
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
    if s.limits.bar_charging or all(way.is_barred for way in s.connections):
        return Judgement(_verdict(None, s.limits.reason), barred(s.policy, s.now))
    is_ordered = s.mode is not Mode.SUN or (s.plan is not None and s.plan.is_due)
    rest_s = _rest_after_bar(s)
    if rest_s > 0 and is_ordered:  # a load that comes and goes must not make the contactor chatter
        return Judgement(_verdict(None, s.limits.reason, rest_s), s.policy)
    if s.mode in (Mode.FULL, Mode.FIXED):
        judged = _obey(s)
        return replace(judged, verdict=_about_the_car(s, judged.policy, judged.verdict))
    if s.plan is not None and s.plan.is_due:
        return _catch_up(s, s.plan)
    return _follow(s)


def _obey(s: Situation) -> Judgement:
    """A person's order: needs no reading, but the limits hold. Without a wish for the phases, they stay as they are."""
    left_s = _order_left(s)
    keep_s = MODE_KEEP_S if left_s is None else left_s
    if s.mode is Mode.FULL:
        way = _strongest(s)
        reason = Reason.FUSE if way.by_fuse else Reason.ORDER_FULL
        return _ordered(s, way, way.maximum_a, reason, left_s, keep_s)
    wanted_a, phases = s.wattpilot.fixed_a, s.policy.phases or s.found
    if s.override is not None and s.override.amps is not None:
        wanted_a, phases = s.override.amps, s.override.phases or phases
    way = find(s.connections, phases) or s.connections[0]
    amps = max(way.minimum_a, min(wanted_a, way.maximum_a))
    reason = Reason.FUSE if way.by_fuse and amps < wanted_a else Reason.ORDER_FIXED
    return _ordered(s, way, amps, reason, left_s, keep_s)


def _catch_up(s: Situation, plan: Plan) -> Judgement:
    """What the sun did not deliver in time comes from the grid."""
    way = _strongest(s)
    keep_s = max(0.0, min(plan.needs_s, (plan.deadline.at - s.now).total_seconds()))
    judged = _ordered(s, way, way.maximum_a, Reason.DEADLINE_CHARGING, plan.needs_s, min(MODE_KEEP_S, keep_s))
    return replace(judged, verdict=_about_the_car(s, judged.policy, judged.verdict))


def _ordered(
    s: Situation, way: Connection, amps: int, reason: Reason, left_s: float | None, keep_s: float
) -> Judgement:
    policy = ordered(s.policy, s.now, amps, way.phases if s.may_switch else None)
    return Judgement(replace(_verdict(amps, reason, left_s), phases=way.phases), policy, OnLapse.KEEP, keep_s)


def _follow(s: Situation) -> Judgement:
    if s.usable:
        policy, verdict = follow(s.policy, s.now, s.connections, s.rule, s.found)
        verdict = _why_not_sun(s, verdict)
    else:
        policy, verdict = _without_data(s)
    verdict = _about_the_car(s, policy, verdict)
    if verdict.reason is Reason.CAR_FULL:
        verdict = _in_readiness(s, policy, verdict)
    if s.mode is Mode.MINIMUM:
        if verdict.amps is None:
            policy, verdict = _at_least(s, policy, verdict)
        return Judgement(verdict, policy, OnLapse.MINIMUM)
    return Judgement(verdict, policy, OnLapse.MINIMUM if s.wattpilot.policy.stale_minimum else OnLapse.STOP)


def _why_not_sun(s: Situation, verdict: Verdict) -> Verdict:
    """Who or what has the sun that this Wattpilot waits for."""
    if verdict.reason is not Reason.WAITING_FOR_SUN or s.sun is None:
        return verdict
    worth_w = min(s.rule.break_even_w(way) for way in s.connections)
    if s.plan is not None and not s.plan.is_met:
        left_s = (s.plan.starts_at - s.now).total_seconds()
        return replace(verdict, reason=Reason.DEADLINE_WAITING, seconds_left=left_s)
    if s.sun.battery.goes_first:
        return replace(verdict, reason=Reason.BATTERY_FIRST)
    if s.sun.surplus_w < worth_w <= s.sun.for_all_w:
        return replace(verdict, reason=Reason.SHARING)
    return verdict


def _at_least(s: Situation, policy: PolicyState, verdict: Verdict) -> tuple[PolicyState, Verdict]:
    """The least power that there is: on one phase as soon as their rest allows the change, if no start is near."""
    least = min((way for way in s.connections if not way.is_barred), key=lambda way: way.minimum_w)
    present = find(s.connections, policy.phases) or least
    is_near = verdict.reason in (Reason.STARTING_SOON, Reason.AWAITING_READING, Reason.RESTING)
    if least is not present and s.may_switch and not is_near:
        rested_s = s.rule.min_phases_s if policy.phases_at is None else (s.now - policy.phases_at).total_seconds()
        if rested_s >= s.rule.min_phases_s:
            policy, present = replace(policy, phases=least.phases, phases_at=s.now), least
    return policy, replace(verdict, amps=present.minimum_a, phases=present.phases, reason=Reason.ORDER_MINIMUM)


def _in_readiness(s: Situation, policy: PolicyState, verdict: Verdict) -> Verdict:
    """The least current, for as long as a full car takes none: following the sun with it is a write to the box for
    nothing, and a share of the fuse that others lack. When the car draws again, the sun decides at once.
    """
    way = find(s.connections, verdict.phases or policy.phases or s.found) or s.connections[0]
    return replace(verdict, amps=min(verdict.amps or way.minimum_a, way.minimum_a))


def _without_data(s: Situation) -> tuple[PolicyState, Verdict]:
    """Nothing starts or rises: hold while there is hope, then the minimum or a stop, as set."""
    settings = s.wattpilot.policy
    way = find(s.connections, s.policy.phases or s.found)
    if way is None:  # the way that it takes is closed, and any other one might give it more
        return stopped(s.policy, s.now), _verdict(None, s.unusable_reason)
    held_a = None if s.held_a is None else min(s.held_a, way.maximum_a)
    if s.stale_s is not None and s.stale_s <= settings.stale_grace_s:
        reason = s.unusable_reason if s.stale_s <= 0 else Reason.STALE_HOLD
        left_s = settings.stale_grace_s - s.stale_s
        return s.policy, _verdict(held_a, reason, left_s if held_a is not None else None)
    if held_a is not None and settings.stale_minimum:
        return s.policy, _verdict(min(held_a, way.minimum_a), Reason.STALE_HOLD)
    reason = s.unusable_reason if s.stale_s is None else Reason.STALE_STOP
    return stopped(s.policy, s.now), _verdict(None, reason)


def _about_the_car(s: Situation, policy: PolicyState, verdict: Verdict) -> Verdict:
    """While charging is allowed and the car does not draw, say that instead."""
    status = s.status
    if status is None or verdict.amps is None or s.held_a is None or not status.allowed:
        return verdict
    if verdict.reason is Reason.SWITCHING_PHASES:
        return verdict
    if s.full:
        return replace(verdict, reason=Reason.CAR_FULL, seconds_left=None)
    started_s = 0.0 if policy.switched_at is None else (s.now - policy.switched_at).total_seconds()
    if status.car is Car.WAITING and started_s > SLOW_CAR_S:
        return replace(verdict, reason=Reason.CAR_NOT_DRAWING, seconds_left=None)
    return verdict


def _strongest(s: Situation) -> Connection:
    return max(s.connections, key=lambda way: way.power_w(way.maximum_a))


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
