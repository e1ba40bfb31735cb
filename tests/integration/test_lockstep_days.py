"""A whole day on each kind of meter: the service, message by message, against the pure simulation of its rule."""

import pytest

from bench.control.day import generated
from bench.control.meter import METERS, Meter
from bench.control.simulation import driven
from sunpilot.controller.rule import Rule
from tests.support.lockstep import PAUSE_S, played


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.name)
def test_a_whole_day_of_the_service_is_that_of_the_simulation(meter: Meter) -> None:
    day = next(day for day in generated() if day.weather == "broken")
    orders = played(day, meter, len(day.pv_w))
    assert orders == driven(day, meter, Rule(pause_s=PAUSE_S), PAUSE_S, seed=1).orders
    assert len(orders) > 10
