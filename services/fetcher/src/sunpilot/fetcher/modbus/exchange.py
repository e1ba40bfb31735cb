"""The connections to Modbus devices, shared: an inverter takes one, however many of its units are read over it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from sunpilot.fetcher.modbus.line import Connect, HungUpError, Line, RefusedReadError, connect
from sunpilot.fetcher.modbus.registers import Block

SPACING_S = 0.1
"""Between two reads (SolarEdge, SunSpec implementation note)."""

Address = tuple[str, int]


class Exchange:
    """Connects each address once. ``connect`` makes a connection."""

    def __init__(self, connect: Connect = connect) -> None:
        self._connect = connect
        self._trunks: dict[Address, Trunk] = {}
        self._dialling: defaultdict[Address, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def connect(self, host: str, port: int) -> Line:
        """A line over the connection to an address, which is made if there is none; raises `LineError`."""
        async with self._dialling[host, port]:
            trunk = self._trunks.get((host, port))
            if trunk is None or trunk.is_cut:
                trunk = self._trunks[host, port] = Trunk(await self._connect(host, port))
            return SharedLine(trunk)


class Trunk:
    """A connection with those who use it. With the last of them, or with a fault, it ends."""

    def __init__(self, line: Line) -> None:
        self.users: set[SharedLine] = set()
        self.is_cut = False
        self._line = line
        self._turn = asyncio.Lock()

    async def read(self, unit: int, block: Block) -> Sequence[int]:
        """One read after the other. A fault of the connection cuts it for all; that a unit refuses does not."""
        async with self._turn:
            await asyncio.sleep(SPACING_S)
            if self.is_cut:
                raise HungUpError("cut")
            try:
                return await self._line.read(unit, block)
            except RefusedReadError:
                raise
            except BaseException:  # cancelled in the middle, an answer would come to the next question
                await self.cut()
                raise

    async def cut(self) -> None:
        """End the connection."""
        if not self.is_cut:
            self.is_cut = True
            await self._line.close()


class SharedLine:
    """See `Line`: one user of a connection."""

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk
        trunk.users.add(self)

    async def read(self, unit: int, block: Block) -> Sequence[int]:
        """See `Line.read`."""
        return await self._trunk.read(unit, block)

    async def close(self) -> None:
        """See `Line.close`. The connection stays for the others."""
        self._trunk.users.discard(self)
        if not self._trunk.users:
            await self._trunk.cut()
