"""What is kept: only decisions that differ, powers every 10 s, energies by the day."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.contract.decision import Text
from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action
from sunpilot.controller.history import History
from tests.unit.controller.household import NOON, Charger, Household

HOUSE = House(id=1, name="House", time_zone="Europe/Berlin", import_price=0.3, feed_in_price=0.1, currency="CHF")


def reading(at: datetime, grid_w: float, pv_w: float | None = None, battery_w: float | None = None) -> Reading:
    return Reading(source="meter", measured_at=at, received_at=at, grid_w=grid_w, pv_w=pv_w, battery_w=battery_w)


def quarter(end: datetime, grid_w: float) -> Reading:
    """The mean of a quarter of an hour, which is told of later."""
    return reading(end, grid_w).model_copy(update={"averaged_s": 900.0, "received_at": end + timedelta(minutes=20)})


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


def test_a_current_that_the_sentence_does_not_depend_on_is_no_news() -> None:
    home, history = Household(Charger(1)), History()
    home.pv_w = 9000
    home.pass_time(600)
    outcome = home.chargers[1].outcome
    assert outcome is not None
    asleep = Text(en="The car does not draw.", de="Das Auto zieht nichts.")
    kept = [
        history.decided(1, outcome.decision.model_copy(update={"amps": amps, "text": text, "action": action}))
        for amps, text, action in (
            (6, asleep, Action.CHARGE),
            (9, asleep, Action.CHARGE),
            (6, asleep, Action.CHARGE),
            (6, asleep, Action.STOP),
            (6, Text(en="6 A", de="6 A"), Action.STOP),
            (7, Text(en="7 A", de="7 A"), Action.STOP),
        )
    ]
    assert [one is not None for one in kept] == [True, False, False, True, False, True]


def test_powers_are_kept_every_10_s() -> None:
    history = History()
    kept = []
    for seconds in range(60):
        now = NOON + timedelta(seconds=seconds)
        if history.is_due(2, now):
            kept.append(history.sample(2, reading(NOON, -300), None, now))
    assert [one.at.second for one in kept] == [0, 10, 20, 30, 40, 50]
    assert (kept[0].grid_w, kept[0].pv_w, kept[0].car_w) == (-300, None, None)
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
        day = history.day(HOUSE, reading(at, grid_w, pv_w=5000), car_w) or day
    assert day is not None
    assert day.day == "2026-06-21"
    assert (day.export_wh, day.import_wh, day.car_wh, day.car_sun_wh) == pytest.approx((3000, 1000, 4000, 3000))
    assert day.pv_wh == pytest.approx(10_000)
    assert day.sun_share == pytest.approx(0.75)
    assert day.measured_s == pytest.approx(7200)
    assert day.load_wh == pytest.approx(2000 + 6000)
    assert (day.battery_charged_wh, day.battery_discharged_wh) == (None, None)
    assert (day.import_price, day.feed_in_price, day.currency) == (0.3, 0.1, "CHF")
    # While the car charged, 1 kW was bought; without it, 3 kW would have been sold.
    assert day.charging_s == pytest.approx(3600)
    assert (day.charging_grid_wh, day.charging_without_wh) == pytest.approx((1000, 3000))


def test_what_cars_took_out_of_sight_is_counted_nowhere() -> None:
    """Half an hour of 4 kW into a car, then half an hour of which nobody knows; 1 kW is bought all the while."""
    history = History()
    day = None
    for minute in range(61):
        at = NOON + timedelta(minutes=minute)
        day = history.day(HOUSE, reading(at, 1000.0, pv_w=5000), 4000.0 if minute <= 30 else None) or day
    assert day is not None
    assert (day.measured_s, day.car_measured_s, day.charging_s) == pytest.approx((3600, 1800, 1800))
    assert (day.import_wh, day.car_wh, day.car_sun_wh) == pytest.approx((1000, 2000, 1500))
    assert (day.charging_grid_wh, day.charging_without_wh) == pytest.approx((500, 1500))


def test_cars_that_were_never_seen_took_nobody_knows_what_and_where_there_are_none_they_took_nothing() -> None:
    for car_w, car_wh in ((None, None), (0.0, 0.0)):
        history = History()
        history.day(HOUSE, reading(NOON, 1000.0), car_w)
        day = history.day(HOUSE, reading(NOON + timedelta(minutes=6), 1000.0), car_w)
        assert day is not None
        assert (day.import_wh, day.car_wh, day.car_sun_wh) == (100, car_wh, car_wh)
        assert day.sun_share is None


def test_what_an_earlier_leader_has_counted_is_not_counted_again_and_the_time_since_is() -> None:
    earlier, later = History(), History()
    counted = earlier.day(HOUSE, quarter(NOON, 4000), 0)
    assert counted is not None
    assert counted.measured_until == NOON
    later.restore(1, counted)
    assert later.day(HOUSE, quarter(NOON, 4000), 0) is None
    next_one = later.day(HOUSE, reading(NOON + timedelta(minutes=6), 1000), 0)
    assert next_one is not None
    assert next_one.import_wh == pytest.approx(1000 + 100)


def test_what_the_home_battery_takes_and_gives_is_counted_apart() -> None:
    """Half an hour of 2 kW into it, half an hour of 1 kW out of it: the house took 1 and 3 kW."""
    history = History()
    day = None
    for minute in range(61):
        battery_w = 2000.0 if minute <= 30 else -1000.0
        at = NOON + timedelta(minutes=minute)
        day = history.day(HOUSE, reading(at, -1000.0, 4000.0 if minute <= 30 else 3000.0, battery_w), 0) or day
    assert day is not None
    assert (day.battery_charged_wh, day.battery_discharged_wh) == pytest.approx((1000, 500))
    assert day.load_wh == pytest.approx(500 + 1500)
    assert (day.charging_s, day.charging_grid_wh) == (0, 0)


@pytest.mark.parametrize(
    ("at", "day", "began_at"),
    [
        (datetime(2026, 6, 21, 22, 30, tzinfo=UTC), "2026-06-22", datetime(2026, 6, 21, 22, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (datetime(2026, 3, 30, 12, tzinfo=UTC), "2026-03-30", datetime(2026, 3, 29, 22, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_there_also_when_the_clocks_change(at: datetime, day: str, began_at: datetime) -> None:
    history = History()
    history.day(HOUSE, reading(at, 100), 0)
    total = history.day(HOUSE, reading(at + timedelta(minutes=1), 100), 0)
    assert total is not None
    assert (total.day, total.began_at) == (day, began_at)


def test_a_new_day_begins_at_midnight_there_and_an_earlier_leader_s_count_goes_on() -> None:
    history = History()
    history.restore(1, DayTotal(day="2026-06-21", import_wh=500))
    before = datetime(2026, 6, 21, 21, 50, tzinfo=UTC)
    history.day(HOUSE, reading(before, 600), 0)
    same = history.day(HOUSE, reading(before + timedelta(minutes=6), 600), 0)
    assert same is not None
    assert same.import_wh == pytest.approx(560)
    most_before = history.day(HOUSE, reading(before + timedelta(minutes=12), 600), 0)
    assert most_before is not None
    assert most_before.day == "2026-06-21"
    assert most_before.import_wh == pytest.approx(620)
    after = history.day(HOUSE, reading(before + timedelta(minutes=18), 600), 0)
    assert after is not None
    assert after.day == "2026-06-22"
    assert after.import_wh == pytest.approx(60)


def test_a_gap_between_readings_is_not_guessed() -> None:
    history = History()
    history.day(HOUSE, reading(NOON, 5000), 0)
    assert history.day(HOUSE, reading(NOON + timedelta(hours=1), 5000), 0) is None
    assert history.day(HOUSE, reading(NOON, 5000), 0) is None


def test_a_mean_speaks_for_its_own_window_after_a_gap_and_after_a_restart() -> None:
    history = History()
    first = history.day(HOUSE, quarter(NOON, 4000), 0)
    assert first is not None
    assert first.measured_s == 900
    assert first.import_wh == pytest.approx(1000)
    after = history.day(HOUSE, quarter(NOON + timedelta(hours=1), 4000), 0)
    assert after is not None
    assert after.measured_s == 1800
    assert after.import_wh == pytest.approx(2000)


def test_the_last_quarter_of_a_day_is_that_day_s_also_when_it_is_told_of_after_a_restart() -> None:
    history = History()
    midnight = datetime(2026, 6, 21, 22, tzinfo=UTC)
    history.restore(1, DayTotal(day="2026-06-21", import_wh=500))
    history.restore(1, DayTotal(day="2026-06-22", import_wh=7))
    last = history.day(HOUSE, quarter(midnight, 400), 0)
    assert last is not None
    assert last.day == "2026-06-21"
    assert last.import_wh == pytest.approx(600)
    assert last.began_at == midnight - timedelta(days=1)
    first = history.day(HOUSE, quarter(midnight + timedelta(minutes=15), 400), 0)
    assert first is not None
    assert first.day == "2026-06-22"
    assert first.import_wh == pytest.approx(107)
