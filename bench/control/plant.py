"""Charger and car: what a command makes of the power drawn, from its second to the end of the day.

Facts (control study; measured by others on such boxes): 6 s until a command shows, then 2 A/s; 20 s from a start to
current; without current while the phases change, 120 s in the cautious case, 15 to 30 s on a Wattpilot.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.control.day import Powers

VOLT_V = 230.0
MINIMUM_A, MAXIMUM_A = 6, 16
DEAD_S = 6
START_S = 20
RAMP_A_S = 2.0

PhaseCount = Literal[1, 3]


@dataclass(frozen=True, slots=True)
class Command:
    """Charge with this current per phase, or with None stop."""

    amps: int | None
    phases: PhaseCount


class Plant:
    """The power that the car draws, known for the past and, if nothing more is ordered, for the rest of the day.

    ``orders`` are the commands that changed something, with their seconds; from ``ready_s`` on current may flow.
    """

    def __init__(self, seconds: int, pause_s: int) -> None:
        self.power_w: Powers = np.zeros(seconds)
        self.command = Command(None, 1)
        self.orders: list[tuple[int, Command]] = []
        self.starts = self.phase_switches = 0
        self._seconds = seconds
        self._pause_s = pause_s
        self.ready_s = 0
        self._amps: Powers = np.zeros(seconds)

    def order(self, second: int, command: Command) -> None:
        """Carry out a command; one that changes nothing is no write."""
        before, self.command = self.command, command
        if command == before:
            return
        self.orders.append((second, command))
        begins = second + DEAD_S
        changes = command.phases != before.phases
        starts = command.amps is not None and before.amps is None
        self.starts += starts
        self.phase_switches += changes
        if begins >= self._seconds:
            return
        if command.amps is None:
            self._hold(begins, 0.0)
            return
        if changes:
            self.ready_s = begins + self._pause_s + START_S
        elif starts:
            self.ready_s = begins + START_S
        if changes or starts:
            self._hold(begins, 0.0)
        self._ramp(max(begins, self.ready_s), float(command.amps))

    def _hold(self, second: int, amps: float) -> None:
        self._amps[second:] = amps
        self.power_w[second:] = amps * VOLT_V * self.command.phases

    def _ramp(self, second: int, amps: float) -> None:
        if second >= self._seconds:
            return
        before = float(self._amps[second])
        steps = int(np.ceil(abs(amps - before) / RAMP_A_S))
        self._hold(second, amps)
        end = min(self._seconds, second + steps)
        way = before + np.sign(amps - before) * RAMP_A_S * np.arange(end - second)
        self._amps[second:end] = way
        self.power_w[second:end] = way * VOLT_V * self.command.phases
