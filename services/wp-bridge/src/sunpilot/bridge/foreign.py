"""Which changes at the box are not ours.

Somebody may turn a setting in the app, on the box, or by another program, and then has precedence. What the box does by
itself is no foreign hand: it forgets the force state on unplug and at a reboot, clamps the current to a limit, and may
move the phase mode while it switches phases; and the values found at a connect are nobody's change.

Source: Wattpilot protocol, control properties, start and stop, phase switching.
"""

from collections import Counter
from dataclasses import dataclass

from sunpilot.bridge.boot import Boot
from sunpilot.bridge.box import Box
from sunpilot.bridge.status import whole
from sunpilot.contract.property import Value
from sunpilot.contract.status import ManualReason

WATCHED = ("amp", "frc", "psm")
"""Current, force state, phase mode. The box's mode (``lmo``) is never written, so it is judged by its value alone."""

ECHO_S = 15.0
"""An own value may show so late: the box has 10 s to answer, and its report follows."""
JUMP_S = 10.0
RETRIES = 3
SWITCH_S = 60.0
DOUBT_S = 2.0
"""The force state falls back on unplug; that the car is gone may show a moment later."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another hand changed ``key``: outright, or by taking our own value back again and again."""

    key: str
    reason: ManualReason


@dataclass(frozen=True, slots=True)
class _Own:
    value: Value
    before: Value
    at_s: float


class Watch:
    """Compares each look at the box with the last one. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._seen: dict[str, int | None] = {}
        self._own: dict[str, _Own] = {}
        self._jumps: Counter[str] = Counter()
        self._in_flight: str | None = None
        self._doubt_s: float | None = None
        self._boot = Boot()

    @property
    def is_in_doubt(self) -> bool:
        """The force state fell back, and it is not known yet whether on unplug or by somebody."""
        return self._doubt_s is not None

    def writing(self, key: str, value: Value, now_s: float) -> None:
        """We are about to write a value."""
        self._in_flight = key
        if key in WATCHED:
            self._own[key] = _Own(value, self._seen.get(key), now_s)

    def written(self) -> None:
        """The write was answered, or given up."""
        self._in_flight = None

    def forgive(self) -> None:
        """Start afresh: what was fought over is settled."""
        self._jumps.clear()
        self._doubt_s = None

    def observe(self, box: Box, now_s: float) -> Foreign | None:
        """Look at the box; the first foreign change since the last look, if any."""
        if not box.status.is_online:
            self._seen = {}
            self._doubt_s = None
            return None
        before, self._seen = self._seen, {key: whole(box.properties.get(key)) for key in WATCHED}
        if self._has_rebooted(box) or not before:
            self._doubt_s = None
            return None
        self._settle(now_s)
        changes = [self._change(key, before[key], box, now_s) for key in WATCHED]
        return next((change for change in (*changes, self._resolve_doubt(box, now_s)) if change is not None), None)

    def _change(self, key: str, before: int | None, box: Box, now_s: float) -> Foreign | None:
        value = self._seen[key]
        if value is None or before is None or value == before or key == self._in_flight:
            return None
        own = self._own.get(key)
        own_s = now_s - own.at_s if own is not None else float("inf")
        is_echo = own is not None and own.value == value and own_s < ECHO_S
        if is_echo or _is_the_box_s_own(key, before, value, box, own_s):
            return None
        if own is not None and (own.value, own.before) == (before, value) and own_s < JUMP_S:
            self._jumps[key] += 1
            return Foreign(key, ManualReason.RESISTED) if self._jumps[key] > RETRIES else None
        if key == "frc" and value == 0:
            self._doubt_s = now_s
            return None
        return Foreign(key, ManualReason.CHANGED)

    def _settle(self, now_s: float) -> None:
        """A value that stood its time has not been taken back."""
        for key, own in self._own.items():
            if self._seen[key] == own.value and now_s - own.at_s >= JUMP_S:
                self._jumps[key] = 0

    def _resolve_doubt(self, box: Box, now_s: float) -> Foreign | None:
        if self._doubt_s is None:
            return None
        if box.status.has_car is False or self._seen["frc"] != 0:
            self._doubt_s = None
        elif now_s - self._doubt_s >= DOUBT_S:
            self._doubt_s = None
            return Foreign("frc", ManualReason.CHANGED)
        return None

    def _has_rebooted(self, box: Box) -> bool:
        before, self._boot = self._boot, Boot.of(box.properties)
        return self._boot.is_after(before)


def _is_the_box_s_own(key: str, before: int, value: int, box: Box, own_s: float) -> bool:
    match key:
        case "amp":
            return value == box.status.limits.maximum_a and value < before
        case "frc":
            return value == 0 and box.status.has_car is False
        case _:
            return box.is_switching or own_s < SWITCH_S
