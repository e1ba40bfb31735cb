"""The table: each controller on each meter, its mean over the days, and its share of the |grid| that can be removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from bench.control.day import Day
from bench.control.meter import METERS, Meter
from bench.control.rivals import EvccLike, Naive
from bench.control.simulation import Result, driven, foreseen, rivalled, undisturbed
from sunpilot.controller.rule import Rule

EVCC_INTERVALS_S = (30.0, 60.0)
"""evcc's default and a slower one; besides, the meter's own interval is tried, and the best of all is shown."""

COLUMNS = (
    "meter", "controller", "mean_abs_grid_w", "score", "import_kwh", "export_kwh", "charged_kwh", "starts",
    "phase_switches", "writes",
)  # fmt: skip
"""The columns of the CSV."""

READINGS = "readings"
"""A last column for the eye: the readings of a day that each controller had."""


@dataclass(frozen=True, slots=True)
class Row:
    """One controller on one meter, its results day by day, and the readings that it had each day (None: needs none)."""

    meter: str
    controller: str
    results: Sequence[Result]
    readings: int | None = None

    def mean(self, figure: Callable[[Result], float]) -> float:
        """The mean over the days."""
        return mean(figure(result) for result in self.results)

    @property
    def mean_abs_grid_w(self) -> float:
        """What it is all about."""
        return self.mean(lambda result: result.mean_abs_grid_w)

    def cells(self, none_w: float, oracle_w: float) -> list[object]:
        """The row of the table; the score is (none − this) / (none − oracle)."""
        return [
            self.meter,
            self.controller,
            round(self.mean_abs_grid_w),
            round((none_w - self.mean_abs_grid_w) / (none_w - oracle_w), 3),
            round(self.mean(lambda result: result.import_kwh), 1),
            round(self.mean(lambda result: result.export_kwh), 1),
            round(self.mean(lambda result: result.charged_kwh), 1),
            round(self.mean(lambda result: result.starts), 1),
            round(self.mean(lambda result: result.phase_switches), 1),
            round(self.mean(lambda result: len(result.orders))),
            "–" if self.readings is None else self.readings,
        ]


def compare(days: Sequence[Day], pause_s: int, seed: int = 1) -> list[Row]:
    """All rows. ``none`` and ``oracle`` need no meter, and stand with each of them."""
    none, oracle = [undisturbed(day) for day in days], [foreseen(day, pause_s) for day in days]
    rule = Rule(pause_s=pause_s)
    rows: list[Row] = []
    for meter in METERS:
        seconds = len(days[0].pv_w)
        naive = [rivalled(day, meter, Naive, meter.every_s, pause_s, seed) for day in days]
        own = [driven(day, meter, rule, pause_s, seed) for day in days]
        rows += [
            Row(meter.name, "none", none),
            Row(meter.name, "naive", naive, meter.readings(seconds)),
            _evcc_like(days, meter, pause_s, seed),
            Row(meter.name, "sunpilot", own, meter.paced.readings(seconds)),
            Row(meter.name, "oracle", oracle),
        ]
    return rows


def table(rows: Sequence[Row]) -> list[list[object]]:
    """The rows as cells, in the order of `COLUMNS` and `READINGS`."""
    none_w, oracle_w = (_of(rows, name).mean_abs_grid_w for name in ("none", "oracle"))
    return [row.cells(none_w, oracle_w) for row in rows]


def _of(rows: Sequence[Row], controller: str) -> Row:
    return next(row for row in rows if row.controller == controller)


def _evcc_like(days: Sequence[Day], meter: Meter, pause_s: int, seed: int) -> Row:
    """At its best interval: on old values its usual one integrates the same error again and again."""
    intervals_s = {interval_s for interval_s in (*EVCC_INTERVALS_S, meter.every_s) if interval_s >= EVCC_INTERVALS_S[0]}
    readings = meter.readings(len(days[0].pv_w))
    tried = (
        Row(meter.name, "evcc-like", [rivalled(day, meter, EvccLike, each_s, pause_s, seed) for day in days], readings)
        for each_s in sorted(intervals_s)
    )
    return min(tried, key=lambda row: row.mean_abs_grid_w)
