"""A decision as it is published: the verdict with its sentence, its stage, and what it was made from."""

from zoneinfo import ZoneInfo

from sunpilot.contract.decision import Decision, Inputs, Reason, Stage, StageName, Text
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action
from sunpilot.contract.status import ManualReason
from sunpilot.controller.connection import Connection, find
from sunpilot.controller.deadline import forecast
from sunpilot.controller.judge import Judgement
from sunpilot.controller.sentence import Facts, live_stage, sentence
from sunpilot.controller.situation import Situation
from sunpilot.controller.surplus import Surplus


def explain(s: Situation, judgement: Judgement, reading: Reading | None, aligned: Surplus | None) -> Decision:
    """The decision behind a judgement; ``reading`` and ``aligned`` are the last ones that came in."""
    verdict = judgement.verdict
    age_s = None if s.policy.measured_at is None else (s.now - s.policy.measured_at).total_seconds()
    live = live_stage(verdict.reason)
    foreseen = None if s.plan is None else forecast(s.plan, ZoneInfo(s.time_zone), s.now)
    return Decision(
        at=s.now,
        reason=verdict.reason,
        text=sentence(verdict.reason, _facts(s, judgement, age_s, reading, foreseen)),
        forecast=foreseen,
        action=Action.STOP if verdict.amps is None else Action.CHARGE,
        amps=verdict.amps,
        phases=_connection(s, judgement).phases if s.connections else None,
        mode=s.mode if s.override is None else s.wattpilot.mode,
        override=None if s.override is None else s.override.kind,
        stages=tuple(Stage(name=name, live=name is live) for name in StageName),
        inputs=_inputs(s, reading, aligned, age_s),
        terms=verdict.terms,
        countdowns={} if verdict.seconds_left is None else {verdict.reason.value: verdict.seconds_left},
    )


def _facts(
    s: Situation, judgement: Judgement, age_s: float | None, reading: Reading | None, foreseen: Text | None
) -> Facts:
    amps = judgement.verdict.amps
    manual = None if s.status is None else s.status.manual
    return Facts(
        surplus_w=s.policy.surplus_w if s.usable or judgement.verdict.reason is not Reason.ORDER_MINIMUM else None,
        break_even_w=s.rule.break_even_w(_connection(s, judgement)) if s.connections else None,
        amps=amps,
        power_w=_connection(s, judgement).power_w(amps) if s.connections and amps is not None else None,
        phases=_connection(s, judgement).phases if s.connections else None,
        seconds_left=judgement.verdict.seconds_left,
        reading_age_s=age_s,
        soc_pct=None if reading is None else reading.soc_pct,
        soc_goal_pct=s.battery_goal_pct,
        forecast=foreseen,
        hand=ManualReason.CHANGED if manual is None else manual.reason,
    )


def _connection(s: Situation, judgement: Judgement) -> Connection:
    """The way to feed the car that the judgement speaks of."""
    wanted = judgement.verdict.phases or judgement.policy.phases or s.found
    return find(s.connections, wanted) or s.connections[0]


def _inputs(s: Situation, reading: Reading | None, aligned: Surplus | None, age_s: float | None) -> Inputs:
    return Inputs(
        grid_w=None if reading is None else reading.grid_w,
        pv_w=None if reading is None else reading.pv_w,
        load_w=None if reading is None else reading.load_w,
        own_w=None if aligned is None else aligned.own_w,
        surplus_w=None if s.sun is None else s.sun.surplus_w,
        reading_time=None if reading is None else reading.time,
        reading_age_s=age_s,
        reading_is_fresh=s.usable,
        status_is_fresh=s.status is not None,
    )
