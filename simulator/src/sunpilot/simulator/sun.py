"""The sun over a place, and what a roof makes of it.

Position from astral. Direct beam on a clear day: Meinel and Meinel (1976) with Laue's (1970) term for altitude,
1353 W/m² · ((1 − 0.14 h) · 0.7^(AM^0.678) + 0.14 h), h in km; relative air mass AM: Kasten and Young (1989).
Diffuse light is a tenth of the beam, from all of the sky alike; the ground gives back a fifth.
"""

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sin

from astral import Observer
from astral.sun import zenith_and_azimuth

SOLAR_CONSTANT_W_M2 = 1353.0  # as in Meinel's formula
DIFFUSE_SHARE = 0.1  # of the direct beam
ALBEDO = 0.2
FULL_DISC_DEG = 1.0  # hills and the rim of the air: the beam grows from nothing over the first degree


@dataclass(frozen=True, slots=True)
class Place:
    """A point on earth: degrees north and east, metres above the sea."""

    latitude: float
    longitude: float
    altitude_m: float = 450.0


@dataclass(frozen=True, slots=True)
class SunPosition:
    """Elevation above the horizon and azimuth (0 north, 90 east), in degrees."""

    elevation_deg: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class Plane:
    """PV modules in one plane: peak power, tilt (0 flat), azimuth they look to (90 east, 180 south, 270 west)."""

    kwp: float
    tilt_deg: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class Roof:
    """All planes behind one inverter, which cuts at `ac_limit_w`.

    `performance` is the AC power over nameplate × irradiance: what heat, dirt, cables and inverter leave.
    """

    planes: tuple[Plane, ...]
    ac_limit_w: float
    performance: float = 0.87

    def power_w(self, place: Place, at: datetime, transmission: float = 1.0) -> float:
        """AC power in W at the aware time `at`; `transmission` is the share of light that the clouds let through."""
        position = sun_position(place, at)
        beam_w_m2 = direct_beam_w_m2(position.elevation_deg, place.altitude_m)
        if beam_w_m2 == 0:
            return 0.0
        dc_w = sum(plane.kwp * plane_irradiance_w_m2(plane, position, beam_w_m2) for plane in self.planes)
        return min(self.ac_limit_w, dc_w * self.performance * transmission)


def sun_position(place: Place, at: datetime) -> SunPosition:
    """Where the sun stands at the aware time `at`, refraction included."""
    observer = Observer(place.latitude, place.longitude, place.altitude_m)
    zenith_deg, azimuth_deg = zenith_and_azimuth(observer, at)
    return SunPosition(90.0 - zenith_deg, azimuth_deg)


def air_mass(elevation_deg: float) -> float:
    """Relative optical air mass for an elevation ≥ 0 (Kasten and Young 1989): 1 in the zenith, 38 at the horizon."""
    correction = float(0.50572 * (elevation_deg + 6.07995) ** -1.6364)
    return 1.0 / (sin(radians(elevation_deg)) + correction)


def direct_beam_w_m2(elevation_deg: float, altitude_m: float) -> float:
    """Irradiance of the clear sky's direct beam on a surface facing the sun; 0 below the horizon."""
    if elevation_deg <= 0:
        return 0.0
    altitude_term = 0.14 * altitude_m / 1000
    through_air = float(0.7 ** (air_mass(elevation_deg) ** 0.678))
    transmittance = (1 - altitude_term) * through_air + altitude_term
    return SOLAR_CONSTANT_W_M2 * transmittance * min(1.0, elevation_deg / FULL_DISC_DEG)


def plane_irradiance_w_m2(plane: Plane, position: SunPosition, beam_w_m2: float) -> float:
    """Irradiance on a tilted plane: beam at its angle, isotropic diffuse sky, light from the ground."""
    elevation, tilt = radians(position.elevation_deg), radians(plane.tilt_deg)
    turn = radians(position.azimuth_deg - plane.azimuth_deg)
    incidence = sin(elevation) * cos(tilt) + cos(elevation) * sin(tilt) * cos(turn)
    diffuse_w_m2 = DIFFUSE_SHARE * beam_w_m2
    horizontal_w_m2 = beam_w_m2 * sin(elevation) + diffuse_w_m2
    return (
        beam_w_m2 * max(0.0, incidence)
        + diffuse_w_m2 * (1 + cos(tilt)) / 2
        + ALBEDO * horizontal_w_m2 * (1 - cos(tilt)) / 2
    )
