"""Releases: asked of a bridge again and again until it says that it is done, also after the Wattpilot was deleted."""

from collections.abc import Collection
from datetime import datetime

from sunpilot.contract.decision import Decision, Inputs, Reason, Stage, StageName
from sunpilot.contract.order import Mode
from sunpilot.contract.setpoint import Action, Order, Setpoint
from sunpilot.controller.sentence import Facts, live_stage, sentence

REPEAT_S = 30.0


class Releases:
    """What must be let go of. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}
        self._first_order: dict[int, Order] = {}

    @property
    def wattpilots(self) -> Collection[int]:
        """Those still to be released."""
        return self._due.keys()

    def begin(self, wattpilot_id: int) -> bool:
        """Ask for a release from now on; False when that is under way already."""
        if wattpilot_id in self._due:
            return False
        self._due[wattpilot_id] = 0.0
        return True

    def end(self, wattpilot_id: int) -> None:
        """Ask no more."""
        self._due.pop(wattpilot_id, None)
        self._first_order.pop(wattpilot_id, None)

    def are_due(self, now_s: float) -> bool:
        """Whether any must be asked for now."""
        return any(due <= now_s for due in self._due.values())

    def take_due(self, now_s: float) -> list[int]:
        """Those to ask for now; each falls due again in 30 s."""
        due = [wattpilot_id for wattpilot_id, due_s in self._due.items() if due_s <= now_s]
        self._due.update(dict.fromkeys(due, now_s + REPEAT_S))
        return due

    def sent(self, wattpilot_id: int, order: Order) -> None:
        """Remember the first order that asked for this release."""
        self._first_order.setdefault(wattpilot_id, order)

    def is_done_by(self, wattpilot_id: int, acknowledged: Order) -> bool:
        """Whether this acknowledgement answers one of our releases, and not an older one."""
        first = self._first_order.get(wattpilot_id)
        return first is not None and not acknowledged < first


def release_setpoint(order: Order) -> Setpoint:
    """The setpoint that gives a box back."""
    return Setpoint(action=Action.RELEASE, epoch=order.epoch, n=order.n, reason=Reason.RELEASED)


def release_decision(now: datetime) -> Decision:
    """What is said of a Wattpilot that smart charging does not rule."""
    live = live_stage(Reason.RELEASED)
    return Decision(
        at=now,
        reason=Reason.RELEASED,
        text=sentence(Reason.RELEASED, Facts()),
        action=Action.RELEASE,
        mode=Mode.OFF,
        stages=tuple(Stage(name=name, live=name is live) for name in StageName),
        inputs=Inputs(),
    )
