"""One phase or three: what the rule chooses, when, and what it never does."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.decision import Reason
from sunpilot.controller.connection import Connection, PhaseCount
from sunpilot.controller.expectation import Costs, costs, saving_wh
from sunpilot.controller.policy import Measurement, follow, measure
from sunpilot.controller.policy_state import PolicyState, idle, ordered
from sunpilot.controller.rule import Rule
from sunpilot.controller.verdict import Verdict

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
ONE = Connection(phases=1, power_per_a_w=230, minimum_a=6, maximum_a=16)
THREE = Connection(phases=3, power_per_a_w=690, minimum_a=6, maximum_a=16)
BOTH = (ONE, THREE)
RULE = Rule()


class Run:
    """Feeds surpluses every 5 s to a rule that may switch."""

    def __init__(self, rule: Rule = RULE, ways: Sequence[Connection] = BOTH) -> None:
        self.state = PolicyState(phases=1)
        self.now = NOON
        self.rule, self.ways = rule, ways
        self.verdicts: list[tuple[datetime, Verdict]] = []

    def feed(self, surplus_w: float, seconds: float, found: PhaseCount | None = None) -> Verdict:
        for _ in range(round(seconds / 5)):
            self.now += timedelta(seconds=5)
            self.state = measure(self.state, Measurement(self.now, surplus_w), self.ways, self.rule, frozen=False)
            self.state, verdict = follow(self.state, self.now, self.ways, self.rule, found)
            self.verdicts.append((self.now, verdict))
        return verdict

    def last(self) -> tuple[int | None, PhaseCount | None]:
        verdict = self.verdicts[-1][1]
        return verdict.amps, verdict.phases


@pytest.mark.parametrize(
    ("surplus_w", "amps", "phases"),
    [(1500, 7, 1), (3000, 13, 1), (3680, 16, 1), (6900, 10, 3), (11_040, 16, 3)],
)
def test_a_steady_sun_ends_on_the_phases_that_fit_it(surplus_w: float, amps: int, phases: PhaseCount) -> None:
    run = Run()
    run.feed(surplus_w, 1800)
    assert run.last() == (amps, phases)


def test_three_phases_begin_only_when_their_least_power_is_covered() -> None:
    run = Run()
    run.feed(4100, 4 * 3600)  # nearer to 3 × 6 A than to 16 A on one, but 40 W short of it
    assert run.last() == (16, 1)
    run.feed(4200, 3600)
    assert run.last() == (6, 3)


def test_a_change_of_phases_says_what_happens_and_when_it_is_over() -> None:
    run = Run()
    run.feed(3000, 900)
    run.feed(9000, 600)
    changed = next(place for place, (_, verdict) in enumerate(run.verdicts) if verdict.phases == 3)
    at, verdict = run.verdicts[changed]
    assert verdict.reason is Reason.SWITCHING_PHASES
    assert verdict.seconds_left == pytest.approx(56)  # 6 s reaction, 30 s pause, 20 s start
    after = next(when for when, v in run.verdicts[changed:] if v.reason is not Reason.SWITCHING_PHASES)
    assert (after - at).total_seconds() == pytest.approx(56, abs=5)


def test_phases_keep_their_rest_whatever_the_sun_does() -> None:
    run = Run(Rule(min_phases_s=3600))
    for place in range(24):
        run.feed(9000 if place % 2 else 1500, 1500)
    changes = [when for (_, a), (when, b) in itertools.pairwise(run.verdicts) if a.phases != b.phases]
    assert len(changes) > 3
    assert all((later - earlier).total_seconds() >= 3600 for earlier, later in itertools.pairwise(changes))


def test_a_short_cloud_does_not_change_the_phases() -> None:
    run = Run()
    run.feed(9000, 3600)
    run.feed(2500, 60)
    run.feed(9000, 600)
    assert {verdict.phases for _, verdict in run.verdicts[-120:]} == {3}


def test_a_longer_pause_makes_the_rule_more_reluctant() -> None:
    """Saving 1000 W against an hour of history, a switch of 30 s pays and one of ten minutes does not."""
    quick, slow = Run(Rule(pause_s=30)), Run(Rule(pause_s=600))
    for run in (quick, slow):
        run.feed(3600, 3600)
        run.feed(4900, 300)
    assert quick.last()[1] == 3
    assert slow.last()[1] == 1


def test_a_frozen_car_changes_nothing() -> None:
    run = Run()
    run.feed(3000, 1800)
    state = replace(run.state, frozen=True)
    for minute in range(60):
        now = run.now + timedelta(minutes=minute)
        state = measure(state, Measurement(now, 9000), BOTH, RULE, frozen=True)
        state, verdict = follow(state, now, BOTH, RULE)
        assert verdict.phases == 1
    assert state.expected == run.state.expected


def test_a_box_that_stays_on_other_phases_is_believed_after_a_while() -> None:
    run = Run()
    run.feed(3000, 900, found=1)
    run.feed(9000, 60, found=1)  # ordered three, and the box does not follow
    assert run.last()[1] == 3
    run.feed(9000, 200, found=1)
    assert run.last()[1] == 1
    assert run.state.phases_at is not None
    assert run.now - run.state.phases_at < timedelta(seconds=200)  # and is asked again after the rest only


def test_an_order_hands_over_its_phases_and_an_unplug_keeps_their_rest() -> None:
    state = ordered(PolicyState(phases=1), NOON, 16, 3)
    assert (state.phases, state.phases_at, state.charging, state.amps) == (3, NOON, True, 16)
    assert ordered(state, NOON + timedelta(minutes=5), 10, 3).phases_at == NOON
    assert idle(state).phases_at == NOON


def test_a_reserve_is_left_to_the_grid() -> None:
    run = Run(Rule(reserve_w=1000), (ONE,))
    run.feed(3300, 900)
    assert run.last()[0] == 10  # 2300 W of 3300


@pytest.mark.parametrize(
    ("weights", "amps"),
    [((1.0, 1.0), 7), ((20 / 10.5, 1 / 10.5), 7), ((0.5, 1.5), 8), ((1.5, 0.5), 7)],
)
def test_the_knob_rounds_up_from_its_own_fraction(weights: tuple[float, float], amps: int) -> None:
    """1720 W are 7.48 A: rounded up from the fraction wi/(wi+we), here 1/2, 20/21, 1/4 and 3/4."""
    assert Rule(import_weight=weights[0], export_weight=weights[1]).nearest_a(1720, ONE) == amps


@pytest.mark.parametrize(("weights", "start_w"), [((1.0, 1.0), 690), ((1.5, 0.5), 1035), ((0.5, 1.5), 345)])
def test_a_charge_pays_from_the_weighted_share_of_the_least_power(weights: tuple[float, float], start_w: float) -> None:
    rule = Rule(import_weight=weights[0], export_weight=weights[1])
    assert rule.break_even_w(ONE) == pytest.approx(start_w)
    assert rule.gain_w(start_w + 1, ONE) > 0 > rule.gain_w(start_w - 1, ONE)


any_w = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
weight = st.floats(min_value=0.1, max_value=1.9)


@given(surplus_w=any_w, weight=weight, minimum_a=st.integers(6, 32), span_a=st.integers(0, 26))
def test_no_current_costs_less_than_the_chosen_one(
    surplus_w: float, weight: float, minimum_a: int, span_a: int
) -> None:
    way = Connection(3, 690, minimum_a, min(32, minimum_a + span_a))
    rule = Rule(import_weight=weight, export_weight=2 - weight)
    chosen_w = rule.cost_w(surplus_w, way.power_w(rule.nearest_a(surplus_w, way)))
    least_w = min(rule.cost_w(surplus_w, way.power_w(a)) for a in range(way.minimum_a, way.maximum_a + 1))
    assert chosen_w == pytest.approx(least_w, abs=1e-6)


@given(
    course=st.lists(st.tuples(any_w, st.floats(min_value=-100, max_value=1e5), st.booleans()), max_size=40),
    weight=weight,
)
def test_every_term_is_finite_whatever_comes(course: list[tuple[float, float, bool]], weight: float) -> None:
    rule = Rule(import_weight=weight, export_weight=2 - weight)
    state, now = PolicyState(), NOON
    for surplus_w, step_s, frozen in course:
        now += timedelta(seconds=step_s)
        state = measure(state, Measurement(now, surplus_w), BOTH, rule, frozen=frozen)
        state, verdict = follow(state, now, BOTH, rule)
        assert all(value is None or math.isfinite(value) for value in verdict.terms.values())
        assert state.regret_wh >= 0


@given(low=any_w, more=st.floats(min_value=0, max_value=1e5), charging=st.booleans())
def test_more_surplus_never_means_less_charging(low: float, more: float, charging: bool) -> None:
    """From the same state, one measurement with more sun never orders less power on the same phases."""

    def power_w(surplus_w: float) -> float:
        state = PolicyState(
            charging=charging, phases=1, amps=8 if charging else None, measured_at=NOON, estimated_at=NOON
        )
        now = NOON + timedelta(seconds=300)
        state = measure(state, Measurement(now, surplus_w), (ONE,), RULE, frozen=False)
        return ONE.power_w(follow(state, now, (ONE,), RULE)[1].amps or 0)

    assert power_w(low) <= power_w(low + more) + LEVEL_SLACK_W


LEVEL_SLACK_W = 230.0
"""The hysteresis of the level may keep the present current where the next one is as good."""


def test_a_measurement_that_is_carried_forward_counts_no_second_twice() -> None:
    state = PolicyState(phases=1)
    for minute in (0, 3, 6, 9):
        estimate = Measurement(NOON, 1200, estimated_at=NOON + timedelta(minutes=minute))
        state = measure(state, estimate, (ONE,), Rule(start_wh=1e9), frozen=False)
    gain_w = 1200 - abs(1200 - 1380)
    assert state.regret_wh == pytest.approx(gain_w * 9 / 60)
    assert state.measured_at == NOON  # its age goes on


def test_a_change_of_phases_neither_stops_nor_starts_before_its_time() -> None:
    """Too little sun for any charge: on one phase it would stop, but it has been on for a minute only."""
    state = PolicyState(
        charging=True,
        phases=3,
        amps=6,
        switched_at=NOON - timedelta(seconds=60),
        expected=Costs(off_w=200, single_w=200, three_w=4000),
        measured_at=NOON,
        estimated_at=NOON,
        surplus_w=200,
    )
    state, verdict = follow(state, NOON, BOTH, RULE)
    assert (verdict.phases, verdict.amps) == (1, 6)
    assert verdict.reason is Reason.SWITCHING_PHASES
    state, verdict = follow(replace(state, regret_wh=99), NOON + timedelta(seconds=300), BOTH, RULE)
    assert verdict.reason is Reason.STOPPED


def test_a_frozen_regret_starts_nothing_however_large_it_is() -> None:
    state = PolicyState(phases=1, regret_wh=99, surplus_w=3000, measured_at=NOON, estimated_at=NOON)
    assert follow(replace(state, frozen=True), NOON, (ONE,), RULE)[1].amps is None
    assert follow(state, NOON, (ONE,), RULE)[1].amps == 13


def test_the_reserve_is_no_reason_to_start() -> None:
    state = PolicyState(phases=1, measured_at=NOON, estimated_at=NOON)
    spare = Measurement(NOON + timedelta(minutes=9), 1600)
    assert measure(state, spare, (ONE,), Rule(reserve_w=1000), frozen=False).regret_wh == 0  # 600 W: below 690
    assert measure(state, spare, (ONE,), RULE, frozen=False).regret_wh > 0


def test_the_saving_of_a_change_is_the_integral_of_what_is_expected() -> None:
    """Second by second: cost(t) = mean + (now − mean)·exp(−t/450 s), for 40 minutes; off while it changes."""
    now, mean = Costs(off_w=5000, single_w=1320, three_w=170), Costs(off_w=3000, single_w=600, three_w=400)

    def integral_wh(present_w: float, later_w: float, begin_s: float, end_s: float) -> float:
        steps = [begin_s + (place + 0.5) * 0.1 for place in range(round((end_s - begin_s) * 10))]
        return sum(later_w + (present_w - later_w) * math.exp(-t / 450) for t in steps) * 0.1 / 3600

    stay_wh = integral_wh(1320, 600, 0, 2400)
    go_wh = integral_wh(5000, 3000, 0, 140) + integral_wh(170, 400, 140, 2400)
    assert saving_wh(now, mean, stay=1, go=3, gap_s=140) == pytest.approx(stay_wh - go_wh, rel=1e-4)


def test_the_mean_forgets_with_a_quarter_of_an_hour() -> None:
    mean = Costs(1000, 1000, 1000).towards(Costs(0, 0, 0), 900)
    assert mean.off_w == pytest.approx(1000 / math.e)


def test_while_the_car_is_on_its_way_nothing_is_decided_anew() -> None:
    state = PolicyState(
        charging=True,
        phases=1,
        amps=6,
        regret_wh=99,
        phases_at=NOON,
        locked_until=NOON + timedelta(seconds=56),
        measured_at=NOON,
        estimated_at=NOON,
        surplus_w=-500,
    )
    assert follow(state, NOON + timedelta(seconds=55), (ONE,), RULE)[1].amps == 6
    assert follow(state, NOON + timedelta(seconds=56), (ONE,), RULE)[1].reason is Reason.STOPPED
    measured = measure(state, Measurement(NOON + timedelta(seconds=50), -500), (ONE,), RULE, frozen=False)
    assert measured.regret_wh == 99  # what happens meanwhile is nobody's fault


def test_a_way_that_only_being_off_makes_bearable_is_expected_to_cost_a_fifth_of_what_is_avoided() -> None:
    now = costs(RULE, 500.0, (ONE, THREE))  # off leaves 500 W; 1380 W would miss by 880 W, 4140 W by 3640 W
    assert now.off_w == 500
    assert now.single_w == pytest.approx(500 + 0.2 * (880 - 500))
    assert now.three_w == pytest.approx(500 + 0.2 * (3640 - 500))
