"""The socket of a simulated inverter's Modbus TCP: one client, and no other beside it.

Frames as in Modbus Messaging on TCP/IP: transaction, protocol 0, length, unit, function, data, big-endian. The server
takes one connection, closes it after two idle minutes, and hangs up on a second client (SolarEdge, SunSpec
implementation note; what a second client sees is what users report).
"""

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable

from sunpilot.simulator.modbus.inverter import ModbusExceptionError, ModbusInverter

IDLE_S = 120.0
HEADER = struct.Struct(">HHHB")
REQUEST = struct.Struct(">BHH")


class ModbusServer:
    """Serves one inverter. ``sleep`` takes seconds of the simulated clock, ``idle_s`` is real time."""

    def __init__(
        self, inverter: ModbusInverter, sleep: Callable[[float], Awaitable[None]], *, idle_s: float = IDLE_S
    ) -> None:
        self.inverter = inverter
        self.port: int | None = None
        self._sleep = sleep
        self._idle_s = idle_s
        self._host = ""
        self._server: asyncio.Server | None = None
        self._client: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._refusal: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port; 0 asks for any free one. Raises `OSError` when the port is taken."""
        self._host = host
        self._server = await asyncio.start_server(self._serve, host, port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    @property
    def refuses(self) -> bool:
        """Nobody listens just now."""
        return self._refusal is not None and not self._refusal.done()

    async def stop(self) -> None:
        """Hang up and listen no more. May be called at any time, also twice."""
        if self._refusal is not None:
            self._refusal.cancel()
            self._refusal = None
        await self._close()

    def refuse(self, seconds: float) -> None:
        """Listen no more for so many seconds of the simulated clock, as after a firmware update."""
        if self._refusal is not None:
            self._refusal.cancel()
        self._refusal = asyncio.create_task(self._refuse(seconds))

    async def _refuse(self, seconds: float) -> None:
        await self._close()
        await self._sleep(seconds)
        await self.start(self._host, self.port or 0)

    async def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in list(self._serving):
            task.cancel()
        if self._serving:
            await asyncio.wait(list(self._serving))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (a handler of connections runs in a task)
        self._serving.add(task)
        try:
            if self._client is None and "occupied" not in self.inverter.faults:
                self._client = writer
                await self._converse(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass  # the client went, or was silent for too long
        finally:
            if self._client is writer:
                self._client = None
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            self._serving.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(self._idle_s):
                header = await reader.readexactly(HEADER.size)
                transaction, protocol, length, unit = HEADER.unpack(header)
                body = await reader.readexactly(length - 1)
            if protocol != 0 or "reset" in self.inverter.faults:
                return
            if "silent" not in self.inverter.faults:
                answer = self._answer(unit, body)
                writer.write(HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer)
                await writer.drain()

    def _answer(self, unit: int, body: bytes) -> bytes:
        function, address, count = REQUEST.unpack(body[:5].ljust(5, b"\0"))
        try:
            words = self.inverter.read(unit, function, address, count)
        except ModbusExceptionError as error:
            return bytes((function | 0x80, error.code))
        return struct.pack(f">BB{len(words)}H", function, 2 * len(words), *words)
