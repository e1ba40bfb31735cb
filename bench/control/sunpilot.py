"""Sunpilot in the benchmark: its own rule and its own attribution of old readings, without bus, store and bridge."""

import math

from bench.control.day import Day, Powers
from bench.control.meter import Meter
from bench.control.plant import MAXIMUM_A, MINIMUM_A, VOLT_V, Command, PhaseCount
from sunpilot.controller.clear_sky import REPEAT_S, Window
from sunpilot.controller.connection import Connection
from sunpilot.controller.policy import Measurement, follow, measure
from sunpilot.controller.policy_state import PolicyState
from sunpilot.controller.rule import Rule
from sunpilot.controller.surplus import likeliest

WAYS = (Connection(1, VOLT_V, MINIMUM_A, MAXIMUM_A), Connection(3, 3 * VOLT_V, MINIMUM_A, MAXIMUM_A))


class Sunpilot:
    """The policy for one day; ``look_s`` is the second at which it wants to decide again without a new reading."""

    def __init__(self, day: Day, meter: Meter, rule: Rule) -> None:
        self.look_s = math.inf
        self._day = day
        self._meter = meter
        self._rule = rule
        self._state = PolicyState(phases=1)
        self._phases: PhaseCount = 1
        self._surplus_w = day.surplus_w
        self._house_load_w: float | None = None
        self._average: tuple[Window, float, float] | None = None
        self._carry_s = math.inf

    def read(self, arrives_s: int, true_s: int, power_w: Powers) -> None:
        """Take in a reading that is true for one second, or for the window up to it."""
        if self._meter.window_s:
            self._read_average(arrives_s, true_s, power_w)
            return
        own_w = self._own_power(arrives_s, true_s, power_w)
        if own_w is None:
            return
        grid_w = float(power_w[true_s]) - float(self._surplus_w[true_s])
        time = self._day.at(true_s if self._meter.is_stamped else arrives_s)
        self._measure(Measurement(time, own_w - grid_w))

    def decide(self, second: int) -> Command:
        """What to order now."""
        if second >= self._carry_s:
            self._carry(second)
        self._state, verdict = follow(self._state, self._day.at(second), WAYS, self._rule)
        self.look_s = self._carry_s
        if verdict.look_s is not None:
            self.look_s = min(self._carry_s, second + max(1, math.ceil(verdict.look_s)))
        if verdict.amps is not None and verdict.phases is not None:
            self._phases = verdict.phases
        return Command(verdict.amps, self._phases)

    def _read_average(self, arrives_s: int, true_s: int, power_w: Powers) -> None:
        window = slice(true_s - self._meter.window_s, true_s)
        own_w = float(power_w[window].mean())
        grid_w = own_w - float(self._surplus_w[window].mean())
        span = Window(self._day.at(true_s), self._meter.window_s)
        self._average = (span, own_w - grid_w, float(self._day.pv_w[window].mean()))
        self._carry(arrives_s)

    def _carry(self, second: int) -> None:
        """The last average as the sun's way across the sky makes it now."""
        if self._average is not None:
            window, surplus_w, pv_w = self._average
            now = self._day.at(second)
            surplus_w = self._day.place.carried_w(surplus_w, pv_w, window, now)
            self._measure(Measurement(window.end, surplus_w, estimated_at=now))
            self._carry_s = second + REPEAT_S

    def _measure(self, measurement: Measurement) -> None:
        self._state = measure(self._state, measurement, WAYS, self._rule, frozen=False)

    def _own_power(self, arrives_s: int, true_s: int, power_w: Powers) -> float | None:
        if self._meter.is_stamped:
            return float(power_w[true_s])
        youngest_s, oldest_s = self._meter.age_s
        possible_w = sorted(set(power_w[arrives_s - oldest_s : arrives_s - youngest_s + 1].tolist()))
        load_w = float(self._day.load_w[true_s]) + float(power_w[true_s])
        own_w = likeliest(possible_w, load_w, self._house_load_w)
        if own_w is not None:
            self._house_load_w = load_w - own_w
        return own_w
