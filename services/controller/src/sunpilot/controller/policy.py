"""The rule that follows the sun: phases by expected cost, start and stop by regret, the nearest current.

Pure: state, measurement, connections and time in; next state and a verdict out. Sunpilot's control study found what
matters, in this order: the break-even for |grid| lies at half the minimum power, because above it not charging exports
more than charging imports; a start or stop pays when the regret (the energy lost by not having switched) exceeds what
it costs, so that no fixed timers are needed; the nearest current instead of the next lower one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sunpilot.controller.connection import Connection, PhaseCount, find
from sunpilot.controller.expectation import costs, saving_wh
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import REACTION_S, SWITCH_MARGIN_WH, Rule
from sunpilot.controller.verdict import WORTH_W, Verdict, View, verdict

LEVEL_HYSTERESIS = 0.1
"""Another current must be better by this share of a step, or the present one stays."""

LONGEST_STEP_S = 600.0
"""Regret of a longer gap between measurements is not counted: nobody knows what happened in it."""

FOREIGN_AFTER_S = 90.0
"""A charge on other phases than ordered, this long after the order should have been carried out, is somebody's wish."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A surplus that the rule may act on, at the time that its age counts from.

    ``estimated_at`` is the time that the surplus speaks of where that is another: an old average carried forward.
    """

    time: datetime
    surplus_w: float
    estimated_at: datetime | None = None


def measure(
    state: PolicyState, measurement: Measurement, connections: Sequence[Connection], rule: Rule, frozen: bool
) -> PolicyState:
    """Take in a new measurement: the only step that feeds regret and expectation. ``frozen`` holds both."""
    at = measurement.estimated_at or measurement.time
    elapsed_s = 0.0
    if state.estimated_at is not None:
        elapsed_s = min(LONGEST_STEP_S, max(0.0, (at - state.estimated_at).total_seconds()))
    expected, regret_wh = state.expected, state.regret_wh
    if connections and not frozen:
        spare_w = measurement.surplus_w - rule.reserve_w
        now = costs(rule, spare_w, connections)
        expected = now if expected is None else expected.towards(now, elapsed_s)
        if state.locked_until is None or at >= state.locked_until:
            current = find(connections, state.phases) or connections[0]
            gain_w = rule.gain_w(spare_w, current)
            regret_wh = max(0.0, regret_wh + (-gain_w if state.charging else gain_w) * elapsed_s / 3600)
    return replace(
        state,
        measured_at=measurement.time,
        estimated_at=at,
        surplus_w=measurement.surplus_w,
        frozen=frozen,
        expected=expected,
        regret_wh=regret_wh,
    )


def follow(
    state: PolicyState,
    now: datetime,
    connections: Sequence[Connection],
    rule: Rule,
    found: PhaseCount | None = None,
) -> tuple[PolicyState, Verdict]:
    """Decide on what is known: phases, start or stop, level. Without a new measurement it comes to the same again,
    except that a dwell time or a lock may have run out.

    ``connections`` are the ways open here, at least one of them; ``found`` are the phases that the box stands on.
    """
    view = View(_adopt(state, now, connections, rule, found), now, connections, rule)
    if not view.state.frozen and view.lock_s <= 0:
        changed = _change_phases(view) or _switch(view)
        view = view if changed is None else View(changed, now, connections, rule)
    amps = _level(view)
    if amps != view.state.amps:
        view = View(replace(view.state, amps=amps), now, connections, rule)
    return view.state, verdict(view)


def _adopt(
    state: PolicyState, now: datetime, connections: Sequence[Connection], rule: Rule, found: PhaseCount | None
) -> PolicyState:
    """Start from the phases that the box stands on, and return to them when it did not follow."""
    phases = state.phases
    if phases is None:
        phases = found
    elif found != phases and state.charging and find(connections, found) is not None:
        since_s = [(now - stamp).total_seconds() for stamp in (state.phases_at, state.switched_at) if stamp is not None]
        if min(since_s, default=math.inf) > rule.settle_s + FOREIGN_AFTER_S:
            state, phases = replace(state, phases=found, phases_at=now), found
    if find(connections, phases) is None:
        phases = connections[0].phases
    return state if phases == state.phases else replace(state, phases=phases)


def _change_phases(view: View) -> PolicyState | None:
    """Other phases, if they save more than the change costs; with them a start or a stop where that is better."""
    state, rule, current = view.state, view.rule, view.current
    if state.expected is None or view.phases_dwell_s > 0:
        return None
    for other in view.connections:
        if other is current or (other.phases > current.phases and view.spare_w < other.minimum_w):
            continue
        now = costs(rule, view.spare_w, view.connections)
        saving = saving_wh(now, state.expected, current.phases, other.phases, rule.pause_s + rule.start_s)
        if saving <= SWITCH_MARGIN_WH:
            continue
        pays = rule.gain_w(view.spare_w, other) > 0
        charging = pays if view.dwell_s <= 0 else state.charging
        return replace(
            state,
            phases=other.phases,
            phases_at=view.now,
            charging=charging,
            switched_at=view.now if charging != state.charging else state.switched_at,
            amps=None,
            regret_wh=0.0,
            locked_until=view.now + timedelta(seconds=rule.settle_s),
        )
    return None


def _switch(view: View) -> PolicyState | None:
    """A start or a stop, when the regret has reached its threshold, switching still pays and the dwell time is over."""
    state, rule = view.state, view.rule
    if state.regret_wh < rule.start_wh or view.switch_w <= WORTH_W or view.dwell_s > 0:
        return None
    starts = not state.charging
    lock = timedelta(seconds=REACTION_S + rule.start_s)
    return replace(
        state,
        charging=starts,
        amps=None,
        regret_wh=0.0,
        switched_at=view.now,
        locked_until=view.now + lock if starts else None,
    )


def _level(view: View) -> int | None:
    """The current to charge with: the nearest, or the present one where that is as good."""
    state, current, spare_w = view.state, view.current, view.spare_w
    if not state.charging:
        return None
    best_a = view.rule.nearest_a(spare_w, current)
    amps = state.amps
    if amps is None or not current.minimum_a <= amps <= current.maximum_a:
        return best_a
    cost_w, least_w = (view.rule.cost_w(spare_w, current.power_w(a)) for a in (amps, best_a))
    return best_a if cost_w - least_w >= LEVEL_HYSTERESIS * current.power_per_a_w else amps
