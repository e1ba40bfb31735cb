"""Powers summed up over time: what an interval's averages and energies are made of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sunpilot.simulator.house import Truth

QUARTER_S = 900
LONGEST_GAP_S = 600.0
"""Nobody knows what flowed in a longer gap: the clock was set, or the machine slept."""

COMPLETE_S = 0.99 * QUARTER_S
KEPT = 31 * 24 * 4
"""Quarters of an hour in the longest window that anyone may ask for: a month."""


@dataclass(slots=True)
class Tally:
    """Energies in Ws over `seconds`; `soc_pct` is the battery's last state of charge, None without a battery."""

    seconds: float = 0.0
    import_ws: float = 0.0
    export_ws: float = 0.0
    pv_ws: float = 0.0
    load_ws: float = 0.0
    charge_ws: float = 0.0
    discharge_ws: float = 0.0
    soc_pct: float | None = None

    def add(self, truth: Truth, seconds: float) -> None:
        """Book `seconds` of these powers."""
        battery_w = truth.battery_w or 0.0
        self.seconds += seconds
        self.import_ws += max(0.0, truth.grid_w) * seconds
        self.export_ws += max(0.0, -truth.grid_w) * seconds
        self.pv_ws += truth.pv_w * seconds
        self.load_ws += truth.load_w * seconds
        self.charge_ws += max(0.0, battery_w) * seconds
        self.discharge_ws += max(0.0, -battery_w) * seconds
        self.soc_pct = truth.soc_pct

    def __add__(self, later: "Tally") -> "Tally":
        sums = {name: getattr(self, name) + getattr(later, name) for name in _SUMMED}
        return replace(later, **sums)

    def mean(self, last: Truth) -> Truth:
        """The mean powers, at the time of the `last` moment."""
        seconds = self.seconds or 1.0
        return replace(
            last,
            grid_w=(self.import_ws - self.export_ws) / seconds,
            pv_w=self.pv_ws / seconds,
            load_w=self.load_ws / seconds,
            battery_w=None if last.battery_w is None else (self.charge_ws - self.discharge_ws) / seconds,
        )


_SUMMED = ("seconds", "import_ws", "export_ws", "pv_ws", "load_ws", "charge_ws", "discharge_ws")


Quarter = tuple[datetime, Tally | None]
"""Its start in UTC, and what is known of it."""


class History:
    """The quarters of an hour that the house has lived through, by the time of their start."""

    def __init__(self) -> None:
        self._quarters: dict[int, Tally] = {}
        self._last: datetime | None = None

    def observe(self, truth: Truth) -> None:
        """Book what flowed since the last look, on each quarter that the time touches."""
        start, self._last = self._last, truth.at
        if start is None or not 0 < (truth.at - start).total_seconds() <= LONGEST_GAP_S:
            return
        while start < truth.at:
            slot = int(start.timestamp() // QUARTER_S)
            end = min(truth.at, datetime.fromtimestamp((slot + 1) * QUARTER_S, UTC))
            self._quarters.setdefault(slot, Tally()).add(truth, (end - start).total_seconds())
            start = end
        while len(self._quarters) > KEPT:
            del self._quarters[min(self._quarters)]

    def quarters(
        self, start: datetime, end: datetime, known_until: datetime
    ) -> Iterator[tuple[datetime, Tally | None]]:
        """The quarters that begin in start ≤ … < end. None: not over by `known_until`, or not wholly observed."""
        slot = -int(-start.timestamp() // QUARTER_S)
        while (begin := datetime.fromtimestamp(slot * QUARTER_S, UTC)) < end:
            tally = self._quarters.get(slot)
            over = begin + timedelta(seconds=QUARTER_S) <= known_until
            yield begin, tally if over and tally and tally.seconds >= COMPLETE_S else None
            slot += 1
