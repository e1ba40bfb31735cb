"""One Wattpilot under control: what is known of it, and the decision that follows. Time comes in as an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.contract.decision import Decision, Reason
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.setpoint import Action, OnLapse, Setpoint
from sunpilot.contract.status import FRESH_STATUS, Car, Status
from sunpilot.controller import limits as limit
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.connection import Connection, box_phases, connections
from sunpilot.controller.explanation import explain
from sunpilot.controller.judge import Judgement, Situation, judge
from sunpilot.controller.policy import Measurement, measure
from sunpilot.controller.policy_state import PolicyState, afresh
from sunpilot.controller.power_history import PowerHistory
from sunpilot.controller.rule import rule_of
from sunpilot.controller.surplus import Surplus, align, smooth_house_load

LOOK_AGAIN_S = 10.0
"""A decision is looked at again after this time even when nothing happens."""


class ControlState(Part):
    """What outlives this process: stored with every decision, read by whoever leads next."""

    policy: PolicyState = PolicyState()
    setpoint: Setpoint | None = None
    handled: str | None = None
    handled_at: Utc | None = None
    house_load_w: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision, and the setpoint's content; None: send nothing."""

    decision: Decision
    setpoint: Setpoint | None


class Control:
    """Takes readings and statuses in, gives decisions out; ``state`` is all that must be kept besides the power
    history.
    """

    def __init__(self, wattpilot_id: int) -> None:
        self.wattpilot_id = wattpilot_id
        self.state = ControlState()
        self.history = PowerHistory()
        self._reading: Reading | None = None
        self._aligned: Surplus | None = None
        self._is_usable = False
        self._has_been_usable = False
        self._afresh_at: datetime | None = None
        self._status: Status | None = None
        self._status_at: datetime | None = None

    def restore(self, state: ControlState, now: datetime) -> None:
        """Take over what an earlier leader knew; times in the future mean that the clock was set back since."""
        self.state = state
        stamps = (*state.policy.stamps, state.handled_at)
        if any(stamp is not None and stamp > now for stamp in stamps):
            self.start_afresh(now)

    def start_afresh(self, now: datetime) -> None:
        """After a step of the clock: forget all times, and wait for a new reading and a live status, as at a start."""
        self.history.clear()
        self._is_usable = self._has_been_usable = False
        self._status_at = None
        self._afresh_at = now
        update = {"policy": afresh(self.state.policy), "handled": None, "handled_at": None}
        self.state = self.state.model_copy(update=update)

    def see_status(self, status: Status, now: datetime) -> bool:
        """Take in a live status; answers whether anything changed that a decision rests on."""
        before, self._status = self._status, status
        was_fresh = self._fresh_status(now) is not None
        self._status_at = now
        self.history.add(now, status.power_w if status.is_online else None)
        return not was_fresh or before is None or _essence(before) != _essence(status)

    def see_reading(self, reading: Reading, assignment: Assignment, now: datetime) -> bool:
        """Take in a live reading; False when it, or a later one, was handled before. Only here is regret fed."""
        handled_at = self.state.handled_at
        if reading.identity == self.state.handled or (handled_at is not None and reading.time < handled_at):
            return False
        self._reading = reading
        self._aligned = align(reading, self.history, self.state.house_load_w)
        self._is_usable = False
        update: dict[str, object] = {"handled": reading.identity, "handled_at": reading.time}
        if self._aligned is not None and reading.is_fresh(now, assignment.grid.maximum_age_s(reading)):
            self._is_usable = self._has_been_usable = True
            policy = self.state.policy
            elapsed_s = 0.0 if policy.measured_at is None else (reading.time - policy.measured_at).total_seconds()
            update["house_load_w"] = smooth_house_load(self.state.house_load_w, reading, self._aligned.own_w, elapsed_s)
            update["policy"] = self._measure(
                policy, Measurement(reading.time, self._aligned.surplus_w), assignment, now
            )
        self.state = self.state.model_copy(update=update)
        return True

    def decide(self, assignment: Assignment, now: datetime) -> Outcome:
        """The decision as things stand. The same again until something changes or a dwell time runs out."""
        mode, override = assignment.order(now)
        status = self._fresh_status(now)
        limits = None if status is None else self._limits(assignment, status, now)
        stale_s = self._stale_s(assignment, now)
        situation = Situation(
            now=now,
            wattpilot=assignment.wattpilot,
            mode=mode,
            override=override,
            status=status,
            limits=limits,
            connections=() if status is None or limits is None else _connections(assignment, status, limits),
            found=None if status is None else box_phases(status),
            rule=rule_of(assignment.wattpilot.policy, assignment.house),
            policy=self.state.policy,
            usable=self._is_usable and stale_s is not None and stale_s <= 0,
            stale_s=stale_s,
            unusable_reason=self._unusable_reason(),
            held_a=self._held_a(status),
        )
        judgement = judge(situation)
        self.state = self.state.model_copy(update={"policy": judgement.policy})
        setpoint = None if judgement.silent else _setpoint(judgement)
        return Outcome(explain(situation, judgement, self._reading, self._aligned), setpoint)

    def _held_a(self, status: Status | None) -> int | None:
        """The current to hold: that of the last setpoint or, before a first reading, what the box does of it.

        A charge that the bridge has stopped meanwhile must not start again by being held.
        """
        setpoint = self.state.setpoint
        if setpoint is None or setpoint.action is not Action.CHARGE or setpoint.amps is None:
            return None
        if self._has_been_usable or status is None:
            return setpoint.amps
        if not status.allowed or status.offered_a is None:
            return None
        return min(setpoint.amps, status.offered_a)

    def _measure(
        self, policy: PolicyState, measurement: Measurement, assignment: Assignment, now: datetime
    ) -> PolicyState:
        status = self._fresh_status(now)
        rule = rule_of(assignment.wattpilot.policy, assignment.house)
        if status is None:
            return measure(policy, measurement, (), rule, frozen=True)
        full = status.car is not Car.CHARGING and bool(status.allowed)
        ways = _connections(assignment, status, self._limits(assignment, status, now))
        return measure(policy, measurement, ways, rule, frozen=full or not status.has_car)

    def _fresh_status(self, now: datetime) -> Status | None:
        if self._status is None or self._status_at is None or not self._status.is_online:
            return None
        return self._status if now - self._status_at <= FRESH_STATUS else None

    def _limits(self, assignment: Assignment, status: Status, now: datetime) -> limit.Limits:
        reading = self._reading if self._is_usable else None
        if reading is not None and not reading.is_fresh(now, assignment.grid.maximum_age_s(reading)):
            reading = None
        own_w = None if self._aligned is None else self._aligned.own_w
        share_a = limit.fuse_share(assignment.house, reading, own_w, assignment.companions)
        return limit.limits(assignment.wattpilot.policy, status, share_a)

    def _stale_s(self, assignment: Assignment, now: datetime) -> float | None:
        measured_at = self.state.policy.measured_at
        if measured_at is None:
            return None if self._afresh_at is None else (now - self._afresh_at).total_seconds()
        return (now - measured_at).total_seconds() - assignment.grid.maximum_age_s(self._reading)

    def _unusable_reason(self) -> Reason:
        if self._reading is None:
            return Reason.FIRST_READING
        if self._reading.quality is Quality.SUSPECT:
            return Reason.SUSPECT
        return Reason.OWN_POWER_UNKNOWN if self._reading.grid_w is not None else Reason.STALE_HOLD


