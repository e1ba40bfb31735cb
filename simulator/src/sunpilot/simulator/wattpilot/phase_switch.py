"""The relay that gives a Wattpilot one phase or three."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class PhaseSwitch:
    """Toggles only without current: a running charge is broken off first and pauses before it may go on."""

    phases: int
    """Phases behind the relay now, 1 or 3."""
    _left_s: float = field(default=0.0, init=False)

    @property
    def running(self) -> bool:
        """Whether the pause around a switch is running."""
        return self._left_s > 0

    def abandon(self) -> None:
        """Forget a running pause, as a reboot does."""
        self._left_s = 0.0

    def step(self, dt_s: float, *, wanted: int, drawing: bool, pause_s: float) -> bool:
        """Advance by `dt_s` towards `wanted` phases; True when the relay toggled in this step.

        `drawing` says whether current flows, `pause_s` how long a charge pauses for a switch.
        """
        self._left_s = max(0.0, self._left_s - dt_s)
        if wanted == self.phases:
            return False
        if drawing:
            if not self.running:
                self._left_s = pause_s
            return False
        self.phases = wanted
        return True
