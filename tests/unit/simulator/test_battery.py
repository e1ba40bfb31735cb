"""The home battery: it takes what is left over, gives what is missing, and obeys its limits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.battery import Battery
from sunpilot.simulator.house import House

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


def test_it_charges_from_what_is_left_over_up_to_its_limit() -> None:
    battery = Battery(limit_w=5000)
    assert battery.settle(3000, 1) == 3000
    assert battery.settle(8000, 1) == 5000


def test_it_gives_what_is_missing_up_to_its_limit() -> None:
    battery = Battery(limit_w=5000)
    assert battery.settle(-700, 1) == -700
    assert battery.settle(-9000, 1) == -5000


def test_an_hour_at_4000_w_stores_95_percent_of_it() -> None:
    battery = Battery(capacity_wh=10_000, soc_pct=50)
    for _ in range(3600):
        battery.settle(4000, 1)
    assert battery.soc_pct == pytest.approx(50 + 38)


def test_a_full_one_takes_nothing_and_one_at_its_reserve_gives_nothing() -> None:
    assert Battery(soc_pct=100).settle(3000, 1) == 0
    assert Battery(soc_pct=5, reserve_pct=5).settle(-3000, 1) == 0


@given(st.lists(st.floats(-20_000, 20_000), max_size=50), st.floats(0, 100), st.floats(0, 3600))
def test_charge_and_power_stay_within_their_limits(surpluses_w: list[float], soc_pct: float, dt_s: float) -> None:
    battery = Battery(capacity_wh=2000, limit_w=3000, soc_pct=soc_pct)
    for surplus_w in surpluses_w:
        power_w = battery.settle(surplus_w, dt_s)
        assert abs(power_w) <= min(3000, abs(surplus_w)) + 1e-6
        assert power_w * surplus_w >= 0
        assert 0 <= battery.soc_pct <= 100


class Still:
    power_w = 0.0

    def step(self, dt_s: float) -> None:
        """No car."""

    def pv_w(self, at: datetime) -> float:
        return 6000.0

    def load_w(self, at: datetime) -> float:
        return 500.0


async def _no_sleep(seconds: float) -> None:
    """Time is stepped by hand."""


def test_the_grid_balances_the_battery_too() -> None:
    house = House(lambda: NOON, _no_sleep, Still(), Still(), battery=Battery(limit_w=5000))
    house.step(1)
    truth = house.truth
    assert (truth.battery_w, truth.grid_w) == (5000, -500)
    assert truth.soc_pct is not None
    assert truth.soc_pct > 50
