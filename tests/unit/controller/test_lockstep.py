"""The service and the benchmark are one: the real controller orders what the pure simulation of its rule orders.

Here the first minutes; whole days are played by the integration tests.
"""

import pytest

from bench.control.day import generated
from bench.control.meter import METERS, Meter
from bench.control.simulation import driven
from sunpilot.controller.rule import Rule
from tests.support.lockstep import PAUSE_S, played

SECONDS = 2700


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.name)
def test_the_service_orders_what_the_simulation_orders(meter: Meter) -> None:
    day = next(day for day in generated() if day.weather == "broken")
    orders = played(day, meter, SECONDS)
    simulated = driven(day, meter, Rule(pause_s=PAUSE_S), PAUSE_S, seed=1).orders
    assert orders == [order for order in simulated if order[0] < SECONDS]
    assert len(orders) >= 2
