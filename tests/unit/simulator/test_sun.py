"""Sun position, clear sky and roof, against published values and an independent integration."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sunpilot.simulator.sun import (
    Place,
    Plane,
    Roof,
    air_mass,
    direct_beam_w_m2,
    plane_irradiance_w_m2,
    sun_position,
)
from sunpilot.simulator.sun import SunPosition as Sun

BERLIN = ZoneInfo("Europe/Berlin")
PLACE = Place(48.0, 12.0, altitude_m=450)
ROOF = Roof((Plane(10, 40, 90), Plane(10, 40, 270)), ac_limit_w=11_000)


def june(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 21, hour, minute, tzinfo=BERLIN)


def test_the_midsummer_sun_culminates_at_90_minus_latitude_plus_obliquity() -> None:
    highest = max(sun_position(PLACE, june(12) + timedelta(minutes=m)).elevation_deg for m in range(180))
    assert highest == pytest.approx(90 - 48 + 23.44, abs=0.05)


def test_the_equinox_sun_rises_in_the_east() -> None:
    rising = next(
        position
        for minute in range(240, 600)
        if (
            position := sun_position(PLACE, datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minute))
        ).elevation_deg
        > 0
    )
    assert rising.azimuth_deg == pytest.approx(90, abs=1)


@pytest.mark.parametrize(("elevation_deg", "published"), [(90, 1.0), (60, 1.154), (30, 1.994), (10, 5.59), (0, 37.92)])
def test_air_mass_agrees_with_the_table_of_kasten_and_young(elevation_deg: float, published: float) -> None:
    assert air_mass(elevation_deg) == pytest.approx(published, rel=0.005)


def test_the_zenith_sun_at_sea_level_brings_seven_tenths_of_the_solar_constant() -> None:
    assert direct_beam_w_m2(90, altitude_m=0) == pytest.approx(0.7 * 1353, rel=0.001)


def test_a_plane_that_faces_the_sun_gets_the_whole_beam() -> None:
    facing = plane_irradiance_w_m2(Plane(1, tilt_deg=60, azimuth_deg=90), Sun(30, 90), 800)
    edge_on = plane_irradiance_w_m2(Plane(1, tilt_deg=60, azimuth_deg=270), Sun(30, 90), 800)
    assert facing - edge_on == pytest.approx(800)


def test_a_roof_gives_nothing_from_sunset_to_sunrise() -> None:
    assert [ROOF.power_w(PLACE, june(hour)) for hour in (0, 1, 2, 3, 4, 5, 22, 23)] == [0.0] * 8


def test_morning_belongs_to_the_east_and_evening_to_the_west() -> None:
    east, west = (Roof((plane,), 11_000) for plane in ROOF.planes)
    assert east.power_w(PLACE, june(8)) > 2 * west.power_w(PLACE, june(8))
    assert west.power_w(PLACE, june(19)) > 2 * east.power_w(PLACE, june(19))


def test_the_inverter_cuts_at_its_limit_around_noon() -> None:
    assert ROOF.power_w(PLACE, june(13, 15)) == 11_000


def test_a_clear_midsummer_day_is_plausible_for_twenty_kwp() -> None:
    energy_kwh = sum(ROOF.power_w(PLACE, june(0) + timedelta(minutes=m)) for m in range(1440)) / 60_000
    assert 100 < energy_kwh < 150


def test_clouds_take_their_share() -> None:
    assert ROOF.power_w(PLACE, june(9), transmission=0.5) == pytest.approx(ROOF.power_w(PLACE, june(9)) / 2)
