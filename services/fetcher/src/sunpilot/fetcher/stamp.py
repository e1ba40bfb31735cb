"""Which time a measurement gets that a source sent by itself: its own, or that of its receipt."""

from dataclasses import replace
from datetime import datetime, timedelta

from sunpilot.fetcher.measurement import Measurement

CLOCKS_DIFFER = timedelta(seconds=2)
"""A source's clock that is off by more is not used."""


class Stamp:
    """Judges the source's clock by the difference between its time and that of receipt.

    The same difference twice means that the clock is off; one that jumps, that messages were under way for long: those
    keep their own time, and are as old as they say.
    """

    def __init__(self) -> None:
        self._last: timedelta | None = None

    def put(self, measurement: Measurement, received_at: datetime) -> tuple[Measurement, bool]:
        """The measurement with the time that counts, and whether the source's clock is off."""
        own = measurement.measured_at
        if own is None:
            return replace(measurement, measured_at=received_at), False
        late = received_at - own
        last, self._last = self._last, late
        if abs(late) <= CLOCKS_DIFFER:
            return measurement, False
        if last is not None and abs(late - last) > CLOCKS_DIFFER:
            return measurement, False
        return replace(measurement, measured_at=received_at), True
