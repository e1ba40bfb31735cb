"""The cascade, in whatever situation: what must never happen."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunpilot.contract.decision import Reason
from sunpilot.contract.house import House
from sunpilot.contract.order import Deadline, Mode
from sunpilot.contract.setpoint import Action, OnLapse
from sunpilot.contract.status import Car, Limits, LinkState, Manual, ManualReason, Status
from sunpilot.contract.wattpilot import PolicySettings, Wattpilot
from sunpilot.controller.connection import Connection, box_phases, can_switch, connections, find
from sunpilot.controller.deadline import Delivery, plan
from sunpilot.controller.explanation import explain
from sunpilot.controller.fuse import FuseShare
from sunpilot.controller.home_battery import BatteryPart
from sunpilot.controller.judge import Judgement, judge
from sunpilot.controller.limits import limits
from sunpilot.controller.outcome import setpoint_of
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import rule_of
from sunpilot.controller.situation import Situation
from sunpilot.controller.sun import Sun

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
HOUSE = House(id=1, name="House")
LONG_AGO = NOON - timedelta(hours=1)
ORDERED = (Mode.MINIMUM, Mode.FULL, Mode.FIXED)

ago = st.one_of(st.none(), st.integers(0, 4000).map(lambda s: NOON - timedelta(seconds=s)))
watts = st.floats(-40_000, 40_000)


@st.composite
def statuses(draw: st.DrawFn) -> Status:
    return Status(
        link=LinkState.ONLINE,
        car=draw(st.sampled_from([Car.CHARGING, Car.WAITING, *Car, None])),
        allowed=draw(st.sampled_from([None, True, False])),
        power_w=draw(st.one_of(st.none(), st.floats(0, 22_000))),
        voltage_v=draw(st.sampled_from([None, (231.0, 229.0, 230.0), (0.0, 230.0, None)])),
        phases=draw(st.sampled_from([3, 3, 1, 2, None])),
        phase_mode=draw(st.sampled_from([2, 1, 0, None])),
        offered_a=draw(st.one_of(st.none(), st.integers(0, 32))),
        limits=Limits(
            minimum_a=draw(st.one_of(st.none(), st.integers(6, 16))),
            installation_a=draw(st.one_of(st.none(), st.integers(6, 32))),
            cable_a=draw(st.sampled_from([None, 20, 32, 0])),
        ),
        error=draw(st.sampled_from([None, 0, 0, 0, 8])),
        manual=draw(st.sampled_from([None, Manual(since=NOON, reason=ManualReason.CHANGED, seconds_left=60)])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    status = draw(st.one_of(statuses(), statuses(), statuses(), st.none()))
    policy = PolicySettings(
        max_a=draw(st.integers(6, 32)),
        phases=draw(st.sampled_from([None, 1, 3])),
        stale_minimum=draw(st.booleans()),
    )
    bounds = None
    ways: tuple[Connection, ...] = ()
    if status is not None:
        share = FuseShare(draw(st.sampled_from([40, 25, 10, 7, 0])), draw(st.sampled_from([20, 40, 10, 0])))
        bounds = limits(policy, status, share)
        ways = connections(status, bounds, only=policy.phases, drawn=draw(st.sampled_from([None, 1, 2, 3])))
    state = PolicyState(
        charging=draw(st.booleans()),
        amps=draw(st.one_of(st.none(), st.integers(6, 32))),
        phases=draw(st.sampled_from([None, 1, 3])),
        regret_wh=draw(st.floats(0, 500)),
        switched_at=draw(ago),
        phases_at=draw(ago),
        barred_at=draw(ago),
        measured_at=draw(ago),
        surplus_w=draw(st.one_of(st.none(), watts)),
    )
    deadline = Deadline(
        energy_wh=draw(st.floats(1, 1e5)), at=NOON + timedelta(seconds=draw(st.integers(1, 80_000))), set_at=NOON
    )
    stale_s = draw(st.one_of(st.none(), st.floats(-900, 7200)))
    surplus_w = draw(watts)
    return Situation(
        now=NOON,
        wattpilot=Wattpilot(id=1, name="W", mode=Mode.SUN, fixed_a=draw(st.integers(6, 32)), policy=policy),
        time_zone=HOUSE.time_zone,
        battery_goal_pct=HOUSE.battery_soc_pct,
        mode=draw(st.sampled_from(list(Mode))),
        override=None,
        plan=draw(st.one_of(st.none(), st.just(plan(deadline, Delivery(set_at=NOON), 11_040, 16, NOON)))),
        status=status,
        limits=bounds,
        connections=ways,
        found=None if status is None else box_phases(status),
        may_switch=status is not None and can_switch(status),
        rule=rule_of(policy, HOUSE),
        policy=state,
        sun=draw(st.one_of(st.none(), st.just(Sun(surplus_w, surplus_w + 1000, BatteryPart(0, goes_first=True))))),
        usable=stale_s is not None and stale_s <= 0 and draw(st.booleans()),
        stale_s=stale_s,
        unusable_reason=draw(st.sampled_from([Reason.FIRST_READING, Reason.SUSPECT, Reason.OWN_POWER_UNKNOWN])),
        held_a=draw(st.one_of(st.none(), st.integers(6, 32))),
        full=draw(st.booleans()),
    )


def is_ordered(s: Situation) -> bool:
    return s.mode in ORDERED or (s.plan is not None and s.plan.is_due and s.mode is Mode.SUN)


@settings(max_examples=200)
@given(situations())
def test_without_fresh_data_nothing_starts_or_rises_but_by_order(s: Situation) -> None:
    judged = judge(s)
    if judged.verdict.amps is not None and not s.usable and not is_ordered(s) and not judged.silent:
        assert s.held_a is not None
        assert judged.verdict.amps <= s.held_a
        assert judged.verdict.phases in (None, s.policy.phases or s.found)


def charging(phase_mode: int, phases: int) -> Situation:
    """A car that charges, right after a restart: the policy has chosen nothing yet, and no reading has come."""
    status = Status(link=LinkState.ONLINE, car=Car.CHARGING, allowed=True, phases=phases, phase_mode=phase_mode)
    policy = PolicySettings()
    bounds = limits(policy, status, FuseShare(40, 40))
    return Situation(
        now=NOON,
        wattpilot=Wattpilot(id=1, name="W", policy=policy),
        time_zone=HOUSE.time_zone,
        battery_goal_pct=HOUSE.battery_soc_pct,
        mode=Mode.SUN,
        override=None,
        plan=None,
        status=status,
        limits=bounds,
        connections=connections(status, bounds, only=None, drawn=None),
        found=box_phases(status),
        may_switch=can_switch(status),
        rule=rule_of(policy, HOUSE),
        policy=PolicyState(),
        sun=None,
        usable=False,
        stale_s=0.0,
        unusable_reason=Reason.FIRST_READING,
        held_a=10,
    )


@pytest.mark.parametrize(("phase_mode", "found"), [(1, 1), (2, 3)])
def test_what_is_held_without_data_stays_on_the_phases_that_were_found(phase_mode: int, found: int) -> None:
    after_a_restart = charging(phase_mode, found)
    assert [way.phases for way in after_a_restart.connections] == [1, 3]
    verdict = judge(after_a_restart).verdict
    assert (verdict.amps, verdict.phases) == (10, found)


def test_an_order_that_a_full_car_does_not_follow_says_so() -> None:
    ordered = replace(charging(2, 3), mode=Mode.FULL)
    assert judge(ordered).verdict.reason is Reason.ORDER_FULL
    verdict = judge(replace(ordered, full=True)).verdict
    assert (verdict.reason, verdict.amps) == (Reason.CAR_FULL, 16)


@pytest.mark.parametrize("mode", [Mode.SUN, Mode.MINIMUM])
def test_a_full_car_is_offered_the_least_current_and_by_the_sun_again_as_soon_as_it_draws(mode: Mode) -> None:
    policy = PolicyState(charging=True, amps=12, phases=3, surplus_w=8280.0, measured_at=NOON, switched_at=LONG_AGO)
    follows = replace(charging(2, 3), mode=mode, usable=True, policy=policy)
    assert judge(follows).verdict.amps == 12
    full = judge(replace(follows, full=True))
    assert (full.verdict.reason, full.verdict.amps) == (Reason.CAR_FULL, 6)
    assert judge(replace(follows, policy=full.policy, held_a=6)).verdict.amps == 12


@settings(max_examples=200)
@given(situations())
def test_no_order_and_no_sun_stands_above_a_limit(s: Situation) -> None:
    judged = judge(s)
    amps = judged.verdict.amps
    if amps is None or judged.silent:
        return
    assert s.limits is not None
    assert amps <= max(s.limits.maximum_a, s.limits.unbalanced_a)
    way = find(s.connections, judged.verdict.phases)
    if way is not None:
        assert amps <= way.maximum_a
    held_only = not s.usable and not is_ordered(s)
    assert amps >= 6
    assert held_only or amps >= s.limits.minimum_a


@settings(max_examples=200)
@given(situations())
def test_unbalanced_charging_stays_within_its_bound(s: Situation) -> None:
    judged = judge(s)
    if s.limits is None or judged.silent or judged.verdict.amps is None or not s.may_switch:
        return
    if judged.verdict.phases == 1:
        assert judged.verdict.amps <= s.limits.unbalanced_a


@settings(max_examples=200)
@given(situations())
def test_every_judgement_is_finite_explained_and_can_be_sent(s: Situation) -> None:
    judged = judge(s)
    assert all(value is None or math.isfinite(value) for value in judged.verdict.terms.values())
    decision = explain(s, judged, None, None)
    assert decision.text.en
    assert decision.text.de
    assert sum(stage.live for stage in decision.stages) == 1
    if not judged.silent:
        setpoint = setpoint_of(judged, 60, resume=False)
        assert setpoint.on_lapse is not OnLapse.KEEP or setpoint.keep_s is not None


@settings(max_examples=200)
@given(situations())
def test_an_error_a_missing_car_and_off_never_charge(s: Situation) -> None:
    judged: Judgement = judge(s)
    status = s.status
    if s.mode is Mode.OFF or (status is not None and s.connections and status.error):
        assert setpoint_of(judged, 60, resume=False).action is Action.STOP
    if status is not None and s.connections and status.car is Car.IDLE and s.mode in (Mode.SUN, Mode.MINIMUM):
        assert judged.verdict.amps is None


@settings(max_examples=200)
@given(situations())
def test_only_an_order_is_kept_when_the_controller_dies(s: Situation) -> None:
    judged = judge(s)
    if judged.on_lapse is OnLapse.KEEP:
        assert s.mode in (Mode.FULL, Mode.FIXED) or (s.plan is not None and s.plan.is_due)
