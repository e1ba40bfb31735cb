"""The rule, against numbers worked out by hand and properties that hold for any input."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sunpilot.contract.decision import Reason
from sunpilot.controller.connection import Connection, PhaseCount
from sunpilot.controller.policy import Measurement, follow, measure
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import Rule
from sunpilot.controller.verdict import Verdict

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
ONE = Connection(phases=1, power_per_a_w=230, minimum_a=6, maximum_a=16)
THREE = Connection(phases=3, power_per_a_w=690, minimum_a=6, maximum_a=16)
RULE = Rule()
STORED = TypeAdapter(PolicyState)


class Run:
    """Feeds surpluses to the rule at a steady pace."""

    def __init__(self, step_s: float = 5, rule: Rule = RULE, ways: Sequence[Connection] = (THREE,)) -> None:
        self.state = PolicyState()
        self.now = NOON
        self.step_s = step_s
        self.rule = rule
        self.ways = ways
        self.amps: list[int | None] = []
        self.reasons: list[Reason] = []

    def feed(self, surplus_w: float, seconds: float) -> Verdict:
        for _ in range(round(seconds / self.step_s)):
            self.now += timedelta(seconds=self.step_s)
            self.state = measure(self.state, Measurement(self.now, surplus_w), self.ways, self.rule, frozen=False)
            self.state, verdict = follow(self.state, self.now, self.ways, self.rule)
            self.amps.append(verdict.amps)
            self.reasons.append(verdict.reason)
        return verdict

    def feed_until(self, reason: Reason, surplus_w: float) -> None:
        while self.feed(surplus_w, self.step_s).reason is not reason:
            pass


@pytest.mark.parametrize(
    ("surplus_w", "amps"),
    [
        (-500, 6),
        (2100, 6),
        (4140, 6),
        (4484, 6),
        (4486, 7),
        (6900, 10),
        (7200, 10),
        (7300, 11),
        (11040, 16),
        (20000, 16),
    ],
)
def test_the_nearest_current_is_chosen_not_the_next_lower(surplus_w: float, amps: int) -> None:
    assert RULE.nearest_a(surplus_w, THREE) == amps  # one step is 690 W on three phases


def test_nothing_starts_at_or_below_half_the_minimum_power() -> None:
    run = Run()
    assert run.feed(2070, 4 * 3600).reason is Reason.WAITING_FOR_SUN  # 3 × 230 V × 6 A / 2
    assert set(run.amps) == {None}


def test_a_start_comes_when_15_wh_of_regret_are_reached() -> None:
    run = Run()
    run.feed(4140, 5)  # the first measurement only starts the count
    run.feed(4140, 10)
    assert run.amps[-1] is None  # 4140 W for 10 s: 11.5 Wh
    run.feed(4140, 5)
    assert run.amps[-1] == 6  # 15 s: 17.25 Wh
    assert run.reasons[-1] is Reason.STARTED


def test_a_weak_surplus_takes_longer_than_a_strong_one() -> None:
    weak, strong = Run(), Run()
    weak.feed(2570, 300)  # regret 2570 - 1570 = 1000 W: 54 s
    strong.feed(8000, 300)
    assert weak.reasons.index(Reason.STARTED) > strong.reasons.index(Reason.STARTED)
    assert weak.reasons.index(Reason.STARTED) == 11  # 55 s after the first measurement


def test_a_stop_waits_for_the_least_time_on_and_says_so() -> None:
    run = Run()
    run.feed(6000, 60)
    started = run.now
    verdict = run.feed(-500, 60)
    assert verdict.amps == 6
    assert verdict.reason is Reason.STOPPING_SOON
    assert verdict.seconds_left == pytest.approx(300 - (run.now - started).total_seconds(), abs=60)
    run.feed(-500, 300)
    assert run.amps[-1] is None
    assert run.reasons.count(Reason.STOPPED) == 1


def test_after_a_stop_it_rests() -> None:
    run = Run()
    run.feed(6000, 60)
    run.feed_until(Reason.STOPPED, -4000)
    stopped_at = len(run.reasons) - 1
    run.feed_until(Reason.STARTED, 9000)
    rest_steps = len(run.reasons) - 1 - stopped_at
    assert rest_steps * 5 >= 120
    assert Reason.RESTING in run.reasons


def test_a_cloud_shorter_than_the_regret_does_not_stop_a_charge() -> None:
    run = Run(rule=Rule(min_on_s=0))
    run.feed(6000, 600)
    run.feed(1500, 30)  # 1140 W of regret for 30 s: 9.5 Wh
    run.feed(6000, 60)
    assert None not in run.amps[-100:]


def test_without_a_new_measurement_the_decision_stays() -> None:
    run = Run()
    run.feed(6000, 300)
    state = run.state
    for seconds in range(1, 600):
        state, verdict = follow(state, run.now + timedelta(seconds=seconds), (THREE,), RULE)
        assert verdict.amps == run.amps[-1]
    assert state.regret_wh == run.state.regret_wh


def test_a_dwell_time_that_runs_out_acts_without_a_new_measurement() -> None:
    run = Run()
    run.feed(6000, 60)
    run.feed(-4000, 120)  # regret is there, but not the least time on
    state, verdict = follow(run.state, run.now + timedelta(seconds=300), (THREE,), RULE)
    assert verdict.reason is Reason.STOPPED
    assert not state.charging


def test_a_lower_limit_lowers_at_once() -> None:
    run = Run()
    run.feed(11000, 60)
    assert run.amps[-1] == 16
    lower = replace(THREE, maximum_a=10, by_fuse=True)
    _, verdict = follow(run.state, run.now, (lower,), RULE)
    assert (verdict.amps, verdict.reason) == (10, Reason.FUSE)


def test_a_car_that_does_not_draw_freezes_the_regret() -> None:
    run = Run()
    run.feed(6000, 60)
    before = run.state.regret_wh
    state = measure(run.state, Measurement(run.now + timedelta(hours=1), -3000), (THREE,), RULE, frozen=True)
    assert state.regret_wh == before


finite = st.floats(min_value=-50_000, max_value=50_000, allow_nan=False)


@given(
    surpluses=st.lists(st.tuples(finite, st.floats(min_value=0.1, max_value=4000)), max_size=60),
    minimum_a=st.integers(6, 16),
    span_a=st.integers(0, 16),
    phases=st.sampled_from([(1,), (3,), (1, 3)]),
)
def test_never_below_6_a_never_outside_the_limits_never_faster_than_the_dwell_times(
    surpluses: list[tuple[float, float]], minimum_a: int, span_a: int, phases: tuple[PhaseCount, ...]
) -> None:
    ways = [Connection(count, 230 * count, minimum_a, minimum_a + span_a) for count in phases]
    state, now = PolicyState(), NOON
    switches: list[tuple[datetime, bool]] = []
    changes: list[datetime] = []
    for surplus_w, step_s in surpluses:
        now += timedelta(seconds=step_s)
        state = measure(state, Measurement(now, surplus_w), ways, RULE, frozen=False)
        before = state
        state, verdict = follow(state, now, ways, RULE)
        assert verdict.amps is None or minimum_a <= verdict.amps <= minimum_a + span_a
        assert (verdict.amps is not None) == state.charging
        if state.charging != before.charging:
            switches.append((now, state.charging))
        if before.phases is not None and state.phases != before.phases:
            changes.append(now)
    for (earlier, started), (later, _) in itertools.pairwise(switches):
        least_s = RULE.min_on_s if started else RULE.min_off_s
        assert (later - earlier).total_seconds() >= least_s
    for first, second in itertools.pairwise(changes):
        assert (second - first).total_seconds() >= RULE.min_phases_s


@given(low=finite, more=st.floats(min_value=0, max_value=20_000))
def test_more_surplus_never_means_less_current(low: float, more: float) -> None:
    assert RULE.nearest_a(low, THREE) <= RULE.nearest_a(low + more, THREE)


@given(surplus_w=finite)
def test_the_state_survives_the_store(surplus_w: float) -> None:
    state = measure(PolicyState(), Measurement(NOON, surplus_w), (THREE,), RULE, frozen=False)
    assert STORED.validate_json(STORED.dump_json(state)) == state


def test_a_countdown_that_ran_out_waits_for_the_next_reading_and_says_so() -> None:
    run = Run()
    run.feed(3000, 10)
    early = follow(run.state, run.now + timedelta(seconds=1), (THREE,), RULE)[1]
    late = follow(run.state, run.now + timedelta(seconds=300), (THREE,), RULE)[1]
    assert early.reason is Reason.STARTING_SOON
    assert (late.reason, late.amps, late.seconds_left) == (Reason.AWAITING_READING, None, None)
