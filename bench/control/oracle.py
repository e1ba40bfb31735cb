"""The best that anybody could do who knew the whole day: dynamic programming over off, one phase and three.

Inside a mode the nearest current is free and instant; a start takes 20 s, a change of phases its pause and a start;
each costs 5 Wh, so that it does not switch for nothing. Nobody reaches it: it has no dead time and knows the clouds.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bench.control.day import Powers
from bench.control.plant import MAXIMUM_A, MINIMUM_A, START_S, VOLT_V

SWITCH_WS = 5 * 3600.0
OFF_ONE, OFF_THREE, ONE, THREE = range(4)
"""The modes; the phases stay as they are while nothing is charged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The car's power by the second, and what it wore."""

    power_w: Powers
    starts: int
    phase_switches: int


@dataclass(frozen=True, slots=True)
class Way:
    """From one mode to another: what it takes in seconds without current, and the wear in Ws."""

    to: int
    gap_s: int
    wear_ws: float


def oracle(surplus_w: Powers, pause_s: int) -> Plan:
    """The plan with the least sum of |grid| and wear."""
    off_w = np.zeros_like(surplus_w)
    powers_w = (off_w, off_w, _nearest(surplus_w, 1), _nearest(surplus_w, 3))
    change_s = pause_s + START_S
    ways = (
        (Way(ONE, START_S, SWITCH_WS), Way(THREE, change_s, 2 * SWITCH_WS)),
        (Way(THREE, START_S, SWITCH_WS), Way(ONE, change_s, 2 * SWITCH_WS)),
        (Way(OFF_ONE, 0, 0.0), Way(THREE, change_s, SWITCH_WS)),
        (Way(OFF_THREE, 0, 0.0), Way(ONE, change_s, SWITCH_WS)),
    )
    choices = _choices([np.abs(surplus_w - power_w) for power_w in powers_w], ways)
    power_w = np.zeros_like(surplus_w)
    visited = [OFF_ONE]
    second = 0
    while second < len(power_w):
        way = choices[visited[-1]][second]
        if way is None:
            power_w[second] = powers_w[visited[-1]][second]
            second += 1
        else:
            second += way.gap_s
            visited.append(way.to)
    starts = sum(before < ONE <= after for before, after in pairwise(visited))
    return Plan(power_w, starts, sum((after - before) % 2 for before, after in pairwise(visited)))


def _nearest(surplus_w: Powers, phases: int) -> Powers:
    step_w = VOLT_V * phases
    return np.clip(np.round(surplus_w / step_w), MINIMUM_A, MAXIMUM_A) * step_w


def _choices(costs_w: list[Powers], ways: tuple[tuple[Way, ...], ...]) -> list[list[Way | None]]:
    """For each mode and second the way to take, None for staying; from the evening backwards."""
    seconds = len(costs_w[0])
    stays_w = [cost_w.tolist() for cost_w in costs_w]
    off_ws = [0.0, *np.cumsum(costs_w[OFF_ONE]).tolist()]
    values = [[0.0] * (seconds + 1) for _ in costs_w]
    choices: list[list[Way | None]] = [[None] * seconds for _ in costs_w]
    for t in range(seconds - 1, -1, -1):
        for mode in (OFF_ONE, OFF_THREE, ONE, THREE):
            best = stays_w[mode][t] + values[mode][t + 1]
            for way in ways[mode]:
                there = min(seconds, t + way.gap_s)
                value = off_ws[there] - off_ws[t] + way.wear_ws + values[way.to][there]
                if value < best:
                    best, choices[mode][t] = value, way
            values[mode][t] = best
    return choices
