"""What is kept: only decisions that differ, powers every 10 s, energies by the day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sunpilot.contract.history import DayTotal
from sunpilot.contract.reading import Reading
from sunpilot.controller.history import History
from tests.unit.controller.household import NOON, Charger, Household

BERLIN = ZoneInfo("Europe/Berlin")


def reading(at: datetime, grid_w: float, pv_w: float | None = None) -> Reading:
    return Reading(source="meter", measured_at=at, received_at=at, grid_w=grid_w, pv_w=pv_w)


def test_only_a_decision_that_differs_is_kept() -> None:
    home, history = Household(Charger(1)), History()
    home.pv_w = 9000
    kept = []
    for _ in range(240):
        home.pass_time(5)
        outcome = home.chargers[1].outcome
        assert outcome is not None
        kept.append(history.decided(1, outcome.decision))
    reasons = [one.reason for one in kept if one is not None]
    assert reasons[0] == "starting_soon"
    assert 2 <= len(reasons) <= 12


def test_powers_are_kept_every_10_s() -> None:
    history = History()
    due = [history.is_due(2, NOON + timedelta(seconds=seconds)) for seconds in range(60)]
    assert sum(due) == 6
    assert history.is_due(3, NOON)
    assert history.is_due(2, NOON)  # the clock was set back


def test_the_energies_of_a_day_add_up() -> None:
    """One hour of 3 kW export, then one of 1 kW import with 4 kW into the car: 3 of the 4 kWh were sun."""
    history = History()
    day = None
    for minute in range(121):
        first_hour = minute <= 60
        grid_w, car_w = (-3000.0, 0.0) if first_hour else (1000.0, 4000.0)
        at = NOON + timedelta(minutes=minute)
        day = history.day(1, reading(at, grid_w, pv_w=5000), car_w, BERLIN) or day
    assert day is not None
    assert day.day == "2026-06-21"
    assert (day.export_wh, day.import_wh, day.car_wh, day.car_sun_wh) == pytest.approx((3000, 1000, 4000, 3000))
    assert day.pv_wh == pytest.approx(10_000)
    assert day.sun_share == pytest.approx(0.75)
    assert day.measured_s == pytest.approx(7200)


def test_a_new_day_begins_at_midnight_there_and_an_earlier_leader_s_count_goes_on() -> None:
    history = History()
    history.restore(1, DayTotal(day="2026-06-21", import_wh=500))
    before = datetime(2026, 6, 21, 21, 50, tzinfo=UTC)
    history.day(1, reading(before, 600), 0, BERLIN)
    same = history.day(1, reading(before + timedelta(minutes=6), 600), 0, BERLIN)
    assert same is not None
    assert same.import_wh == pytest.approx(560)
    after = history.day(1, reading(before + timedelta(minutes=12), 600), 0, BERLIN)
    assert after is not None
    assert after.day == "2026-06-22"
    assert after.import_wh == pytest.approx(60)


def test_a_gap_between_readings_is_not_guessed() -> None:
    history = History()
    history.day(1, reading(NOON, 5000), 0, BERLIN)
    assert history.day(1, reading(NOON + timedelta(hours=1), 5000), 0, BERLIN) is None
    assert history.day(1, reading(NOON, 5000), 0, BERLIN) is None
