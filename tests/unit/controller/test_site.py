"""A site: several Wattpilots share one sun and one fuse, and a home battery keeps what is its own."""

from datetime import timedelta

import pytest

from sunpilot.contract.house import HomeBattery, House
from sunpilot.contract.order import Mode
from sunpilot.contract.status import Car, Manual, ManualReason
from sunpilot.contract.wattpilot import PolicySettings
from tests.unit.controller.household import METER, Charger, Household


def test_two_wattpilots_follow_one_sun_without_swinging() -> None:
    home = Household(Charger(1), Charger(2))
    home.pv_w = 10_000
    home.pass_time(3600)
    assert home.grid_w == pytest.approx(0, abs=350)
    changes = [len({setpoint.amps for _, setpoint in one.sent[-120:]}) for one in home.chargers.values()]
    assert max(changes) <= 2
    first, second = home.chargers.values()
    assert first.power_w == pytest.approx(second.power_w, abs=700)


def test_the_first_in_line_gets_the_sun_and_the_second_what_is_left() -> None:
    home = Household(Charger(1, priority=2), Charger(2, priority=1))
    home.pv_w = 5000
    home.pass_time(1800)
    first, second = home.chargers.values()
    assert second.power_w == pytest.approx(4700, abs=350)
    assert first.power_w == 0
    assert first.reason == "sharing"
    assert "Another Wattpilot goes first" in first.said
    home.pv_w = 15_000
    home.pass_time(1800)
    assert second.power_w == pytest.approx(11_040)
    assert first.power_w == pytest.approx(15_000 - 300 - 11_040, abs=350)


def test_a_car_that_takes_less_leaves_the_rest_to_the_other() -> None:
    home = Household(Charger(1, priority=1, limit_a=8), Charger(2, priority=2))
    home.pv_w = 11_000
    home.pass_time(3600)
    assert home.chargers[1].power_w == pytest.approx(8 * 690)
    assert home.grid_w == pytest.approx(0, abs=700)


def test_who_is_full_or_away_leaves_it_all_to_the_other() -> None:
    home = Household(Charger(1, car=Car.IDLE), Charger(2))
    home.pv_w = 7000
    home.pass_time(900)
    assert home.chargers[2].power_w == pytest.approx(6700, abs=350)
    assert home.chargers[1].reason == "no_car"


def test_one_that_obeys_an_order_is_load_to_the_other() -> None:
    home = Household(Charger(1, mode=Mode.FIXED), Charger(2))
    home.pv_w = 9000
    home.pass_time(1800)
    assert home.chargers[1].power_w == 6 * 690
    assert home.chargers[2].power_w == pytest.approx(9000 - 300 - 6 * 690, abs=350)


def test_one_in_another_hand_is_load_to_the_other() -> None:
    home = Household(Charger(1), Charger(2))
    home.pv_w = 10_000
    home.pass_time(1800)
    first, second = home.chargers.values()
    first.manual, first.amps = Manual(since=home.now, reason=ManualReason.CHANGED), 12
    home.pass_time(1800)
    assert second.power_w == pytest.approx(max(0, 10_000 - 300 - first.power_w), abs=350)


def test_full_orders_share_the_fuse() -> None:
    home = Household(Charger(1, mode=Mode.FULL), Charger(2, mode=Mode.FULL), house=House(id=1, name="H", fuse_a=30))
    home.load_w = 1150  # 5 A, if all on one phase
    home.pass_time(300)
    assert [one.amps for one in home.chargers.values()] == [12, 12]
    assert home.worst_a <= 25


def test_without_readings_all_together_stay_ten_ampere_below_the_fuse() -> None:
    home = Household(Charger(1, mode=Mode.FULL), Charger(2, mode=Mode.FULL), house=House(id=1, name="H", fuse_a=32))
    home.with_readings = False
    home.pass_time(300)
    assert home.worst_a == 22


def test_an_order_that_goes_first_waits_until_the_other_has_let_go() -> None:
    home = Household(
        Charger(1, mode=Mode.FULL, priority=2), Charger(2, car=Car.IDLE), house=House(id=1, name="H", fuse_a=26)
    )
    home.pass_time(60)
    home.chargers[2].car, home.chargers[2].mode = Car.WAITING, Mode.FULL
    home.pass_time(300)
    assert home.worst_a <= 26
    assert home.chargers[2].amps == 16
    assert home.chargers[1].amps in (0, 8)


