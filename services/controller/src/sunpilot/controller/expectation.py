"""What being off, on one phase and on three costs: now, on average of late, and over the next while.

The cost is that of the best current, or of being off where that is cheaper, with a price for the stop; in weighted W of
|grid|. The sun of now is
taken to decay towards the mean of the last quarter of an hour: persistence is the best forecast for minutes, the mean
for half an hour (Sunpilot's control study; learned forecasts did not beat it).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sunpilot.controller.connection import Connection, PhaseCount
from sunpilot.controller.rule import HORIZON_S, MEMORY_S, PERSISTENCE_S, Rule

STOP_PRICE = 0.2
"""To stop and start again is not free: of what charging costs more than being off, this share counts.

Chosen on the days of the control benchmark, where 0.1 to 0.35 are nearly alike."""


@dataclass(frozen=True, slots=True)
class Costs:
    """One cost each, in weighted W. What is not open costs the same as being off."""

    off_w: float
    single_w: float
    three_w: float

    def of(self, phases: PhaseCount) -> float:
        """The cost with this many phases."""
        return self.single_w if phases == 1 else self.three_w

    def towards(self, now: "Costs", elapsed_s: float) -> "Costs":
        """This mean, brought up to date with what holds now, and has held for ``elapsed_s``."""
        share = 1 - math.exp(-elapsed_s / MEMORY_S)
        return Costs(
            self.off_w + share * (now.off_w - self.off_w),
            self.single_w + share * (now.single_w - self.single_w),
            self.three_w + share * (now.three_w - self.three_w),
        )


def costs(rule: Rule, surplus_w: float, connections: Iterable[Connection]) -> Costs:
    """The costs at this surplus."""
    single_w = three_w = off_w = rule.cost_w(surplus_w, 0.0)
    for connection in connections:
        cost_w = rule.cost_w(surplus_w, connection.power_w(rule.nearest_a(surplus_w, connection)))
        if cost_w > off_w:
            cost_w = off_w + STOP_PRICE * (cost_w - off_w)
        if connection.phases == 1:
            single_w = cost_w
        else:
            three_w = cost_w
    return Costs(off_w, single_w, three_w)


def saving_wh(now: Costs, mean: Costs, stay: PhaseCount, go: PhaseCount, gap_s: float) -> float:
    """What changing the phases saves over the horizon, when for ``gap_s`` nothing is charged; negative: it costs."""
    present_s, later_s = _weights(HORIZON_S)
    gap_present_s, gap_later_s = _weights(gap_s)
    staying_ws = present_s * now.of(stay) + later_s * mean.of(stay)
    going_ws = (
        gap_present_s * now.off_w
        + gap_later_s * mean.off_w
        + (present_s - gap_present_s) * now.of(go)
        + (later_s - gap_later_s) * mean.of(go)
    )
    return (staying_ws - going_ws) / 3600


def _weights(seconds: float) -> tuple[float, float]:
    """Of the next seconds, how many count as like now and how many as like the mean."""
    present_s = PERSISTENCE_S * (1 - math.exp(-seconds / PERSISTENCE_S))
    return present_s, seconds - present_s
