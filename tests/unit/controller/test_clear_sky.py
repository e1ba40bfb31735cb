"""The clear sky, against astral's sun, and what it makes of an old average."""

from datetime import UTC, datetime, timedelta
from math import exp, radians, sin

import pytest
from astral import Observer
from astral.sun import elevation
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.controller.clear_sky import Sky, Window

MUNICH = Sky(48.14, 11.58)
QUARTER = 900.0


@pytest.mark.parametrize("month", [1, 3, 6, 9, 12])
@pytest.mark.parametrize("hour", [6, 8, 11, 14, 17])
def test_the_light_is_that_of_haurwitz_at_astrals_elevation(month: int, hour: int) -> None:
    at = datetime(2026, month, 21, hour, tzinfo=UTC)
    sine = sin(radians(elevation(Observer(48.14, 11.58), at, with_refraction=False)))
    expected_w_m2 = 1098 * sine * exp(-0.057 / sine) if sine > 0 else 0
    assert MUNICH.light_w_m2(at) == pytest.approx(expected_w_m2, abs=12)  # a third of a degree, in March


def test_a_morning_average_is_raised_and_an_evening_one_lowered() -> None:
    morning, evening = datetime(2026, 6, 21, 6, tzinfo=UTC), datetime(2026, 6, 21, 17, tzinfo=UTC)
    assert MUNICH.carried_w(2000, 3000, Window(morning, QUARTER), morning + timedelta(minutes=5)) > 2200
    assert MUNICH.carried_w(2000, 3000, Window(evening, QUARTER), evening + timedelta(minutes=5)) < 1800


def test_only_the_generation_is_carried_not_the_house() -> None:
    end = datetime(2026, 6, 21, 6, tzinfo=UTC)
    now = end + timedelta(minutes=8)
    some = MUNICH.carried_w(0, 3000, Window(end, QUARTER), now)
    assert MUNICH.carried_w(-1500, 3000, Window(end, QUARTER), now) == pytest.approx(some - 1500)
    assert MUNICH.carried_w(-1500, 0, Window(end, QUARTER), now) == -1500


def test_unknown_generation_is_taken_as_the_surplus_and_a_usual_load() -> None:
    end = datetime(2026, 6, 21, 6, tzinfo=UTC)
    now = end + timedelta(minutes=8)
    known_w = MUNICH.carried_w(1000, 1800, Window(end, QUARTER), now)
    assert MUNICH.carried_w(1000, None, Window(end, QUARTER), now) == known_w


def test_at_night_nothing_is_carried() -> None:
    midnight = datetime(2026, 6, 21, 23, tzinfo=UTC)
    assert MUNICH.carried_w(-300, 0, Window(midnight, QUARTER), midnight + timedelta(minutes=8)) == -300


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    surplus_w=st.floats(-50_000, 50_000),
    pv_w=st.none() | st.floats(-100, 50_000),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    late_s=st.floats(0, 3600),
)
def test_whatever_the_place_the_ratio_stays_within_its_bounds(
    latitude: float, longitude: float, surplus_w: float, pv_w: float | None, at: datetime, late_s: float
) -> None:
    end = at.replace(tzinfo=UTC)
    carried_w = Sky(latitude, longitude).carried_w(
        surplus_w, pv_w, Window(end, QUARTER), end + timedelta(seconds=late_s)
    )
    generated_w = max(0.0, surplus_w + 800 if pv_w is None else pv_w)
    slack_w = abs(pv_w or 0) + 1e-6
    assert surplus_w - 0.7 * generated_w - slack_w <= carried_w <= surplus_w + 2 * generated_w + slack_w
