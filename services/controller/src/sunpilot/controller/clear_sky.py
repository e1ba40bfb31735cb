"""An old surplus brought up to date by the sun's way across the sky: what is known for certain about the next minutes.

A clear sky's light on the ground by Haurwitz (1945): 1098 W/m² · sin h · exp(−0.057 / sin h), h the sun's elevation.
Its position from declination and equation of time (Spencer 1971), good to a third of a degree. The roof's direction is
not known and hardly matters over minutes; clouds are taken to stay.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, exp, pi, radians, sin

SAMPLES = 5
"""Points in a window that stand for its mean."""

LEAST_RATIO, LARGEST_RATIO = 0.3, 3.0
"""Near the horizon the ratio of two small numbers says nothing."""

USUAL_LOAD_W = 800.0
"""The house's load where no reading tells the PV power."""

REPEAT_S = 180.0
"""How often an old reading is carried forward."""

OLD_S = 300.0
"""An average over a shorter window is good as it is."""


@dataclass(frozen=True, slots=True)
class Window:
    """What an average speaks of: ``seconds`` up to ``end``."""

    end: datetime
    seconds: float = 0.0


def is_old(averaged_s: float) -> bool:
    """Whether an average over so many seconds is worth carrying forward."""
    return averaged_s > OLD_S


@dataclass(frozen=True, slots=True)
class Sky:
    """The clear sky over a place; degrees north and east."""

    latitude: float
    longitude: float

    def light_w_m2(self, at: datetime) -> float:
        """Light on the ground under a clear sky."""
        elevation = self._sine_of_elevation(at)
        return 1098.0 * elevation * exp(-0.057 / elevation) if elevation > 0 else 0.0

    def carried_w(self, surplus_w: float, pv_w: float | None, window: Window, now: datetime) -> float:
        """The surplus to be expected for the next minutes, from one measured over an old window."""
        aim = now + timedelta(seconds=REPEAT_S / 2)
        step = timedelta(seconds=window.seconds / SAMPLES)
        then = sum(self.light_w_m2(window.end - step * (place + 0.5)) for place in range(SAMPLES)) / SAMPLES
        if then <= 0:
            return surplus_w
        ratio = max(LEAST_RATIO, min(LARGEST_RATIO, self.light_w_m2(aim) / then))
        generated_w = max(0.0, surplus_w + USUAL_LOAD_W if pv_w is None else pv_w)
        return surplus_w + generated_w * (ratio - 1)

    def _sine_of_elevation(self, at: datetime) -> float:
        utc = at.astimezone(UTC)
        hours = utc.hour + utc.minute / 60 + utc.second / 3600
        day = 2 * pi * (utc.timetuple().tm_yday - 1 + (hours - 12) / 24) / 365
        declination = (
            0.006918 - 0.399912 * cos(day) + 0.070257 * sin(day) - 0.006758 * cos(2 * day) + 0.000907 * sin(2 * day)
        )
        equation_min = 229.18 * (
            0.000075 + 0.001868 * cos(day) - 0.032077 * sin(day) - 0.014615 * cos(2 * day) - 0.040849 * sin(2 * day)
        )
        solar_hours = hours + self.longitude / 15 + equation_min / 60
        hour_angle, latitude = radians(15 * (solar_hours - 12)), radians(self.latitude)
        return sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
