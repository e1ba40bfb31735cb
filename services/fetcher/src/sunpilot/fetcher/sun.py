"""Where the sun stands over a house, and when it passes a height."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from astral import Observer
from astral.sun import elevation

HORIZON_DEG = -0.833
"""The height of the sun's centre at sunrise and sunset, by the usual definition (refraction and half its disc)."""

_STEP = timedelta(minutes=5)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth, in degrees."""

    latitude: float
    longitude: float

    def height_deg(self, at: datetime) -> float:
        """The height of the sun's centre above the horizon, without refraction."""
        return elevation(Observer(self.latitude, self.longitude), at, with_refraction=False)

    def is_day(self, at: datetime) -> bool:
        """The sun is up."""
        return self.height_deg(at) > HORIZON_DEG

    def next_change(self, after: datetime, height_deg: float) -> datetime | None:
        """The next time, within 24 hours and to the second, at which the sun is on the other side of a height; None
        where it stays on this side, as it does near the poles.
        """
        above = self.height_deg(after) > height_deg
        early, end = after, after + _DAY
        while early < end:
            late = early + _STEP
            if (self.height_deg(late) > height_deg) != above:
                return self._narrow(early, late, height_deg, above=above)
            early = late
        return None

    def _narrow(self, early: datetime, late: datetime, height_deg: float, *, above: bool) -> datetime:
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) / 2
            if (self.height_deg(middle) > height_deg) == above:
                early = middle
            else:
                late = middle
        return late
