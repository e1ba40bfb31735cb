"""A clear and a cloudy day, drawn: sun, house, car and grid."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.control.day import FROM_S, Day, Powers
from bench.control.simulation import Result

MEAN_S = 60


def draw(days: Sequence[tuple[Day, Result]], file: Path) -> None:
    """One panel a day, minute means in kW, written as PNG."""
    mpl.use("agg")
    figure = Figure(figsize=(9, 2.9 * len(days)), dpi=80, layout="constrained")
    for axes, (day, result) in zip(np.atleast_1d(figure.subplots(len(days), sharex=True)), days, strict=True):
        _panel(axes, day, result)
    figure.savefig(file)


def _panel(axes: Axes, day: Day, result: Result) -> None:
    minutes = len(day.pv_w) // MEAN_S
    hours = FROM_S / 3600 + np.arange(minutes) * MEAN_S / 3600
    axes.fill_between(hours, _means(day.pv_w), color="#f6c945", alpha=0.6, linewidth=0, label="sun")
    axes.plot(hours, _means(day.load_w), color="#888888", linewidth=0.8, label="house")
    axes.plot(hours, _means(result.power_w), color="#2f6fde", linewidth=1.2, label="car")
    axes.plot(hours, _means(result.power_w - day.surplus_w), color="#c0392b", linewidth=0.9, label="grid, + import")
    axes.axhline(0, color="black", linewidth=0.5)
    axes.set_title(f"{day.name}: mean |grid| {result.mean_abs_grid_w:.0f} W, {result.charged_kwh:.1f} kWh", fontsize=9)
    axes.set_ylabel("kW")
    axes.set_xlabel("hour of the day")
    axes.label_outer()
    axes.legend(loc="upper left", fontsize=8, frameon=False)


def _means(power_w: Powers) -> Powers:
    whole = len(power_w) // MEAN_S * MEAN_S
    return np.asarray(power_w[:whole].reshape(-1, MEAN_S).mean(axis=1) / 1000)
