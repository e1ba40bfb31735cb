"""One Wattpilot under control: what is known of it, and the decision that follows. Time comes in as an argument."""

from datetime import datetime, timedelta

from sunpilot.contract.decision import Reason
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.order import Mode
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import Car, Status
from sunpilot.controller import limits as limit
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.charger import Charger
from sunpilot.controller.clear_sky import REPEAT_S, Sky, Window, is_old
from sunpilot.controller.connection import Connection, box_phases, can_switch, connections
from sunpilot.controller.deadline import Delivery, Plan, count, plan
from sunpilot.controller.explanation import explain
from sunpilot.controller.fuse import BLIND_RESERVE_A, FuseShare
from sunpilot.controller.judge import judge
from sunpilot.controller.outcome import Outcome, look_within, setpoint_of
from sunpilot.controller.policy import Measurement, measure
from sunpilot.controller.policy_state import PolicyState, afresh
from sunpilot.controller.rule import Rule, rule_of
from sunpilot.controller.situation import Situation
from sunpilot.controller.sun import Sun

RESUME_HOLDS = timedelta(minutes=5)
"""A wish to take over again that could not be carried out for so long is forgotten."""


class ControlState(Part):
    """What outlives this process: stored with every decision, read by whoever leads next."""

    policy: PolicyState = PolicyState()
    setpoint: Setpoint | None = None
    handled: str | None = None
    handled_at: Utc | None = None
    house_load_w: float | None = None
    delivery: Delivery | None = None
    resumed_at: Utc | None = None


