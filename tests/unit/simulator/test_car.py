"""The car at the cable, walked through its states. Expected times and currents come from the model's parameters."""

import pytest

from sunpilot.simulator.car import Car, CarState


def give(car: Car, seconds: int, offered_a: float | None = 16, phases: int = 3) -> list[float]:
    """Offer `offered_a` for some seconds; the current of each second."""
    currents = []
    for _ in range(seconds):
        car.step(1.0, allowed=offered_a is not None, offered_a=offered_a, phases=phases)
        currents.append(car.current_a)
    return currents


def state_of(car: Car) -> CarState:
    """The state now; a type checker takes an attribute it has seen asserted for constant."""
    return car.state


def charging(car: Car) -> Car:
    """Plug in and charge with 16 A until the current stands still."""
    car.plug_in()
    give(car, 30)
    assert state_of(car) == CarState.CHARGING
    return car


def test_without_a_cable_nothing_happens() -> None:
    car = Car()
    assert give(car, 30) == [0.0] * 30
    assert state_of(car) == CarState.IDLE


def test_a_plugged_in_car_is_seen_within_a_second_and_charges_when_ready() -> None:
    car = Car(ready_s=5)
    car.plug_in()
    give(car, 1)
    assert state_of(car) == CarState.WAITING
    give(car, 4)
    assert state_of(car) == CarState.WAITING
    give(car, 1)
    assert state_of(car) == CarState.CHARGING


def test_current_ramps_with_two_ampere_a_second_to_a_little_less_than_offered() -> None:
    car = Car()
    car.plug_in()
    give(car, 6)
    currents = give(car, 10)
    assert currents[:7] == pytest.approx([2, 4, 6, 8, 10, 12, 14])
    assert currents[-1] == pytest.approx(0.97 * 16 - 0.1)


def test_power_is_that_of_three_phases_at_230_volt() -> None:
    car = charging(Car())
    assert car.power_w == pytest.approx(3 * 230 * (0.97 * 16 - 0.1) * 0.995)


def test_energy_is_power_over_time_and_goes_into_the_battery() -> None:
    car = charging(Car(stored_wh=20_000))
    before_wh, stored_wh = car.session_wh, car.stored_wh
    give(car, 60)
    gained_wh = car.power_w / 60
    assert car.session_wh - before_wh == pytest.approx(gained_wh)
    assert car.stored_wh - stored_wh == pytest.approx(gained_wh)


@pytest.mark.parametrize(("offered_a", "target_a"), [(6, 0.97 * 6 - 0.1), (10, 0.97 * 10 - 0.1)])
def test_a_new_offer_is_followed_within_three_seconds(offered_a: int, target_a: float) -> None:
    car = charging(Car())
    assert give(car, 3, offered_a)[-1] == pytest.approx(target_a)
    assert give(car, 3, 16)[-1] == pytest.approx(0.97 * 16 - 0.1)


@pytest.mark.parametrize("max_a", [16, 32])
def test_a_stop_ends_the_current_within_six_seconds_and_counts_as_a_pause(max_a: int) -> None:
    car = Car(max_a=max_a)
    car.plug_in()
    give(car, 40, offered_a=max_a)
    assert give(car, 6, None)[-1] == 0
    assert state_of(car) == CarState.COMPLETE


def test_a_paused_car_resumes_when_allowed_again() -> None:
    car = charging(Car(resume_s=8))
    give(car, 10, None)
    give(car, 8)
    assert state_of(car) == CarState.WAITING
    give(car, 2)
    assert state_of(car) == CarState.CHARGING


def test_a_stop_before_the_first_energy_leaves_the_car_waiting() -> None:
    car = Car()
    car.plug_in()
    give(car, 6)
    assert state_of(car) == CarState.CHARGING
    give(car, 2, None)
    assert state_of(car) == CarState.WAITING


def test_a_car_declines_less_than_its_minimum() -> None:
    car = charging(Car(min_a=8))
    give(car, 5, offered_a=7)
    assert (state_of(car), car.current_a) == (CarState.WAITING, 0)
    give(car, 15, offered_a=8)
    assert state_of(car) == CarState.CHARGING


@pytest.mark.parametrize(("car_phases", "box_phases", "drawing"), [(3, 3, 3), (3, 1, 1), (1, 3, 1), (2, 3, 2)])
def test_current_flows_in_the_phases_that_both_have(car_phases: int, box_phases: int, drawing: int) -> None:
    car = Car(phases=car_phases)
    car.plug_in()
    give(car, 30, phases=box_phases)
    assert [current > 0 for current in car.currents_a] == [phase < drawing for phase in range(3)]


def test_a_nearly_full_car_tapers_to_six_ampere_and_completes_for_good() -> None:
    car = Car(capacity_wh=50_000, stored_wh=47_000)
    car.plug_in()
    charged = [current for current in give(car, 3600) if current > 0]
    assert car.full
    assert state_of(car) == CarState.COMPLETE
    assert max(charged) == pytest.approx(0.97 * 16 - 0.1)
    stopping = 2
    assert charged[-stopping - 1] == pytest.approx(6, abs=0.1)
    assert give(car, 120) == [0.0] * 120


def test_pulling_the_cable_ends_all_at_once() -> None:
    car = charging(Car())
    energy_wh = car.session_wh
    car.unplug()
    assert (state_of(car), car.current_a, car.power_w) == (CarState.IDLE, 0, 0)
    assert car.session_wh == energy_wh
    car.plug_in()
    assert car.session_wh == 0


def test_some_cars_stay_in_the_state_of_charging_while_they_pause() -> None:
    car = charging(Car(stays_charging=True))
    give(car, 30, None)
    assert (state_of(car), car.current_a) == (CarState.CHARGING, 0)
    assert give(car, 10)[-1] == pytest.approx(0.97 * 16 - 0.1)


def test_a_stubborn_car_resumes_only_after_unplugging() -> None:
    car = charging(Car(stubborn=True))
    give(car, 30, None)
    assert give(car, 120) == [0.0] * 120
    car.unplug()
    assert charging(car).current_a > 0


def test_a_sleepy_car_needs_a_minute() -> None:
    car = Car(ready_s=60)
    car.plug_in()
    give(car, 59)
    assert state_of(car) == CarState.WAITING
    give(car, 5)
    assert state_of(car) == CarState.CHARGING


def test_a_full_car_wakes_now_and_then_for_its_own_needs() -> None:
    car = Car(stored_wh=50_000, capacity_wh=50_000, wakes_every_s=600)
    car.plug_in()
    car.session_wh = 1.0
    car._enter(CarState.COMPLETE)
    powers_w = []
    for _ in range(1300):
        car.step(1.0, allowed=True, offered_a=16, phases=3)
        powers_w.append(car.power_w)
    awake = [power_w for power_w in powers_w if power_w]
    assert max(awake) == pytest.approx(300)
    assert 55 <= len(awake) <= 70
