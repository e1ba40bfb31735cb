"""The surplus: both parts at the same time."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.contract.reading import Reading
from sunpilot.controller.power_history import PowerHistory
from sunpilot.controller.surplus import align

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


def history_with_a_step(step_s: int, before_w: float, after_w: float) -> PowerHistory:
    """Ten minutes up to noon, with the power changing ``step_s`` seconds before noon."""
    history = PowerHistory()
    for second in range(-600, 1, 5):
        history.add(NOON + timedelta(seconds=second), before_w if second < -step_s else after_w)
    return history


def test_a_stamped_reading_meets_the_power_at_its_own_time_not_the_present_one() -> None:
    # The grid was measured 120 s ago, when the car still drew nothing; since 60 s it draws 7 kW.
    history = history_with_a_step(60, 0, 7000)
    reading = Reading(source="meter", measured_at=NOON - timedelta(seconds=120), received_at=NOON, grid_w=-7200)
    surplus = align(reading, history, None)
    assert surplus is not None
    assert surplus.surplus_w == 7200  # and not 14 200, which would charge from the grid


def test_an_average_meets_the_mean_of_its_own_window() -> None:
    history = history_with_a_step(300, 0, 6000)
    reading = Reading(source="v2", measured_at=NOON, averaged_s=600, received_at=NOON, grid_w=-1000)
    surplus = align(reading, history, None)
    assert surplus is not None
    assert surplus.own_w == pytest.approx(3000, rel=0.02)


@pytest.mark.parametrize(("load_w", "own_w"), [(500, 0), (7500, 7000)])
def test_of_the_possible_ages_the_one_with_the_usual_house_load_is_taken(load_w: float, own_w: float) -> None:
    history = history_with_a_step(100, 0, 7000)
    reading = Reading(source="v1", age_s=(0, 360), received_at=NOON, grid_w=-2000, load_w=load_w)
    surplus = align(reading, history, 480)
    assert surplus is not None
    assert surplus.own_w == own_w
    assert surplus.surplus_w == own_w + 2000


def test_steady_power_needs_no_load_to_tell_the_age() -> None:
    reading = Reading(source="v1", age_s=(0, 360), received_at=NOON, grid_w=-2000)
    surplus = align(reading, history_with_a_step(0, 4100, 4100), None)
    assert surplus is not None
    assert surplus.own_w == pytest.approx(4100)


def test_an_unknown_grid_or_own_power_gives_no_surplus() -> None:
    history = history_with_a_step(0, 0, 0)
    unknown_grid = Reading(source="meter", measured_at=NOON, received_at=NOON)
    assert align(unknown_grid, history, None) is None
    reading = Reading(source="meter", measured_at=NOON, received_at=NOON, grid_w=-5000)
    assert align(reading, PowerHistory(), None) is None
    changing = Reading(source="v1", age_s=(0, 360), received_at=NOON, grid_w=-2000)
    assert align(changing, history_with_a_step(100, 0, 7000), None) is None


def test_an_appliance_that_goes_on_does_not_look_like_the_car() -> None:
    history = history_with_a_step(5, 3300, 2630)  # the car was lowered by 670 W, 5 s ago
    before = Reading(source="v1", age_s=(0, 0), received_at=NOON - timedelta(seconds=30), grid_w=550, load_w=4330)
    seen = align(before, history, 430)  # the last load was 430 W; nothing but the house can have risen to 1030 W
    assert seen is not None
    assert seen.house_load_w == 1030
    reading = Reading(source="v1", age_s=(0, 10), received_at=NOON, grid_w=-120, load_w=3660)
    surplus = align(reading, history, seen.house_load_w)
    assert surplus is not None
    assert surplus.own_w == 2630
