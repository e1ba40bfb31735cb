"""A deadline: when charging from the grid must begin, what was delivered, and what is said of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.order import Deadline
from sunpilot.controller.deadline import Delivery, count, forecast, plan

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 6, 21, 22, 0, tzinfo=BERLIN)
SEVEN = datetime(2026, 6, 22, 7, 0, tzinfo=BERLIN)
DEADLINE = Deadline(energy_wh=20_000, at=SEVEN.astimezone(UTC), set_at=EVENING.astimezone(UTC))
POWER_W = 4800.0
NOTHING = Delivery(set_at=DEADLINE.set_at)


def test_the_grid_is_left_alone_until_the_last_moment_that_is_in_time() -> None:
    found = plan(DEADLINE, NOTHING, POWER_W, 16, EVENING)
    assert found.needs_s == pytest.approx(20_000 / POWER_W * 3600)  # 4 h 10 min
    assert not found.is_due
    left = SEVEN - found.starts_at - timedelta(seconds=found.needs_s)
    assert timedelta(minutes=5) < left < timedelta(minutes=20)
    assert not plan(DEADLINE, NOTHING, POWER_W, 16, found.starts_at - timedelta(seconds=1)).is_due
    assert plan(DEADLINE, NOTHING, POWER_W, 16, found.starts_at).is_due


def test_what_the_sun_delivers_puts_the_start_off() -> None:
    half = NOTHING.model_copy(update={"delivered_wh": 10_000.0})
    assert (
        plan(DEADLINE, half, POWER_W, 16, EVENING).starts_at > plan(DEADLINE, NOTHING, POWER_W, 16, EVENING).starts_at
    )
    done = NOTHING.model_copy(update={"delivered_wh": 20_000.0})
    assert plan(DEADLINE, done, POWER_W, 16, SEVEN).is_met
    assert not plan(DEADLINE, done, POWER_W, 16, SEVEN).is_due


def test_once_begun_it_goes_on_while_it_charges_as_planned() -> None:
    now, delivered_wh, begun, changes = EVENING, 0.0, False, 0
    while now < SEVEN:
        delivery = Delivery(set_at=DEADLINE.set_at, delivered_wh=delivered_wh, from_grid=begun)
        is_due = plan(DEADLINE, delivery, POWER_W, 16, now).is_due
        changes += is_due is not begun
        begun = is_due
        delivered_wh += POWER_W / 60 if is_due else 0.0
        now += timedelta(minutes=1)
    assert delivered_wh == pytest.approx(20_000, abs=POWER_W / 60)
    assert changes == 2  # one start, and one end


def test_the_counter_tells_what_was_delivered_also_after_an_outage() -> None:
    delivery = count(None, DEADLINE, 1_000_000.0)
    assert delivery.delivered_wh == 0
    delivery = count(Delivery.model_validate_json(delivery.model_dump_json()), DEADLINE, None)
    delivery = count(delivery, DEADLINE, 1_004_500.0)
    assert delivery.delivered_wh == 4500


def test_a_counter_that_jumps_back_loses_nothing() -> None:
    delivery = count(count(None, DEADLINE, 5000.0), DEADLINE, 7000.0)
    delivery = count(count(delivery, DEADLINE, 100.0), DEADLINE, 600.0)
    assert delivery.delivered_wh == 2500


def test_a_new_deadline_counts_from_its_own_start() -> None:
    delivery = count(count(None, DEADLINE, 5000.0), DEADLINE, 7000.0)
    other = DEADLINE.model_copy(update={"set_at": DEADLINE.set_at + timedelta(hours=1)})
    assert count(delivery, other, 7000.0) == Delivery(set_at=other.set_at, counter_wh=7000.0)


def test_the_forecast_names_energy_time_current_and_start() -> None:
    found = plan(DEADLINE, NOTHING, POWER_W, 16, EVENING)
    starts = f"{found.starts_at.astimezone(BERLIN):%H:%M}"
    said = forecast(found, BERLIN, EVENING)
    assert said.en == f"20.0 kWh by 07:00 needs 4 h 10 min at 16 A: starts at {starts} unless the sun delivers before."
    assert said.de.startswith("20,0 kWh bis 07:00 braucht 4 h 10 min mit 16 A: Start um")


def test_it_is_said_when_the_time_does_not_do() -> None:
    late = SEVEN - timedelta(hours=1)
    assert "later than 07:00" in forecast(plan(DEADLINE, NOTHING, POWER_W, 16, late), BERLIN, late).en
    done = NOTHING.model_copy(update={"delivered_wh": 20_000.0})
    assert "is in the car" in forecast(plan(DEADLINE, done, POWER_W, 16, late), BERLIN, late).en


@given(st.floats(1, 200_000), st.floats(0, 25_000), st.integers(0, 48 * 3600), st.floats(0, 300_000), st.booleans())
def test_any_deadline_has_a_plan_and_a_sentence(
    energy_wh: float, power_w: float, away_s: int, delivered_wh: float, begun: bool
) -> None:
    deadline = DEADLINE.model_copy(update={"energy_wh": energy_wh})
    delivery = Delivery(set_at=DEADLINE.set_at, delivered_wh=delivered_wh, from_grid=begun)
    now = SEVEN - timedelta(seconds=away_s)
    found = plan(deadline, delivery, power_w, 16, now)
    assert forecast(found, BERLIN, now).en
    assert found.is_due <= (not found.is_met)
