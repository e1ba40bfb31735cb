"""What is kept of a source: the last reading, what went wrong, and how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.budget import DAY, Budget, Limit
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.memory import Memory

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
V1 = Budget(75.0, (Limit(290, DAY),))
POWERS = st.none() | st.floats(-20_000, 20_000)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def blocked(at: datetime = NOON) -> Memory:
    """Asked too often: left alone for 16 minutes."""
    return Memory().failed(SourceError(Outcome.RATE_LIMITED, Text(en="no", de="nein")), at, V1)


@given(POWERS, POWERS, POWERS, POWERS, st.none() | st.floats(0, 100))
def test_what_is_unknown_stays_unknown_and_what_is_known_stays_as_it_is(
    grid_w: float | None, pv_w: float | None, load_w: float | None, battery_w: float | None, soc_pct: float | None
) -> None:
    measurement = Measurement(
        "meter", NOON, grid_w=grid_w, pv_w=pv_w, load_w=load_w, battery_w=battery_w, soc_pct=soc_pct
    )
    reading = Memory().measured(measurement, NOON, V1).reading
    assert reading is not None
    known = (reading.grid_w, reading.pv_w, reading.load_w, reading.battery_w, reading.soc_pct)
    assert known == (grid_w, pv_w, load_w, battery_w, soc_pct)
    assert reading.is_fresh(NOON, 900) == (grid_w is not None)


@pytest.mark.parametrize(
    ("grid_w", "pv_w", "english"),
    [
        (-400.0, 3000.0, "A new measurement has come in."),
        (None, 3000.0, "A new measurement has come in: generation, but no grid power."),
        (None, None, "The source gives no grid power just now"),
    ],
)
def test_no_charge_is_denied_by_a_meter_of_generation(grid_w: float | None, pv_w: float | None, english: str) -> None:
    text = Memory().measured(Measurement("meter", NOON, grid_w=grid_w, pv_w=pv_w), NOON, V1).text
    assert text is not None
    assert text.en.startswith(english)


@given(st.lists(st.none() | st.floats(-1000, 1000), min_size=1, max_size=12))
def test_a_reading_is_suspect_from_the_third_imbalance_in_a_row_until_the_powers_add_up(
    residuals_w: list[float | None],
) -> None:
    memory, in_a_row = Memory(), 0
    for number, residual_w in enumerate(residuals_w):
        at = NOON + seconds(number)
        memory = memory.measured(Measurement("meter", at, grid_w=1.0, residual_w=residual_w), at, V1)
        in_a_row = in_a_row + 1 if residual_w is not None and abs(residual_w) > 300 else 0
        assert memory.reading is not None
        assert (memory.reading.quality is Quality.SUSPECT) == (in_a_row >= 3)
        assert memory.reading.is_fresh(at, 900) == (in_a_row < 3)


@given(st.integers(-86_400, 86_400), st.integers(1, 3600))
def test_a_reading_is_fresh_for_as_long_as_its_source_allows_and_never_from_the_future(
    age_s: float, maximum_age_s: float
) -> None:
    memory = Memory().measured(Measurement("meter", NOON - seconds(age_s), grid_w=1.0), NOON, V1)
    if age_s < -5:
        assert memory.reading is None
        assert memory.outcome is Outcome.BAD_PAYLOAD
        assert "future" in (memory.text.en if memory.text else "")
    else:
        assert memory.reading is not None
        assert memory.reading.is_fresh(NOON, maximum_age_s) == (age_s <= maximum_age_s)


def test_a_measurement_from_the_future_does_not_replace_the_reading() -> None:
    good = Memory().measured(Measurement("meter", NOON, grid_w=1.0), NOON, V1)
    after = good.measured(Measurement("meter", NOON + seconds(60), grid_w=2.0), NOON + seconds(1), V1)
    assert after.reading == good.reading


def test_values_that_repeat_themselves_are_no_cause_for_worry_before_ten_minutes() -> None:
    same = Measurement("solaredge", None, age_s=(0.0, 360.0), grid_w=1.0)
    memory = Memory().measured(same, NOON, V1)
    early, late = (memory.measured(same, NOON + seconds(age_s), V1) for age_s in (9, 601))
    assert (early.outcome, late.outcome) == (Outcome.UNCHANGED, Outcome.UNCHANGED)
    assert early.text is not None
    assert late.text is not None
    assert "portal" not in early.text.en
    assert "portal" in late.text.en


def test_a_back_off_ends_as_soon_as_it_would_have_done_when_the_clock_is_set_back() -> None:
    hour = seconds(3600)
    settled = blocked().settled(hour)
    assert settled.back_at(NOON - hour) == NOON - hour + seconds(960)


def test_a_back_off_of_a_clock_that_was_days_ahead_is_forgotten() -> None:
    assert blocked(NOON + 2 * DAY).back_at(NOON) == NOON