@pytest.mark.parametrize(
    ("battery", "soc_pct", "car_w"),
    [
        (HomeBattery.CAR_FIRST, 50, 5000),
        (HomeBattery.BATTERY_FIRST, 50, 2000),
        (HomeBattery.BATTERY_FIRST, 90, 5000),
        (HomeBattery.IGNORE, 90, 2000),
    ],
)
def test_who_goes_first_the_car_or_the_home_battery(battery: HomeBattery, soc_pct: float, car_w: float) -> None:
    """5.3 kW of sun, 0.3 kW of load, and a battery that takes 3 kW for as long as the car leaves them."""
    home = Household(Charger(1, policy=PolicySettings(phases=1)), house=House(id=1, name="H", battery=battery))
    home.pv_w, home.soc_pct = 5300, soc_pct
    for _ in range(240):
        left_w = home.pv_w - home.load_w - home.chargers[1].power_w
        home.battery_w = max(0.0, min(3000.0, left_w))
        home.pass_time(5)
    assert home.chargers[1].power_w == pytest.approx(min(car_w, 16 * 230), abs=200)


def test_what_the_battery_takes_first_is_said() -> None:
    house = House(id=1, name="H", battery=HomeBattery.BATTERY_FIRST, battery_soc_pct=80)
    home = Household(Charger(1), house=house)
    home.pv_w, home.battery_w, home.soc_pct = 3300, 3000, 42
    home.pass_time(60)
    assert home.chargers[1].reason == "battery_first"
    assert "up to 80 %; it is at 42 %" in home.chargers[1].said


def test_a_battery_is_not_emptied_into_the_car() -> None:
    """The sun goes, and the battery gives whatever is drawn: the grid shows 0, and the car stops all the same."""
    home = Household(Charger(1))
    home.pv_w, home.battery_w = 7000, 0.0
    home.pass_time(900)
    assert home.chargers[1].power_w > 5000
    home.pv_w = 0
    for _ in range(360):
        home.battery_w = -(home.load_w + home.chargers[1].power_w)
        home.pass_time(5)
    assert home.chargers[1].power_w == 0


def test_further_inverters_add_sun_to_what_is_said_and_nothing_to_the_grid() -> None:
    home = Household(Charger(1))
    home.pv_w, home.garage_w = 4000, 3000
    home.pass_time(900)
    assert home.grid_w == pytest.approx(0, abs=350)
    outcome = home.chargers[1].outcome
    assert outcome is not None
    assert outcome.decision.inputs.pv_w == 7000


def test_a_reading_of_a_further_inverter_starts_nothing() -> None:
    home = Household(Charger(1))
    home.garage_w, home.with_readings = 9000, False
    home.now += timedelta(seconds=5)
    assert home.site.see_reading(9, home.reading(), home.ruled, home.now) is None
    home.pass_time(300)
    assert home.chargers[1].reason == "first_reading"


def test_where_nobody_is_to_decide_a_reading_counts_once_and_an_older_one_not_at_all() -> None:
    home = Household()
    first = home.reading()
    home.now += timedelta(seconds=5)
    second = home.reading()
    assert home.site.see_reading(METER.id, second, {}, home.now) == []
    assert home.site.see_reading(METER.id, second, {}, home.now) is None
    assert home.site.see_reading(METER.id, first, {}, home.now) is None
    assert home.site.reading(home.now) == second
    assert home.site.own_w == 0.0  # there is no Wattpilot


def test_the_cars_power_is_unknown_as_soon_as_one_wattpilot_is_out_of_sight() -> None:
    home = Household(Charger(1, mode=Mode.FULL), Charger(2, mode=Mode.FULL))
    home.pass_time(120)
    assert home.site.own_w == home.site.known_w == home.site.car_w(home.now) == 2 * 16 * 690
    for _ in range(12):
        home.now += timedelta(seconds=5)
        home.site.controls[1].charger.see(home.chargers[1].status(), home.now)
        home.site.see_reading(METER.id, home.reading(), home.ruled, home.now)
    assert home.site.own_w is None
    assert home.site.car_w(home.now) is None
    assert home.site.known_w == 16 * 690


def test_another_meter_s_readings_say_nothing() -> None:
    home = Household(Charger(1))
    home.pass_time(60)
    assert home.site.reading(home.now) is not None
    home.grid = METER.model_copy(update={"id": 5})
    home.site.settle(home.premises, home.site.controls)
    assert home.site.reading(home.now) is None
