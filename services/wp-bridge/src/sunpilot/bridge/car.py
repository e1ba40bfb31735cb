"""The car at the cable, as its bridge knows it: there or not, and on how many phases it draws.

While phases are switched the box may report that no car is there (seen in the field; it simulates an unplug). So around
a switch a car counts as gone only after it was reported missing for 20 s, and not within 60 s of our own write.
Source: Wattpilot protocol, phase switching.
"""

from sunpilot.bridge.box import Box
from sunpilot.contract.status import Car

SWITCH_S = 60.0
DEBOUNCE_S = 20.0
LEARN_S = 60.0
"""A car that draws on one phase of three for so long has no more."""


class PluggedCar:
    """Times are seconds of a monotonic clock. ``is_there`` is None until the box has said."""

    def __init__(self) -> None:
        self.is_there: bool | None = None
        self._missing_since_s: float | None = None
        self._own_switch_s = float("-inf")
        self._switch_seen_s = float("-inf")
        self._one_phase_since_s: float | None = None
        self._is_single_phase = False

    def switching(self, now_s: float) -> None:
        """We write the phase mode now."""
        self._own_switch_s = now_s

    def observe(self, box: Box, now_s: float) -> bool:
        """Look at the box; True when a car has left, or none is there at the first look."""
        if box.is_switching:
            self._switch_seen_s = now_s
        self._learn_phases(box, now_s)
        if box.status.has_car is not False:
            self._missing_since_s = None
            self.is_there = box.status.has_car if box.status.has_car is not None else self.is_there
            return False
        if self._missing_since_s is None:
            self._missing_since_s = now_s
        if self.is_there is False or self._may_be_a_switch(now_s):
            return False
        self.is_there = False
        self._is_single_phase = False
        return True

    def state(self, reported: Car | None) -> Car | None:
        """What to say of the car: one that is only missed around a switch waits, or is unknown after our start."""
        if reported is not Car.IDLE or self.is_there is False:
            return reported
        return Car.WAITING if self.is_there else None

    def max_phases(self, box: Box) -> int | None:
        """The most phases that grid and car are known to allow; None where neither is known."""
        return 1 if self._is_single_phase else box.grid_phases

    def _may_be_a_switch(self, now_s: float) -> bool:
        missing_s = 0.0 if self._missing_since_s is None else now_s - self._missing_since_s
        if now_s - self._own_switch_s < SWITCH_S:
            return True
        around_a_switch = now_s - max(self._own_switch_s, self._switch_seen_s) < SWITCH_S + DEBOUNCE_S
        return around_a_switch and missing_s < DEBOUNCE_S

    def _learn_phases(self, box: Box, now_s: float) -> None:
        on_three = box.is_single_phase is False or (box.is_single_phase is None and box.status.phase_mode == 2)
        if box.drawing_phases > 1:
            self._is_single_phase = False
        if not (on_three and box.drawing_phases == 1 and box.status.car is Car.CHARGING):
            self._one_phase_since_s = None
        elif self._one_phase_since_s is None:
            self._one_phase_since_s = now_s
        elif now_s - self._one_phase_since_s >= LEARN_S:
            self._is_single_phase = True
