"""Appliances: a plausible household, the same for the same seed."""

from datetime import datetime, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

from sunpilot.simulator.appliances import Appliances

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 21, tzinfo=BERLIN)


def day_w(seed: int, day: int = 0) -> list[float]:
    appliances = Appliances(BERLIN, seed)
    return [appliances.load_w(MIDNIGHT + timedelta(days=day, minutes=minute)) for minute in range(1440)]


def test_a_day_needs_what_a_small_household_needs() -> None:
    week_kwh = [sum(day_w(1, day)) / 60_000 for day in range(7)]
    assert all(6 < energy_kwh < 14 for energy_kwh in week_kwh)


def test_the_night_is_quiet_and_the_evening_is_not() -> None:
    day = day_w(1)
    assert max(day[:300]) < 400
    assert max(day[17 * 60 : 21 * 60]) > 1500
    assert mean(day[17 * 60 : 21 * 60]) > 2 * mean(day[:300])


def test_the_load_is_never_zero() -> None:
    assert min(day_w(2)) > 100


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    assert day_w(1) == day_w(1)
    assert day_w(1) != day_w(2)
    assert day_w(1, 0) != day_w(1, 1)
