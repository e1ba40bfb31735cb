"""What this box and this car were seen to need: the way to the first current, the pause of a phase switch, the phases.

Learned from statuses, bounded, and slow to change, so that one odd start does not upset the rule.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ConfigDict

from sunpilot.contract.message import Utc
from sunpilot.contract.status import Car, Status

START_BOUNDS_S = (5.0, 120.0)
PAUSE_BOUNDS_S = (10.0, 180.0)
LONGEST_WAIT_S = 300.0
"""A car that takes longer was asleep or full; that is no habit."""

TRUST = 0.3
"""Weight of the newest observation."""

REACTS_WITHIN_S = 10.0
"""So long after an order to change the phases, the old current may still flow."""

STEADY_S = 60.0
"""The phases of a car count once it has drawn for so long: some begin on one."""


@dataclass(frozen=True, slots=True)
class Habits:
    """``start_s`` from permission to current, ``pause_s`` more when the phases change; a Wattpilot's usual ones first.

    ``drawn`` is how many phases the car draws when it is given three, None until seen. ``waiting_since`` and
    ``changed`` belong to a wait that runs, ``drawing_since`` to a charge.
    """

    __pydantic_config__ = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    start_s: float = 20.0
    pause_s: float = 30.0
    drawn: int | None = None
    waiting_since: Utc | None = None
    changed: bool = False
    drawing_since: Utc | None = None


def learn(habits: Habits, before: Status | None, status: Status, now: datetime) -> Habits:
    """What a new status adds to what is known; ``before`` is the status before it."""
    if not status.is_online or status.car in (None, Car.IDLE):
        return replace(habits, drawn=None, waiting_since=None, drawing_since=None)
    if before is None or before.phase_mode != status.phase_mode:
        was_drawing = habits.drawing_since is not None
        habits = replace(habits, drawing_since=None, waiting_since=now if was_drawing else None, changed=was_drawing)
    elif status.allowed and not before.allowed and not habits.changed:
        habits = replace(habits, waiting_since=now)
    if not is_drawing(status):
        return replace(habits, drawing_since=None)
    if habits.changed and _waited_s(habits, now) < REACTS_WITHIN_S:
        return habits
    if habits.drawing_since is None:
        habits = replace(_arrived(habits, now), drawing_since=now, waiting_since=None, changed=False)
    steady = habits.drawing_since is not None and (now - habits.drawing_since).total_seconds() >= STEADY_S
    return replace(habits, drawn=status.phases) if steady and status.phase_mode == 2 else habits


def is_drawing(status: Status) -> bool:
    """More than a stand-by current flows on some phase."""
    return any(ampere is not None and ampere > 1 for ampere in status.current_a or ())


def _waited_s(habits: Habits, now: datetime) -> float:
    return 0.0 if habits.waiting_since is None else (now - habits.waiting_since).total_seconds()


def _arrived(habits: Habits, now: datetime) -> Habits:
    """The current has come: how long that took is one observation."""
    if habits.waiting_since is None:
        return habits
    took_s = _waited_s(habits, now)
    if not 0 <= took_s <= LONGEST_WAIT_S:
        return habits
    if habits.changed:
        return replace(habits, pause_s=_nearer(habits.pause_s, took_s - habits.start_s, PAUSE_BOUNDS_S))
    return replace(habits, start_s=_nearer(habits.start_s, took_s, START_BOUNDS_S))


def _nearer(known_s: float, seen_s: float, bounds_s: tuple[float, float]) -> float:
    return min(max(known_s + TRUST * (seen_s - known_s), bounds_s[0]), bounds_s[1])
