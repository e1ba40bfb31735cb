"""Steering of the simulated meter over HTTP."""

from collections.abc import Callable
from typing import Any

from sunpilot.simulator.meter.meter import Meter


class MeterSteering:
    """The orders that concern the meter, and what of it the state shows."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def orders(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        """By name; each raises `ValueError` for an order that makes no sense."""
        return {"meter-faults": self._set_faults}

    def state(self) -> dict[str, Any]:
        """What is on."""
        return {"meter_faults": sorted(self._meter.faults), "meter_every_s": self._meter.every_s}

    def _set_faults(self, order: dict[str, Any]) -> None:
        """{name: true or false, every_s: seconds between two publications}; the others stay as they are."""
        every_s = order.pop("every_s", self._meter.every_s)
        if isinstance(every_s, bool) or not isinstance(every_s, int | float) or not 1 <= every_s <= 3600:
            raise ValueError("every_s is a number of seconds in 1..3600")
        for name, value in order.items():
            if value is not True and value is not False:
                raise ValueError(f"{name}: true or false")
            self._meter.set_fault(name, value)
        self._meter.every_s = float(every_s)
