"""The rule that follows the sun: nearest current, start and stop at half the minimum power, dwell times.

Pure: state, measurement, limits and time in; next state and a verdict out. The break-even for |grid| lies at half the
minimum power: with less surplus, charging imports more than not charging exports. A start or stop happens when the
regret, the energy lost by not having switched, reaches a threshold; that replaces fixed timers. Source: Sunpilot's
control study.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.contract.decision import Reason
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.wattpilot import PolicySettings
from sunpilot.controller.limits import Limits

LEVEL_HYSTERESIS = 0.1
"""Another current must be better by this share of a step, or the present one stays."""

WORTH_W = 1.0
"""A switch that saves less than this is no reason for anything."""

SOON_S = 900.0
"""A start that is further away than this depends on the weather rather than on the count."""

LONGEST_STEP_S = 600.0
"""Regret of a longer gap between readings is not counted: nobody knows what happened in it."""


class PolicyState(Part):
    """What the rule carries from one measurement to the next; any process can take the next step from it.

    ``switched_at`` is the last start or stop, ``barred_at`` when the limits last left too little for any charge.
    """

    charging: bool = False
    amps: int | None = None
    regret_wh: float = 0.0
    switched_at: Utc | None = None
    barred_at: Utc | None = None
    measured_at: Utc | None = None
    surplus_w: float | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A surplus that the rule may act on, at the time that its age counts from."""

    time: datetime
    surplus_w: float