def _essence(status: Status) -> tuple[object, ...]:
    """What of a status a decision rests on."""
    manual = status.manual is not None
    return (status.link, status.car, status.allowed, status.phases, status.limits, status.error, manual)


def _connections(assignment: Assignment, status: Status, limits: limit.Limits) -> tuple[Connection, ...]:
    return connections(status, limits, only=assignment.wattpilot.policy.phases)


def _setpoint(judgement: Judgement) -> Setpoint:
    """The content of a setpoint; its sender sets epoch and n."""
    amps = judgement.verdict.amps
    return Setpoint(
        action=Action.STOP if amps is None else Action.CHARGE,
        amps=amps,
        phases=None if amps is None else judgement.verdict.phases,
        epoch=0,
        n=0,
        on_lapse=OnLapse.STOP if amps is None else judgement.on_lapse,
        keep_s=judgement.keep_s,
        reason=judgement.verdict.reason,
    )


def next_due(outcome: Outcome, assignment: Assignment, now: datetime) -> datetime:
    """When to decide again though nothing happens: a countdown ends, an override ends, or 10 s have passed."""
    left_s = [LOOK_AGAIN_S, *outcome.decision.countdowns.values()]
    if assignment.override is not None and assignment.override.holds(now):
        left_s.append(assignment.override.seconds_left(now))
    return now + timedelta(seconds=max(0.5, min(left_s)))
