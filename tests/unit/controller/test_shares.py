"""A day of which something is not always known: its shares are those of the time in which all parts were known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.controller.history import History

MORNING = datetime(2026, 6, 21, 6, 0, tzinfo=UTC)
HOUSE = House(id=1, name="House", time_zone="Europe/Berlin")

Minute = tuple[float, float | None, float | None]
"""What flows in a minute: the grid's power, the sun's and, by the meter, the load's, in W; None: not known."""

POWERS_W = st.floats(0, 10_000)
MINUTES = st.lists(
    st.tuples(st.floats(-10_000, 10_000), POWERS_W | st.none(), st.none() | POWERS_W), min_size=1, max_size=40
)


def counted(minutes: Sequence[Minute], begun: DayTotal | None = None) -> DayTotal:
    """The day after so many minutes, and one of which nobody knows what was before."""
    history = History()
    if begun is not None:
        history.restore(1, begun)
    day = None
    for number, (grid_w, pv_w, load_w) in enumerate([(0.0, None, None), *minutes]):
        at = MORNING + timedelta(minutes=number)
        reading = Reading(source="meter", measured_at=at, received_at=at, grid_w=grid_w, pv_w=pv_w, load_w=load_w)
        day = history.day(HOUSE, reading, 0.0) or day
    assert day is not None
    return day


def own_share(day: DayTotal) -> float:
    assert day.pv_export_wh is not None
    assert day.pv_wh
    return 1 - day.pv_export_wh / day.pv_wh


def self_sufficiency(day: DayTotal) -> float:
    assert day.load_import_wh is not None
    assert day.load_wh
    return 1 - day.load_import_wh / day.load_wh


def test_sun_that_is_unknown_for_half_of_the_time_does_not_make_the_shares_smaller() -> None:
    """4 kW of sun, of which 2 are sold; then 2 kW are bought for a load of 4. Half of each is unknown."""
    sunny, dull = [(-2000.0, 4000.0, None)] * 30, [(2000.0, 2000.0, None)] * 30
    unknown = [(grid_w, None, None) for grid_w, _, _ in (*sunny, *dull)]
    whole, half = counted([*sunny, *dull]), counted([*sunny, *dull, *unknown])
    assert own_share(whole) == own_share(half) == pytest.approx(1 - 1000 / 3000)
    assert self_sufficiency(whole) == self_sufficiency(half) == pytest.approx(1 - 1000 / 3000)
    assert (half.import_wh, half.export_wh) == pytest.approx((2000, 2000))
    assert (half.measured_s, half.pv_measured_s, half.load_measured_s) == (7200, 3600, 3600)


def test_a_load_that_is_metered_is_known_also_while_the_sun_is_not() -> None:
    day = counted([(1000.0, None, 1500.0)] * 30 + [(1000.0, None, None)] * 30)
    assert (day.pv_wh, day.pv_measured_s, day.pv_export_wh) == (None, 0, 0)
    assert (day.load_wh, day.load_measured_s, day.load_import_wh) == pytest.approx((750, 1800, 500))


def test_a_day_that_an_older_version_began_tells_no_shares_instead_of_wrong_ones() -> None:
    begun = DayTotal(day="2026-06-21", pv_wh=9000, load_wh=5000, import_wh=1000, export_wh=4000, measured_s=30_000)
    day = counted([(-1000.0, 4000.0, None)] * 30, begun)
    assert day.pv_wh == pytest.approx(9000 + 2000)
    assert (day.pv_measured_s, day.pv_export_wh, day.load_measured_s, day.load_import_wh) == (None, None, None, None)


@given(MINUTES)
def test_whatever_is_unknown_the_parts_are_those_of_the_minutes_in_which_all_was_known(minutes: list[Minute]) -> None:
    day = counted(minutes)
    sun = [(grid_w, pv_w) for grid_w, pv_w, _ in minutes if pv_w is not None]
    loads_w = [
        (grid_w, grid_w + pv_w if load_w is None and pv_w is not None else load_w) for grid_w, pv_w, load_w in minutes
    ]
    load = [(grid_w, load_w) for grid_w, load_w in loads_w if load_w is not None]
    assert (day.measured_s, day.pv_measured_s) == pytest.approx((60 * len(minutes), 60 * len(sun)))
    assert day.load_measured_s == pytest.approx(60 * len(load))
    assert day.pv_export_wh == pytest.approx(sum(max(0, -grid_w) for grid_w, _ in sun) / 60)
    assert day.load_import_wh == pytest.approx(sum(max(0, grid_w) for grid_w, _ in load) / 60)
    assert (day.pv_wh or 0) == pytest.approx(sum(pv_w for _, pv_w in sun) / 60)
    assert (day.load_wh or 0) == pytest.approx(sum(load_w for _, load_w in load) / 60, abs=1e-6)
    assert (day.pv_wh is None, day.load_wh is None) == (not sun, not load)


@given(st.lists(st.tuples(POWERS_W, POWERS_W, st.booleans()), min_size=1, max_size=40))
def test_no_share_lies_outside_of_what_it_truly_was_at_some_time(minutes: list[tuple[float, float, bool]]) -> None:
    """Sun and load by the minute; where the sun is not known, only what flowed at the connection is."""
    known = [(pv_w, load_w) for pv_w, load_w, is_known in minutes if is_known]
    day = counted([(load_w - pv_w, pv_w if is_known else None, None) for pv_w, load_w, is_known in minutes])
    used = [min(pv_w, load_w) for pv_w, load_w in known]
    if sum(pv_w for pv_w, _ in known) > 1:
        shares = [one / pv_w for one, (pv_w, _) in zip(used, known, strict=True) if pv_w > 0]
        assert min(shares) - 1e-6 <= own_share(day) <= max(shares) + 1e-6
    if sum(load_w for _, load_w in known) > 1:
        shares = [one / load_w for one, (_, load_w) in zip(used, known, strict=True) if load_w > 0]
        assert min(shares) - 1e-6 <= self_sufficiency(day) <= max(shares) + 1e-6
