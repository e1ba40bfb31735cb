"""One Wattpilot's situation at one moment: all that a decision about it rests on."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.decision import Reason
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.connection import Connection, PhaseCount
from sunpilot.controller.deadline import Plan
from sunpilot.controller.limits import Limits
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import Rule
from sunpilot.controller.sun import Sun


@dataclass(frozen=True, slots=True)
class Situation:
    """One Wattpilot at one moment: all that a decision rests on, and nothing that tells where the house is.

    ``plan`` is how its deadline stands, None without one. ``status`` is None unless fresh. ``connections`` are the ways
    to feed the car, none where the phases are unknown; ``found`` are the phases that the box stands on, ``may_switch``
    says that Sunpilot chooses them. ``sun`` is what the last reading left; ``usable`` says that this reading led to a
    surplus, is fresh and new since the start. ``stale_s`` is how far the last usable reading is above its maximum age
    (below 0: still good; None: there is none). ``held_a`` is the current that the last setpoint asked for, None for
    none. ``full`` says that the car may charge and wants no more.
    """

    now: datetime
    wattpilot: Wattpilot
    time_zone: str
    battery_goal_pct: float
    mode: Mode
    override: Override | None
    plan: Plan | None
    status: Status | None
    limits: Limits | None
    connections: tuple[Connection, ...]
    found: PhaseCount | None
    may_switch: bool
    rule: Rule
    policy: PolicyState
    sun: Sun | None
    usable: bool
    stale_s: float | None
    unusable_reason: Reason
    held_a: int | None
    full: bool = False
