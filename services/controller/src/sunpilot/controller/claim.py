"""What one Wattpilot could do with a share of the sun, and of the main fuse."""

import math
from datetime import datetime

from sunpilot.contract.order import Mode
from sunpilot.contract.setpoint import Action
from sunpilot.contract.status import Status
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.control import Control
from sunpilot.controller.fuse import Draw, FuseShare, committed_a
from sunpilot.controller.limits import voltage, wanted
from sunpilot.controller.sharing import Claim


def sun_claim(control: Control, assignment: Assignment, share: FuseShare, now: datetime) -> Claim | None:
    """In W: from half the least power on, up to what car and limits take. None while no car could use the sun."""
    status = control.charger.status(now)
    if status is None or not _could_charge(control, status, now):
        return None
    ways = [way for way in control.connections(assignment, status, share) if not way.is_barred]
    if not ways:
        return None
    least = min(ways, key=lambda way: way.minimum_w)
    most_w = max(way.power_w(way.maximum_a) for way in ways)
    mode, _ = assignment.order(now)
    always = mode is Mode.MINIMUM
    return Claim(
        wattpilot_id=control.wattpilot_id,
        priority=assignment.wattpilot.priority,
        worth=-math.inf if always else control.rule(assignment).break_even_w(least),
        least=least.minimum_w,
        most=max(least.minimum_w, min(most_w, control.charger.appetite.most_w or math.inf)),
        is_charging=always or control.state.policy.charging,
    )


def draw(control: Control, assignment: Assignment, now: datetime) -> Draw:
    """What it takes of the main fuse, and could take, in A.

    One that charges claims all it may have; one that might start claims its least only, so that waiting costs others
    nothing more.
    """
    status = control.charger.status(now)
    setpoint = control.state.setpoint
    claim = None
    if status is not None and _could_charge(control, status, now) and assignment.order(now)[0] is not Mode.OFF:
        is_charging = setpoint is not None and setpoint.action is Action.CHARGE
        least_a = float(max(6, assignment.wattpilot.policy.min_a, status.limits.minimum_a or 6))
        most_a = float(wanted(assignment.wattpilot.policy, status)) if is_charging else least_a
        if most_a >= least_a:
            priority = assignment.wattpilot.priority
            claim = Claim(control.wattpilot_id, priority, least_a, least_a, most_a, is_charging)
    phases = 3 if status is None or control.charger.phases_changed else status.phases or 3
    seen_w = control.charger.own_w or 0.0
    return Draw(
        wattpilot_id=control.wattpilot_id,
        seen_w=seen_w,
        seen_a=0.0 if status is None else seen_w / (phases * voltage(status)),
        committed_a=committed_a(setpoint, status),
        is_unbalanced=status is None or status.phases != 3 or (setpoint is not None and setpoint.phases == 1),
        claim=claim,
    )


def _could_charge(control: Control, status: Status, now: datetime) -> bool:
    is_free = not status.error and status.manual is None
    return bool(status.has_car) and is_free and not control.charger.is_full(now)
