"""What the rule decided, and why: the reason with its countdown, and the inner terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.decision import Reason
from sunpilot.controller.connection import Connection, PhaseCount, find
from sunpilot.controller.expectation import costs
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import Rule

WORTH_W = 1.0
"""A switch that saves less than this is no reason for anything."""

SOON_S = 900.0
"""A start that is further away than this depends on the weather rather than on the count."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, why, and when it may change by itself. ``amps`` None means: do not charge; ``phases`` None: as found.

    ``seconds_left`` belongs to the reason; ``look_s`` is when to ask again though nothing new was measured.
    """

    amps: int | None
    reason: Reason
    terms: dict[str, float | None]
    seconds_left: float | None = None
    phases: PhaseCount | None = None
    look_s: float | None = None


class View:
    """A state at one moment, with what follows from it. Powers in W, ``*_s`` are the seconds left, at least 0."""

    __slots__ = (
        "connections", "current", "dwell_s", "lock_s", "now", "phases_dwell_s", "rule", "spare_w", "state", "switch_w"
    )  # fmt: skip

    def __init__(self, state: PolicyState, now: datetime, connections: Sequence[Connection], rule: Rule) -> None:
        self.state = state
        self.now = now
        self.connections = connections
        self.rule = rule
        self.current = find(connections, state.phases) or connections[0]
        self.spare_w = (state.surplus_w or 0.0) - rule.reserve_w
        gain_w = rule.gain_w(self.spare_w, self.current)
        self.switch_w = -gain_w if state.charging else gain_w
        self.dwell_s = _left_s(state.switched_at, rule.min_on_s if state.charging else rule.min_off_s, now)
        self.phases_dwell_s = _left_s(state.phases_at, rule.min_phases_s, now)
        self.lock_s = 0.0 if state.locked_until is None else max(0.0, (state.locked_until - now).total_seconds())

    @property
    def regret_left_s(self) -> float:
        """Until the regret reaches its threshold, if the sun stays as it is."""
        return max(0.0, self.rule.start_wh - self.state.regret_wh) * 3600 / self.switch_w


def verdict(view: View) -> Verdict:
    """The verdict on a state that is decided."""
    reason, seconds_left = _why(view)
    waits_s = [left_s for left_s in (view.lock_s, view.dwell_s, view.phases_dwell_s) if left_s > 0]
    return Verdict(
        amps=view.state.amps,
        reason=reason,
        terms=_terms(view),
        seconds_left=seconds_left,
        phases=view.current.phases if len(view.connections) > 1 else None,
        look_s=min(waits_s, default=None),
    )


def _why(view: View) -> tuple[Reason, float | None]:
    state = view.state
    if state.switched_at == view.now:
        return (Reason.STARTED if state.charging else Reason.STOPPED), None
    if not state.charging:
        return _waiting(view)
    changing_s = _left_s(state.phases_at, view.rule.settle_s, view.now)
    if changing_s > 0 and view.lock_s > 0:
        return Reason.SWITCHING_PHASES, changing_s
    if view.switch_w > WORTH_W:
        return Reason.STOPPING_SOON, max(view.dwell_s, view.lock_s, view.regret_left_s)
    return _level_reason(state.amps, view.current), None


def _level_reason(amps: int | None, current: Connection) -> Reason:
    if amps == current.minimum_a:
        return Reason.AT_MINIMUM
    if amps == current.maximum_a:
        return Reason.FUSE if current.by_fuse else Reason.AT_MAXIMUM
    return Reason.FOLLOWING_SUN


def _waiting(view: View) -> tuple[Reason, float | None]:
    if view.switch_w <= WORTH_W:
        return Reason.WAITING_FOR_SUN, None
    regret_s = view.regret_left_s
    if view.dwell_s > regret_s:
        return Reason.RESTING, view.dwell_s
    if regret_s > SOON_S:
        return Reason.WAITING_FOR_SUN, None
    since_s = 0.0 if view.state.estimated_at is None else (view.now - view.state.estimated_at).total_seconds()
    left_s = regret_s - since_s
    return (Reason.STARTING_SOON, left_s) if left_s > 0 else (Reason.AWAITING_READING, None)


def _terms(view: View) -> dict[str, float | None]:
    expected = view.state.expected
    now = costs(view.rule, view.spare_w, view.connections)
    return {
        "surplus_w": view.state.surplus_w,
        "minimum_power_w": view.current.minimum_w,
        "break_even_w": view.rule.break_even_w(view.current),
        "switch_w": view.switch_w,
        "regret_wh": view.state.regret_wh,
        "cost_off_w": now.off_w,
        "cost_1p_w": now.single_w,
        "cost_3p_w": now.three_w,
        "expected_off_w": None if expected is None else expected.off_w,
        "expected_1p_w": None if expected is None else expected.single_w,
        "expected_3p_w": None if expected is None else expected.three_w,
        "weight_ratio": view.rule.import_weight / view.rule.export_weight,
        "lock_s": view.lock_s,
        "dwell_s": view.dwell_s,
        "phases_dwell_s": view.phases_dwell_s,
    }


def _left_s(since: datetime | None, least_s: float, now: datetime) -> float:
    """What is left of a least time; never more than all of it, whatever the clock did."""
    if since is None:
        return 0.0
    return max(0.0, min(least_s, least_s - (now - since).total_seconds()))
