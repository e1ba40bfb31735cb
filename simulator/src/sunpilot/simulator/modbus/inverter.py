"""A twin of a SolarEdge inverter's Modbus side: what it answers, and what can go wrong with it. No sockets.

One device id, holding registers only, 125 of them at most in one read (Modbus application protocol, function 3).
"""

from collections.abc import Sequence
from dataclasses import replace

from sunpilot.simulator.house import Truth
from sunpilot.simulator.modbus.registers import Condition, Flow, Plant, registers

READ_HOLDING_REGISTERS = 3
LONGEST_READ = 125
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, NO_TARGET = 1, 2, 3, 11

SLEEP_W = 1.0
"""Below this power of the sun the inverter sleeps."""

FAULTS = {
    "scale_factors": "the scale factors change from read to read",
    "blank": "every power is not implemented (0x8000, NaN)",
    "meter_absent": "no meter is connected",
    "meter_production": "the meter in slot 1 measures production, the grid's is in slot 2",
    "synergy_2": "a Synergy inverter of two units: all meters lie 50 registers further",
    "synergy_3": "a Synergy inverter of three units: all meters lie 70 registers further",
    "silent": "it takes the connection and answers nothing",
    "occupied": "another client holds the only connection",
    "reset": "it cuts the connection instead of answering",
}


class ModbusExceptionError(Exception):
    """The device answers with an exception; ``code`` is Modbus's own."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


class ModbusInverter:
    """Answers reads from what the house does. ``faults`` are the names that are on."""

    def __init__(self, plant: Plant | None = None, unit: int = 1) -> None:
        self.unit = unit
        self.faults: set[str] = set()
        self.reads: list[tuple[int, int]] = []
        self.flow = Flow(0.0, 0.0, 0.0)
        self.asleep = False
        self._plant = plant or Plant()

    def observe(self, truth: Truth) -> None:
        """Take in what flows in the house."""
        ac_w = truth.pv_w - (truth.battery_w or 0.0)
        self.flow = Flow(ac_w, ac_w, -truth.grid_w, truth.battery_w, truth.soc_pct)
        self.asleep = truth.pv_w < SLEEP_W and abs(ac_w) < SLEEP_W

    def set_fault(self, name: str, on: bool) -> None:
        """Switch a fault on or off; raises `ValueError` for a name that there is not."""
        if name not in FAULTS:
            raise ValueError(f"there is no inverter fault {name!r}; there are: {', '.join(FAULTS)}")
        (self.faults.add if on else self.faults.discard)(name)

    def read(self, unit: int, function: int, address: int, count: int) -> Sequence[int]:
        """The registers asked for; raises `ModbusExceptionError`."""
        if unit != self.unit:
            raise ModbusExceptionError(NO_TARGET)
        if function != READ_HOLDING_REGISTERS:
            raise ModbusExceptionError(ILLEGAL_FUNCTION)
        if not 1 <= count <= LONGEST_READ:
            raise ModbusExceptionError(ILLEGAL_VALUE)
        self.reads.append((address, count))
        image = registers(self._plant_now(), self.flow, self._condition())
        try:
            return [image[place] for place in range(address, address + count)]
        except KeyError:
            raise ModbusExceptionError(ILLEGAL_ADDRESS) from None

    def _plant_now(self) -> Plant:
        plant = self._plant
        for units in (2, 3):
            if f"synergy_{units}" in self.faults:
                plant = replace(plant, units=units)
        if "meter_absent" in self.faults:
            return replace(plant, meters=())
        if "meter_production" in self.faults:
            return replace(plant, meters=("Production", "Export+Import"))
        return plant

    def _condition(self) -> Condition:
        shift = (-1, 0, 1)[len(self.reads) % 3] if "scale_factors" in self.faults else 0
        return Condition(shift, "blank" in self.faults, self.asleep)
