"""A Modbus TCP connection to one device, and what can go wrong with it, told apart by what to do about it."""

import asyncio
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from sunpilot.fetcher.modbus.registers import Block

if TYPE_CHECKING:
    from pymodbus.client import ModbusTcpClient

TIMEOUT_S = 3.0
"""To connect, and for an answer; a SolarEdge inverter answers within 0.5 s (SunSpec implementation note)."""

# What pymodbus writes there is raised here too.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class LineError(OSError):
    """The device could not be read."""


class NobodyListensError(LineError):
    """The port is closed."""


class UnreachableError(LineError):
    """No connection comes about: wrong address, other network, switched off. The text is the kind of fault."""


class HungUpError(LineError):
    """The connection was taken, and cut."""


class SilentError(LineError):
    """The connection stands, and no answer comes."""


class RefusedReadError(LineError):
    """The device answers with a Modbus exception. ``is_busy``: it is not able to just now; otherwise there is no such
    register, or no such unit (Modbus application protocol, section 7: codes 4 to 6).
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.is_busy = code in (4, 5, 6)


class Line(Protocol):
    """An open connection."""

    async def read(self, unit: int, block: Block) -> Sequence[int]:
        """The words of a block of one unit's registers; raises `LineError`."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


Connect = Callable[[str, int], Awaitable[Line]]
"""Open a connection to host and port; raises `LineError`."""


async def connect(host: str, port: int) -> Line:
    """Open a connection by pymodbus, whose calls run in threads.

    Cancelled meanwhile, it hangs up as soon as the connection stands: the device has no other.
    """
    attempt = Attempt(host, port)
    try:
        return TcpLine(await asyncio.to_thread(attempt.open))
    except asyncio.CancelledError:
        attempt.abandon()
        raise


class Attempt:
    """One try to connect, made in a thread, which may be abandoned from outside."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._lock = threading.Lock()
        self._client: ModbusTcpClient | None = None
        self._is_abandoned = False

    def open(self) -> "ModbusTcpClient":
        """Connect; raises `LineError`."""
        client = _open(self._host, self._port)
        with self._lock:
            self._client = client
            if self._is_abandoned:
                client.close()  # type: ignore[no-untyped-call]
        return client

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._is_abandoned = True
            if self._client is not None:
                self._client.close()  # type: ignore[no-untyped-call]


class TcpLine:
    """A `Line` on pymodbus's client, whose socket is opened here: its own way to connect hides why it failed."""

    def __init__(self, client: "ModbusTcpClient") -> None:
        self._client = client

    async def read(self, unit: int, block: Block) -> Sequence[int]:
        """See `Line.read`."""
        return await asyncio.to_thread(self._read, unit, block)

    async def close(self) -> None:
        """See `Line.close`."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _read(self, unit: int, block: Block) -> Sequence[int]:
        from pymodbus.exceptions import ConnectionException, ModbusException  # noqa: PLC0415  (slow to import)

        try:
            if not self._client.connected:
                raise HungUpError("the connection is closed")
            answer = self._client.read_holding_registers(block.address, count=block.count, device_id=unit)
        except (ConnectionException, ConnectionError) as error:
            raise HungUpError(type(error).__name__) from None
        except (ModbusException, OSError) as error:
            raise SilentError(type(error).__name__) from None
        if answer.isError():
            raise RefusedReadError(answer.exception_code)
        if len(answer.registers) != block.count:
            raise SilentError(f"{len(answer.registers)} registers instead of {block.count}")
        return answer.registers


def _open(host: str, port: int) -> "ModbusTcpClient":
    from pymodbus.client import ModbusTcpClient  # noqa: PLC0415  (slow to import)

    client = ModbusTcpClient(host, port=port, timeout=TIMEOUT_S, retries=0)
    try:
        client.socket = socket.create_connection((host, port), timeout=TIMEOUT_S)
    except ConnectionRefusedError:
        raise NobodyListensError("refused") from None
    except OSError as error:  # its text may contain the address
        raise UnreachableError(type(error).__name__) from None
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client
