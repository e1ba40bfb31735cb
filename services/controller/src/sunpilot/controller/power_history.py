"""The charger's own power over the last hour, so that a reading can be met at its own time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

KEEP = timedelta(minutes=65)
SAMPLE_HOLDS = timedelta(seconds=30)
"""A sample speaks for the time after it until the next one, but no longer than a status stays fresh."""

UNKNOWN_SHARE_ALLOWED = 0.1


class PowerHistory:
    """Samples of power in W, each stamped at receipt; ``None`` means that the charger was out of sight from then on."""

    def __init__(self) -> None:
        self._times: list[datetime] = []
        self._powers_w: list[float | None] = []

    def add(self, time: datetime, power_w: float | None) -> None:
        """Append a sample, or replace the last one of the same time; an older one is ignored. Keeps 65 minutes."""
        if self._times and time < self._times[-1]:
            return
        if self._times and time == self._times[-1]:
            self._powers_w[-1] = power_w
            return
        self._times.append(time)
        self._powers_w.append(power_w)
        stale = bisect_left(self._times, time - KEEP)
        del self._times[:stale], self._powers_w[:stale]

    def clear(self) -> None:
        """Forget everything, as after a step of the clock."""
        self._times.clear()
        self._powers_w.clear()

    def at(self, time: datetime) -> float | None:
        """The power at a time; None when it is not known."""
        place = bisect_right(self._times, time) - 1
        if place < 0 or time - self._times[place] > SAMPLE_HOLDS:
            return None
        return self._powers_w[place]

    def mean(self, start: datetime, end: datetime) -> float | None:
        """The mean power over a window; None when more than a tenth of it is unknown."""
        if end <= start:
            return self.at(end)
        known_s = energy_ws = 0.0
        for span_s, power_w in self._spans(start, end):
            known_s += span_s
            energy_ws += span_s * power_w
        if known_s < (1 - UNKNOWN_SHARE_ALLOWED) * (end - start).total_seconds():
            return None
        return energy_ws / known_s

    def values(self, start: datetime, end: datetime) -> list[float] | None:
        """The different powers over a window, both ends included; None when more than a tenth of it is unknown."""
        if self.mean(start, end) is None:
            return None
        at_end_w = self.at(end)
        found_w = {power_w for _, power_w in self._spans(start, end)}
        return sorted(found_w if at_end_w is None else found_w | {at_end_w})

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[float, float]]:
        """Pieces of the window with known power: (seconds, W)."""
        first = max(0, bisect_right(self._times, start) - 1)
        for place in range(first, len(self._times)):
            begins = self._times[place]
            if begins >= end:
                return
            ends = min(self._times[place + 1] if place + 1 < len(self._times) else end, begins + SAMPLE_HOLDS, end)
            span_s = (ends - max(begins, start)).total_seconds()
            power_w = self._powers_w[place]
            if span_s > 0 and power_w is not None:
                yield span_s, power_w