@dataclass(frozen=True, slots=True)
class Supply:
    """What one ampere means here: active phases and their voltage."""

    phases: int
    voltage_v: float

    def power_w(self, amps: int) -> float:
        """Power of a current."""
        return self.phases * self.voltage_v * amps


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, why, and when it may change by itself. ``amps`` None means: do not charge."""

    amps: int | None
    reason: Reason
    terms: dict[str, float | None]
    seconds_left: float | None = None


def nearest_amps(surplus_w: float, supply: Supply, limits: Limits) -> int:
    """The whole current whose power is closest to the surplus, within the limits."""
    wanted_a = round(surplus_w / supply.power_w(1))
    return max(limits.minimum_a, min(limits.maximum_a, wanted_a))


def measure(state: PolicyState, measurement: Measurement, supply: Supply, limits: Limits, frozen: bool) -> PolicyState:
    """Take in a new measurement: the only step that feeds the regret. A car that does not draw freezes it."""
    elapsed_s = 0.0
    if state.measured_at is not None:
        elapsed_s = min(LONGEST_STEP_S, max(0.0, (measurement.time - state.measured_at).total_seconds()))
    state = state.model_copy(update={"measured_at": measurement.time, "surplus_w": measurement.surplus_w})
    if frozen:
        return state
    regret_wh = max(0.0, state.regret_wh + _switch_w(state, supply, limits) * elapsed_s / 3600)
    return state.model_copy(update={"regret_wh": regret_wh})


def follow(
    state: PolicyState, now: datetime, supply: Supply, limits: Limits, settings: PolicySettings
) -> tuple[PolicyState, Verdict]:
    """Decide on what is known: start, stop, or the level. Without a new measurement it comes to the same again,
    except that a dwell time may have run out.
    """
    if limits.bar_charging:
        return barred(state, now), Verdict(None, limits.reason, _terms(state, supply, limits))
    due = state.regret_wh >= settings.start_wh and _switch_pays(state, supply, limits)
    dwell_s = _dwell_left(state, now, settings)
    if due and dwell_s <= 0:
        state = state.model_copy(
            update={"charging": not state.charging, "amps": None, "regret_wh": 0.0, "switched_at": now}
        )
        if not state.charging:
            return state, Verdict(None, Reason.STOPPED, _terms(state, supply, limits))
        state = state.model_copy(update={"amps": nearest_amps(state.surplus_w or 0.0, supply, limits)})
        return state, Verdict(state.amps, Reason.STARTED, _terms(state, supply, limits))
    if state.charging:
        return _level(state, supply, limits, settings, dwell_s)
    reason, seconds_left = _waiting(state, now, supply, limits, settings, dwell_s)
    return state, Verdict(None, reason, _terms(state, supply, limits), seconds_left)


def _level(
    state: PolicyState, supply: Supply, limits: Limits, settings: PolicySettings, dwell_s: float
) -> tuple[PolicyState, Verdict]:
    surplus_w = state.surplus_w or 0.0
    best_a = nearest_amps(surplus_w, supply, limits)
    amps = state.amps
    if (
        amps is None
        or not limits.minimum_a <= amps <= limits.maximum_a
        or abs(surplus_w - supply.power_w(amps)) - abs(surplus_w - supply.power_w(best_a))
        >= (LEVEL_HYSTERESIS * supply.power_w(1))
    ):
        amps = best_a
    state = state.model_copy(update={"amps": amps})
    if _switch_pays(state, supply, limits):
        seconds_left = max(dwell_s, _regret_left_s(state, supply, limits, settings))
        return state, Verdict(amps, Reason.STOPPING_SOON, _terms(state, supply, limits), seconds_left)
    reason = Reason.FOLLOWING_SUN
    if amps == limits.minimum_a:
        reason = Reason.AT_MINIMUM
    elif amps == limits.maximum_a:
        reason = Reason.FUSE if limits.by_fuse else Reason.AT_MAXIMUM
    return state, Verdict(amps, reason, _terms(state, supply, limits))


def _waiting(
    state: PolicyState, now: datetime, supply: Supply, limits: Limits, settings: PolicySettings, dwell_s: float
) -> tuple[Reason, float | None]:
    if not _switch_pays(state, supply, limits):
        return Reason.WAITING_FOR_SUN, None
    regret_s = _regret_left_s(state, supply, limits, settings)
    if dwell_s > regret_s:
        return Reason.RESTING, dwell_s
    if regret_s > SOON_S:
        return Reason.WAITING_FOR_SUN, None
    left_s = regret_s if state.measured_at is None else regret_s - (now - state.measured_at).total_seconds()
    return (Reason.STARTING_SOON, left_s) if left_s > 0 else (Reason.AWAITING_READING, None)


def _switch_pays(state: PolicyState, supply: Supply, limits: Limits) -> bool:
    return _switch_w(state, supply, limits) > WORTH_W


def _switch_w(state: PolicyState, supply: Supply, limits: Limits) -> float:
    """What being in the other state would save of |grid| now, in W."""
    surplus_w = state.surplus_w or 0.0
    best_a = nearest_amps(surplus_w, supply, limits)
    gain_w = abs(surplus_w) - abs(surplus_w - supply.power_w(best_a))
    return -gain_w if state.charging else gain_w


def _regret_left_s(state: PolicyState, supply: Supply, limits: Limits, settings: PolicySettings) -> float:
    return max(0.0, settings.start_wh - state.regret_wh) * 3600 / _switch_w(state, supply, limits)


def _dwell_left(state: PolicyState, now: datetime, settings: PolicySettings) -> float:
    if state.switched_at is None:
        return 0.0
    dwell = timedelta(seconds=settings.min_on_s if state.charging else settings.min_off_s)
    left_s = (state.switched_at + dwell - now).total_seconds()
    return max(0.0, min(left_s, dwell.total_seconds()))


def stopped(state: PolicyState, now: datetime) -> PolicyState:
    """The state after a stop that is not the rule's own."""
    if not state.charging:
        return state
    return state.model_copy(update={"charging": False, "amps": None, "regret_wh": 0.0, "switched_at": now})


def barred(state: PolicyState, now: datetime) -> PolicyState:
    """The state while the limits allow no charge at all."""
    return stopped(state, now).model_copy(update={"barred_at": now})


def idle(state: PolicyState) -> PolicyState:
    """The state when there is no car, or a person wants no charge: what comes next need not wait for a dwell time."""
    return PolicyState(measured_at=state.measured_at, surplus_w=state.surplus_w)


def _terms(state: PolicyState, supply: Supply, limits: Limits) -> dict[str, float | None]:
    return {
        "surplus_w": state.surplus_w,
        "minimum_power_w": supply.power_w(limits.minimum_a),
        "switch_w": None if state.surplus_w is None else _switch_w(state, supply, limits),
        "regret_wh": state.regret_wh,
    }
