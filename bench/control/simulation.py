"""One controller through one day on one meter: what it came to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.control.day import Day, Powers
from bench.control.meter import Meter
from bench.control.oracle import oracle
from bench.control.plant import Command, Plant
from bench.control.rivals import Rival
from bench.control.sunpilot import Sunpilot
from sunpilot.controller.rule import Rule


@dataclass(frozen=True, slots=True)
class Result:
    """A day's figures. Powers in W, energies in kWh; ``orders`` are the commands with their seconds."""

    power_w: Powers
    mean_abs_grid_w: float
    import_kwh: float
    export_kwh: float
    charged_kwh: float
    starts: int = 0
    phase_switches: int = 0
    orders: Sequence[tuple[int, Command]] = ()


def undisturbed(day: Day) -> Result:
    """The house without a car."""
    return _result(day, np.zeros_like(day.pv_w))


def foreseen(day: Day, pause_s: int) -> Result:
    """The oracle's day."""
    plan = oracle(day.surplus_w, pause_s)
    return _result(day, plan.power_w, plan.starts, plan.phase_switches)


def rivalled(day: Day, meter: Meter, make: Callable[[], Rival], interval_s: float, pause_s: int, seed: int) -> Result:
    """A rule that ticks at its own interval, on the last value that has arrived."""
    plant, rival = Plant(len(day.pv_w), pause_s), make()
    base_w = day.load_w - day.pv_w
    arrivals = list(meter.arrivals(len(base_w), seed))
    grid_w, place, at = None, 0, float(arrivals[0][0])
    while at < len(base_w):
        second = int(at)
        while place < len(arrivals) and arrivals[place][0] <= second:
            true_s = arrivals[place][1]
            window = slice(true_s - meter.window_s, true_s) if meter.window_s else slice(true_s, true_s + 1)
            grid_w = float((base_w[window] + plant.power_w[window]).mean())
            place += 1
        if grid_w is not None:
            plant.order(second, rival.decide(second, grid_w, float(plant.power_w[second])))
        at += interval_s
    return _result(day, plant.power_w, plant.starts, plant.phase_switches, plant.orders)


def driven(day: Day, meter: Meter, rule: Rule, pause_s: int, seed: int) -> Result:
    """Sunpilot's policy, at each reading and whenever a time of its own runs out."""
    plant, policy = Plant(len(day.pv_w), pause_s), Sunpilot(day, meter.paced, rule)

    def look_until(end_s: int) -> None:
        while policy.look_s < end_s:
            second = int(policy.look_s)
            plant.order(second, policy.decide(second))

    for arrives_s, true_s in meter.paced.arrivals(len(day.pv_w), seed):
        look_until(arrives_s)
        policy.read(arrives_s, true_s, plant.power_w)
        plant.order(arrives_s, policy.decide(arrives_s))
    look_until(len(day.pv_w))
    return _result(day, plant.power_w, plant.starts, plant.phase_switches, plant.orders)


def _result(
    day: Day, power_w: Powers, starts: int = 0, phase_switches: int = 0, orders: Sequence[tuple[int, Command]] = ()
) -> Result:
    grid_w = power_w - day.surplus_w
    return Result(
        power_w=power_w,
        mean_abs_grid_w=float(np.abs(grid_w).mean()),
        import_kwh=float(np.maximum(grid_w, 0).sum()) / 3.6e6,
        export_kwh=float(np.maximum(-grid_w, 0).sum()) / 3.6e6,
        charged_kwh=float(power_w.sum()) / 3.6e6,
        starts=starts,
        phase_switches=phase_switches,
        orders=orders,
    )
