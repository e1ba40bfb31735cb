"""A day of sun and household load, second by second, while the car is there: from a folder, or from the simulator."""

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sunpilot.controller.clear_sky import Sky
from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.clouds import Sky as Weather
from sunpilot.simulator.house import ModelledDay
from sunpilot.simulator.sun import Plane, Roof
from sunpilot.simulator.world import UPPER_BAVARIA

FROM_S, TO_S = 7 * 3600, 20 * 3600
"""The car is connected from 7 to 20 o'clock, local time."""

MINUTES = 1440
ZONE = ZoneInfo("Europe/Berlin")
GENERATED = (
    ("clear", Weather.CLEAR, (21, 4)),
    ("broken", Weather.BROKEN, (3, 8, 12, 17, 26)),
    ("overcast", Weather.OVERCAST, (6, 14)),
)
"""Days of June for which the simulator makes sun and load, by sky."""

ROOF = Roof((Plane(kwp=10, tilt_deg=30, azimuth_deg=180),), ac_limit_w=10_000)

PLACES = {"pay": Sky(46.815, 6.944), "lyn": Sky(55.791, 12.525)}
"""Where measured days come from, by the first letters of their names; both in Central European Time."""

Powers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Day:
    """One day at a place, from local ``midnight``. Powers in W, one value for each second from ``from_s`` on: seconds
    since midnight, by default 7 o'clock, and to 20 o'clock.
    """

    name: str
    weather: str
    midnight: datetime
    place: Sky
    pv_w: Powers
    load_w: Powers
    from_s: int = FROM_S

    @property
    def surplus_w(self) -> Powers:
        """What the car could take without import."""
        return self.pv_w - self.load_w

    def at(self, second: float) -> datetime:
        """The time of a second of this day's arrays."""
        return self.midnight + timedelta(seconds=self.from_s + second)


class DaysError(ValueError):
    """The folder cannot be used; the message says why and what it must hold."""


def from_folder(folder: Path) -> list[Day]:
    """The days in ``days.csv.gz`` (day, t_s, pv_w, load_w by the minute), with their weather from ``index.csv``.

    Raises `DaysError`.
    """
    try:
        return _read(folder)
    except (OSError, EOFError, KeyError, ValueError) as error:
        needs = "needed are days.csv.gz (day, t_s, pv_w, load_w; 1440 rows a day) and index.csv (day, class)"
        raise DaysError(f"{folder} cannot be used: {error}; {needs}") from error


def _read(folder: Path) -> list[Day]:
    with (folder / "index.csv").open(newline="") as text:
        weather = {row["day"]: row["class"] for row in csv.DictReader(text)}
    minutes: dict[str, list[tuple[float, float]]] = {}
    with gzip.open(folder / "days.csv.gz", "rt", newline="") as text:
        for row in csv.DictReader(text):
            minutes.setdefault(row["day"], []).append((float(row["pv_w"]), float(row["load_w"])))
    return [
        _day(name, weather.get(name, "unknown"), _midnight(name), PLACES.get(name[:3], PLACES["pay"]), rows)
        for name, rows in minutes.items()
    ]


def generated() -> list[Day]:
    """Days that the simulator makes: the same at every run."""
    return list(_modelled())


def _modelled() -> Iterator[Day]:
    here = Sky(UPPER_BAVARIA.latitude, UPPER_BAVARIA.longitude)
    for name, weather, days_of_june in GENERATED:
        for number in days_of_june:
            midnight = datetime(2026, 6, number, tzinfo=ZONE)
            model = ModelledDay(UPPER_BAVARIA, ROOF, Clouds(weather, seed=number), Appliances(ZONE, seed=number))
            times = [midnight + timedelta(minutes=minute, seconds=30) for minute in range(MINUTES)]
            rows = [(model.pv_w(at), model.load_w(at)) for at in times]
            yield _day(f"{name}-06-{number:02}", name, midnight, here, rows)


def _midnight(name: str) -> datetime:
    """Local midnight of a day whose name holds its date."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", name)
    date = datetime.fromisoformat(found[0]) if found else datetime(2026, 6, 21)  # noqa: DTZ001
    return date.replace(tzinfo=ZONE)


def _day(name: str, weather: str, midnight: datetime, place: Sky, rows: list[tuple[float, float]]) -> Day:
    """PV runs linearly between the middles of the minutes, the load is held."""
    if len(rows) != MINUTES:
        raise ValueError(f"{name} has {len(rows)} rows; a day has one for each of its {MINUTES} minutes")
    pv_w, load_w = np.array(rows, dtype=float).T
    seconds = np.arange(FROM_S, TO_S)
    middles = np.arange(MINUTES) * 60 + 30
    return Day(name, weather, midnight.astimezone(UTC), place, np.interp(seconds, middles, pv_w), load_w[seconds // 60])
