"""Simulated inverters behind a line that is no socket."""

import asyncio
from collections.abc import Sequence

from sunpilot.fetcher.modbus.line import (
    HungUpError,
    Line,
    NobodyListensError,
    RefusedReadError,
    SilentError,
    UnreachableError,
)
from sunpilot.fetcher.modbus.registers import Block
from sunpilot.simulator.modbus.inverter import ModbusExceptionError, ModbusInverter


class Network:
    """One address with an inverter at one port, which takes ``delay_s`` to answer.

    ``calls`` are the ports tried, ``lines`` those that were opened, ``asked_s`` the times of all reads.
    """

    def __init__(self, inverter: ModbusInverter, port: int | None = 1502) -> None:
        self.inverter = inverter
        self.port = port
        self.is_down = False
        self.delay_s = 0.0
        self.asked_s: list[float] = []
        self.calls: list[int] = []
        self.lines: list[WireLine] = []

    async def connect(self, _host: str, port: int) -> Line:
        self.calls.append(port)
        if self.is_down:
            raise UnreachableError("TimeoutError")
        if port != self.port:
            raise NobodyListensError("refused")
        line = WireLine(self, is_taken=any(line.is_open for line in self.lines))
        self.lines.append(line)
        return line


class WireLine:
    """See `Line`. A second one hangs up on the first read, as the device does."""

    def __init__(self, network: Network, *, is_taken: bool) -> None:
        self._network = network
        self._inverter = network.inverter
        self._is_taken = is_taken
        self.is_open = not is_taken

    async def read(self, unit: int, block: Block) -> Sequence[int]:
        self._network.asked_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._network.delay_s)
        faults = self._inverter.faults
        if self._is_taken or not self.is_open or faults & {"occupied", "reset"}:
            raise HungUpError("closed")
        if "silent" in faults:
            raise SilentError("TimeoutError")
        try:
            return self._inverter.read(unit, 3, block.address, block.count)
        except ModbusExceptionError as error:
            raise RefusedReadError(error.code) from None

    async def close(self) -> None:
        self.is_open = False
