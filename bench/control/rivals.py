"""Other people's rules, to compare with: written again from what is public about them."""

from typing import Protocol

from bench.control.plant import MAXIMUM_A, MINIMUM_A, VOLT_V, Command, PhaseCount


class Rival(Protocol):
    """A rule that looks at the last grid value at its own interval, and knows what the car draws now."""

    def decide(self, second: int, grid_w: float, drawn_w: float) -> Command:
        """The command from now on; ``grid_w`` + import."""


class Naive:
    """One ampere up on export, one down on import, on one phase; starts when the minimum is exported."""

    def __init__(self) -> None:
        self._amps: int | None = None

    def decide(self, second: int, grid_w: float, drawn_w: float) -> Command:  # noqa: ARG002
        """The next current."""
        if self._amps is None:
            if -grid_w >= MINIMUM_A * VOLT_V:
                self._amps = MINIMUM_A
        elif grid_w > 0:
            self._amps = self._amps - 1 if self._amps > MINIMUM_A else None
        elif -grid_w >= VOLT_V:
            self._amps = min(MAXIMUM_A, self._amps + 1)
        return Command(self._amps, 1)


class EvccLike:
    """The published surplus rule of evcc (its source, August 2026), read and written again; not evcc itself.

    Present current less the grid's power, truncated to whole ampere; enable after 60 s, disable after 180 s, thresholds
    0; phases by the same delays; measured current + 2 A caps the base. No memory but the two timers.
    """

    ENABLE_S, DISABLE_S, PHASES_REST_S = 60, 180, 60
    HEADROOM_A = 2.0

    def __init__(self) -> None:
        self._amps: int | None = None
        self._phases: PhaseCount = 1
        self._timer_s: int | None = None
        self._phase_timer_s: int | None = None
        self._phases_at_s = -self.PHASES_REST_S

    def decide(self, second: int, grid_w: float, drawn_w: float) -> Command:
        """One tick of the loadpoint."""
        drawn_a = drawn_w / VOLT_V / self._phases
        offered_a = 0.0 if self._amps is None else float(self._amps)
        base_a = min(drawn_a + self.HEADROOM_A, offered_a)
        may_scale = second - self._phases_at_s > self.PHASES_REST_S
        if may_scale and self._scale(second, grid_w, drawn_w) and self._phases == 3:
            base_a /= 3
        target_a = max(0.0, base_a - grid_w / (VOLT_V * self._phases))
        self._amps = self._current(second, grid_w, target_a)
        return Command(self._amps, self._phases)

    def _scale(self, second: int, grid_w: float, drawn_w: float) -> bool:
        """Whether the phases change now."""
        available_w = drawn_w - grid_w
        three_a = available_w / VOLT_V / 3
        down = self._phases == 3 and (grid_w > 0 or self._amps is None) and three_a < MINIMUM_A
        up = self._phases == 1 and available_w / VOLT_V > MAXIMUM_A and three_a >= MINIMUM_A
        if not (down or up):
            self._phase_timer_s = None
            return False
        if self._phase_timer_s is None:
            self._phase_timer_s = second
        delay_s = self.DISABLE_S if down else self.ENABLE_S
        if self._amps is not None and second - self._phase_timer_s < delay_s:
            return False
        self._phases, self._phase_timer_s, self._phases_at_s = (1 if down else 3), None, second
        return True

    def _current(self, second: int, grid_w: float, target_a: float) -> int | None:
        if self._amps is not None and target_a < MINIMUM_A:
            projected_w = grid_w
            if self._phase_timer_s is not None:
                projected_w -= VOLT_V * MINIMUM_A * (self._phases - 1)
            if projected_w < 0:
                self._timer_s = None
            elif self._elapsed(second) >= self.DISABLE_S:
                self._timer_s = None
                return None
            return MINIMUM_A
        if self._amps is None:
            if target_a < MINIMUM_A:
                self._timer_s = None
            elif self._elapsed(second) >= self.ENABLE_S:
                self._timer_s = None
                return MINIMUM_A
            return None
        self._timer_s = None
        return min(int(target_a), MAXIMUM_A)

    def _elapsed(self, second: int) -> int:
        if self._timer_s is None:
            self._timer_s = second
        return second - self._timer_s
