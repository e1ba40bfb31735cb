"""What a decision leads to: the setpoint's content, and when to look again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sunpilot.contract.decision import Decision
from sunpilot.contract.setpoint import Action, OnLapse, Setpoint
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.judge import Judgement
from sunpilot.controller.situation import Situation

LOOK_AGAIN_S = 10.0
"""A decision is looked at again after this time even when nothing happens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision with what it was made from, and the setpoint's content; None: send nothing."""

    situation: Situation
    judgement: Judgement
    decision: Decision
    setpoint: Setpoint | None


def setpoint_of(judgement: Judgement, manual_s: float, *, resume: bool) -> Setpoint:
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
        manual_s=manual_s,
        resume=resume,
        reason=judgement.verdict.reason,
    )


def look_within(judgement: Judgement, seconds: float | None) -> Judgement:
    """The same judgement, looked at again after so many seconds at the latest."""
    if seconds is None:
        return judgement
    look_s = judgement.verdict.look_s
    verdict = replace(judgement.verdict, look_s=seconds if look_s is None else min(look_s, seconds))
    return replace(judgement, verdict=verdict)


def next_due(outcome: Outcome, assignment: Assignment, now: datetime) -> datetime:
    """When to decide again though nothing happens: a countdown or an order ends, the policy asks to be looked at
    again, or 10 s have passed.
    """
    left_s = [LOOK_AGAIN_S, *outcome.decision.countdowns.values()]
    if assignment.override is not None and assignment.override.holds(now):
        left_s.append(assignment.override.seconds_left(now))
    least_s = max(0.5, min(left_s))
    look_s = outcome.judgement.verdict.look_s
    return now + timedelta(seconds=least_s if look_s is None else min(least_s, max(0.01, look_s)))
