"""The home battery: who goes first, and that no car empties it unasked. Expected values by the energy balance."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.house import HomeBattery, House
from sunpilot.contract.reading import Reading
from sunpilot.controller.home_battery import battery_part

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


def reading(battery_w: float | None, soc_pct: float | None = 50.0) -> Reading:
    return Reading(source="meter", measured_at=NOON, received_at=NOON, grid_w=0, battery_w=battery_w, soc_pct=soc_pct)


def house(battery: HomeBattery, *, discharge: bool = False) -> House:
    return House(id=1, name="House", battery=battery, battery_soc_pct=80, battery_discharge=discharge)


def test_car_first_takes_what_charges_the_battery() -> None:
    part = battery_part(reading(3000), house(HomeBattery.CAR_FIRST))
    assert (part.surplus_w, part.goes_first) == (3000, False)


@pytest.mark.parametrize(("soc_pct", "surplus_w"), [(79.9, 0), (80.0, 3000), (100.0, 3000), (None, 0)])
def test_battery_first_leaves_it_its_sun_up_to_the_goal(soc_pct: float | None, surplus_w: float) -> None:
    part = battery_part(reading(3000, soc_pct), house(HomeBattery.BATTERY_FIRST))
    assert part.surplus_w == surplus_w
    assert part.goes_first is (surplus_w == 0)


def test_ignore_never_takes_what_charges_the_battery() -> None:
    assert battery_part(reading(3000, 100), house(HomeBattery.IGNORE)).surplus_w == 0


@pytest.mark.parametrize("battery", list(HomeBattery))
def test_an_unknown_battery_counts_as_none(battery: HomeBattery) -> None:
    part = battery_part(reading(None), house(battery))
    assert (part.surplus_w, part.goes_first) == (0, False)


@given(st.sampled_from(list(HomeBattery)), st.floats(-20_000, -1), st.one_of(st.none(), st.floats(0, 100)))
def test_a_discharging_battery_is_no_surplus_unless_asked(
    battery: HomeBattery, battery_w: float, soc_pct: float | None
) -> None:
    """With grid 0 and 4 kW into the car, of which the battery gives some, only the rest is sun."""
    assert battery_part(reading(battery_w, soc_pct), house(battery)).surplus_w == battery_w
    assert battery_part(reading(battery_w, soc_pct), house(battery, discharge=True)).surplus_w == 0