class Control:
    """Takes readings and statuses in, gives decisions out; ``state`` is all that must be kept besides the power
    history.
    """

    def __init__(self, wattpilot_id: int) -> None:
        self.wattpilot_id = wattpilot_id
        self.state = ControlState()
        self.charger = Charger()
        self._reading: Reading | None = None
        self._sun: Sun | None = None
        self._is_usable = False
        self._has_been_usable = False
        self._afresh_at: datetime | None = None

    def restore(self, state: ControlState, now: datetime) -> None:
        """Take over what an earlier leader knew; times in the future mean that the clock was set back since."""
        self.state = state
        stamps = (*state.policy.stamps, state.handled_at)
        if any(stamp is not None and stamp > now for stamp in stamps):
            self.start_afresh(now)

    def start_afresh(self, now: datetime) -> None:
        """After a step of the clock: forget all times, and wait for a new reading and a live status, as at a start."""
        self.charger.start_afresh()
        self._is_usable = self._has_been_usable = False
        self._afresh_at = now
        update = {"policy": afresh(self.state.policy), "handled": None, "handled_at": None}
        self.state = self.state.model_copy(update=update)

    # --- what comes in --------------------------------------------------------------------------------------------

    def has_handled(self, reading: Reading) -> bool:
        """This reading, or a later one, has acted before."""
        handled_at = self.state.handled_at
        return reading.identity == self.state.handled or (handled_at is not None and reading.time < handled_at)

    def align(self, reading: Reading) -> None:
        """Find the charger's own power at a new reading's time."""
        self.charger.align(reading, self.state.house_load_w)

    def see_reading(
        self, reading: Reading, sun: Sun | None, assignment: Assignment, share: FuseShare, now: datetime
    ) -> None:
        """Act on a new reading that was aligned before; ``sun`` None: nobody can tell. Only here is regret fed."""
        self._reading, self._sun = reading, sun
        self._is_usable = False
        update: dict[str, object] = {"handled": reading.identity, "handled_at": reading.time}
        aligned = self.charger.aligned
        if sun is not None and aligned is not None and self._is_fresh(reading, assignment, now):
            self._is_usable = self._has_been_usable = True
            if aligned.house_load_w is not None:
                update["house_load_w"] = aligned.house_load_w
            update["policy"] = self._measure(_measurement(reading, sun, assignment, now), assignment, share, now)
        self.state = self.state.model_copy(update=update)

    # --- what is known --------------------------------------------------------------------------------------------

    def follows_sun(self, assignment: Assignment, now: datetime) -> bool:
        """Its power depends on the sun, rather than on a person's order."""
        mode, _ = assignment.order(now)
        deadline, delivery = assignment.wanted(now), self.state.delivery
        if deadline is not None and delivery is not None and delivery.set_at == deadline.set_at and delivery.from_grid:
            return False
        return mode in (Mode.SUN, Mode.MINIMUM)

    def connections(self, assignment: Assignment, status: Status, share: FuseShare) -> tuple[Connection, ...]:
        """The ways to feed the car."""
        settings, drawn = assignment.wattpilot.policy, self.charger.habits.drawn
        return connections(status, limit.limits(settings, status, share), only=settings.phases, drawn=drawn)

    def rule(self, assignment: Assignment) -> Rule:
        """What the policy rests on."""
        habits = self.charger.habits
        return rule_of(assignment.wattpilot.policy, assignment.house, habits.start_s, habits.pause_s)

    # --- what goes out --------------------------------------------------------------------------------------------

    def decide(self, assignment: Assignment, share: FuseShare, now: datetime) -> Outcome:
        """The decision as things stand. The same again until something changes, a dwell time runs out, or an old
        average is carried forward.
        """
        mode, override = assignment.order(now)
        status = self.charger.status(now)
        if status is None:
            self._has_been_usable = False  # what it does meanwhile is its bridge's affair
        stale_s = self._stale_s(assignment, now)
        is_usable = self._is_usable and stale_s is not None and stale_s <= 0
        carry_s = self._carry(assignment, share, now) if is_usable else None
        situation = Situation(
            now=now,
            wattpilot=assignment.wattpilot,
            time_zone=assignment.house.time_zone,
            battery_goal_pct=assignment.house.battery_soc_pct,
            mode=mode,
            override=override,
            plan=None if status is None else self._plan(assignment, status, now),
            status=status,
            limits=None if status is None else limit.limits(assignment.wattpilot.policy, status, share),
            connections=() if status is None else self.connections(assignment, status, share),
            found=None if status is None else box_phases(status),
            may_switch=status is not None and can_switch(status),
            rule=self.rule(assignment),
            policy=self.state.policy,
            sun=self._sun,
            usable=is_usable,
            stale_s=stale_s,
            unusable_reason=self._unusable_reason(),
            held_a=self._held_a(status),
            full=self.charger.is_full(now),
        )
        judgement = look_within(judge(situation), carry_s)
        self.state = self.state.model_copy(update={"policy": judgement.policy})
        setpoint = None
        if not judgement.silent:
            resume = self._shall_resume(assignment, status, now)
            setpoint = setpoint_of(judgement, assignment.wattpilot.policy.manual_s, resume=resume)
        decision = explain(situation, judgement, self._reading, self.charger.aligned)
        return Outcome(situation, judgement, decision, setpoint)

    def _plan(self, assignment: Assignment, status: Status, now: datetime) -> Plan | None:
        """How the deadline stands; counts what was delivered. The fuse is planned with as if it were night."""
        deadline = assignment.wanted(now)
        if deadline is None:
            return None
        blind_a = int(assignment.house.fuse_a - BLIND_RESERVE_A)
        ways = self.connections(assignment, status, FuseShare(blind_a, int(assignment.house.unbalance_a)))
        usable = [way for way in ways if not way.is_barred]
        if not usable:
            return None
        best = max(usable, key=lambda way: way.power_w(way.maximum_a))
        power_w = min(best.power_w(best.maximum_a), self.charger.appetite.most_w or float("inf"))
        delivery = count(self.state.delivery, deadline, status.energy_wh)
        made = plan(deadline, delivery, power_w, best.maximum_a, now)
        delivery = delivery.model_copy(update={"from_grid": made.is_due})
        self.state = self.state.model_copy(update={"delivery": delivery})
        return made

    def _shall_resume(self, assignment: Assignment, status: Status | None, now: datetime) -> bool:
        """A person's wish to take over again, once."""
        resume = assignment.resume
        if resume is None or status is None or resume.at == self.state.resumed_at or now - resume.at > RESUME_HOLDS:
            return False
        self.state = self.state.model_copy(update={"resumed_at": resume.at})
        return True

    def _held_a(self, status: Status | None) -> int | None:
        """The current to hold: that of the last setpoint or, before a first reading, what the box does of it.

        A charge that the bridge has stopped meanwhile must not start again by being held.
        """
        setpoint = self.state.setpoint
        if setpoint is None or setpoint.action is not Action.CHARGE or setpoint.amps is None:
            return None
        if self._has_been_usable or status is None:
            return setpoint.amps
        return min(setpoint.amps, status.offered_a) if status.allowed and status.offered_a is not None else None

    def _measure(
        self, measurement: Measurement, assignment: Assignment, share: FuseShare, now: datetime
    ) -> PolicyState:
        status, rule = self.charger.status(now), self.rule(assignment)
        if status is None:
            return measure(self.state.policy, measurement, (), rule, frozen=True)
        full = status.car is not Car.CHARGING and bool(status.allowed)
        ways = self.connections(assignment, status, share)
        return measure(self.state.policy, measurement, ways, rule, frozen=full or not status.has_car)

    def _carry(self, assignment: Assignment, share: FuseShare, now: datetime) -> float | None:
        """An old average speaks of a sun that has moved on: take it in again as it would be now, from time to time.
        Answers in how many seconds next; None: the reading is none such.
        """
        reading, sun, estimated_at = self._reading, self._sun, self.state.policy.estimated_at
        if reading is None or sun is None or estimated_at is None or not is_old(reading.averaged_s):
            return None
        left_s = REPEAT_S - (now - estimated_at).total_seconds()
        if left_s > 0:
            return left_s
        policy = self._measure(_measurement(reading, sun, assignment, now), assignment, share, now)
        self.state = self.state.model_copy(update={"policy": policy})
        return REPEAT_S

    def _is_fresh(self, reading: Reading, assignment: Assignment, now: datetime) -> bool:
        return reading.is_fresh(now, assignment.grid.maximum_age_s(reading))

    def _stale_s(self, assignment: Assignment, now: datetime) -> float | None:
        measured_at = self.state.policy.measured_at
        if measured_at is None:
            return None if self._afresh_at is None else (now - self._afresh_at).total_seconds()
        stale_s = (now - measured_at).total_seconds() - assignment.grid.maximum_age_s(self._reading)
        in_sight_s = self.charger.in_sight_s(now)
        if in_sight_s is not None and self._reading is not None and self._is_fresh(self._reading, assignment, now):
            return min(stale_s, in_sight_s)  # only its own power was unknown: the next reading may do
        return stale_s

    def _unusable_reason(self) -> Reason:
        if self._reading is None:
            return Reason.FIRST_READING
        if self._reading.quality is Quality.SUSPECT:
            return Reason.SUSPECT
        return Reason.OWN_POWER_UNKNOWN if self._reading.grid_w is not None else Reason.STALE_HOLD


def _measurement(reading: Reading, sun: Sun, assignment: Assignment, now: datetime) -> Measurement:
    """The surplus as it was or, from a long average, as the sun's way across the sky makes it now."""
    if not is_old(reading.averaged_s):
        return Measurement(reading.time, sun.surplus_w)
    sky = Sky(assignment.house.latitude, assignment.house.longitude)
    surplus_w = sky.carried_w(sun.surplus_w, reading.pv_w, Window(reading.time, reading.averaged_s), now)
    return Measurement(reading.time, surplus_w, estimated_at=now)
