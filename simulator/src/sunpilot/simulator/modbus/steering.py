"""Steering of the simulated inverter's Modbus side over HTTP."""

from collections.abc import Callable
from typing import Any

from sunpilot.simulator.modbus.server import ModbusServer

LONGEST_REFUSAL_S = 86_400.0


class ModbusSteering:
    """The orders that concern the inverter, and what of it the state shows."""

    def __init__(self, server: ModbusServer) -> None:
        self._server = server

    def orders(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        """By name; each raises `ValueError` for an order that makes no sense."""
        return {"inverter-faults": self._set_faults}

    def state(self) -> dict[str, Any]:
        """What is on."""
        return {"inverter_faults": sorted(self._server.inverter.faults), "inverter_refuses": self._server.refuses}

    def _set_faults(self, order: dict[str, Any]) -> None:
        """{name: true or false, refuse_s: seconds of the simulated clock}; the others stay as they are."""
        refuse_s = order.pop("refuse_s", None)
        if refuse_s is not None:
            if isinstance(refuse_s, bool) or not isinstance(refuse_s, int | float):
                raise ValueError("refuse_s is a number of seconds")
            if not 0 <= refuse_s <= LONGEST_REFUSAL_S:
                raise ValueError(f"refuse_s lies in 0..{LONGEST_REFUSAL_S:g}")
        for name, value in order.items():
            if value is not True and value is not False:
                raise ValueError(f"{name}: true or false")
            self._server.inverter.set_fault(name, value)
        if refuse_s is not None:
            self._server.refuse(float(refuse_s))
