"""Where the sun stands over a house, and when it passes a height."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

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

    def is_above(self, at: datetime, height_deg: float) -> bool:
        """The sun stands higher than this."""
        is_above, changes = _course(self, height_deg, at.astimezone(UTC).date())
        return is_above != (bisect_right(changes, at) % 2 == 1)

    def is_day(self, at: datetime) -> bool:
        """The sun is up."""
        return self.is_above(at, HORIZON_DEG)

    def next_change(self, after: datetime, height_deg: float) -> datetime | None:
        """The next time, within 24 hours and to the second, at which the sun is on the other side of a height; None
        where it stays on this side, as it does near the poles.
        """
        return next(self._changes(after, after + _DAY, height_deg), None)

    def shine(self, start: datetime, end: datetime, height_deg: float) -> list[tuple[datetime, datetime]]:
        """The times between two others at which the sun is above a height, each as (from, until)."""
        edges = [start, *self._changes(start, end, height_deg), end]
        first = 0 if self.is_above(start, height_deg) else 1
        return list(zip(edges[first:-1:2], edges[first + 1 :: 2], strict=True))

    def _changes(self, after: datetime, until: datetime, height_deg: float) -> Iterator[datetime]:
        day = after.astimezone(UTC).date()
        while day <= until.astimezone(UTC).date():
            changes = _course(self, height_deg, day)[1]
            yield from (change for change in changes if after < change <= until)
            day += timedelta(days=1)


@lru_cache(maxsize=256)
def _course(place: Place, height_deg: float, day: date) -> tuple[bool, tuple[datetime, ...]]:
    """Whether the sun is above a height when a day of UTC begins, and when it passes that height on this day. Kept,
    because schedules ask for it all day.
    """
    start = datetime.combine(day, time(), UTC)
    moments = [start + step * _STEP for step in range(_DAY // _STEP + 1)]
    above = [place.height_deg(moment) > height_deg for moment in moments]
    changes = tuple(
        _narrow(place, moments[step], moments[step + 1], height_deg, above=above[step])
        for step in range(len(moments) - 1)
        if above[step] != above[step + 1]
    )
    return above[0], changes


def _narrow(place: Place, early: datetime, late: datetime, height_deg: float, *, above: bool) -> datetime:
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if (place.height_deg(middle) > height_deg) == above:
            early = middle
        else:
            late = middle
    return late
