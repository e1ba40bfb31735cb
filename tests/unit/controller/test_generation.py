"""One grid reading for a house; further inverters add generation only. Expected values by the energy balance."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.controller.generation import with_generation

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
GARAGE = Inverter(id=2, name="Garage", source=SolarEdgeV1(site_id="2"), house_id=1, role=Role.PV)


def reading(**powers_w: float | None) -> Reading:
    return Reading(source="meter", measured_at=NOON, received_at=NOON).model_copy(update=powers_w)


def test_alone_it_stays_as_it_is() -> None:
    grid = reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0)
    assert with_generation(grid, [], NOON) is grid


def test_the_sun_of_all_counts_but_only_one_grid() -> None:
    grid = reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0, battery_w=500.0)
    other = reading(grid_w=-7777.0, pv_w=2000.0, load_w=1.0, battery_w=-300.0)
    whole = with_generation(grid, [(GARAGE, other)], NOON)
    assert whole.grid_w == -1000
    assert whole.pv_w == 6000
    assert whole.battery_w == 200
    assert whole.load_w == pytest.approx(-1000 + 6000 - 200)


@pytest.mark.parametrize(
    "other",
    [None, reading(pv_w=None), reading(pv_w=2000.0).model_copy(update={"measured_at": NOON - timedelta(minutes=16)})],
)
def test_generation_that_is_not_known_makes_the_sum_unknown_and_never_less(other: Reading | None) -> None:
    whole = with_generation(reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0), [(GARAGE, other)], NOON)
    assert whole.grid_w == -1000
    assert whole.pv_w is None
    assert whole.load_w is None
