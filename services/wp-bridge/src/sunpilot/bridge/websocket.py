"""The Wattpilot's WebSocket, on the local network or in the cloud, as the `Socket` that the link wants.

Source: Wattpilot protocol, connection: text frames, no compression (the device is short of memory), ping and pong
answered. A message in several frames is put together here.
"""

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from sunpilot.bridge.address import Address
from sunpilot.bridge.decoder import MAX_MESSAGE_CHARACTERS

CONNECT_S = 10.0
CLOSE_S = 2.0
PING_S = 20.0


class WebSocket:
    """An open connection. Every loss is a ConnectionError that says how it came."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send one text message; raises ConnectionError."""
        try:
            await self._connection.send(text)
        except (WebSocketException, OSError) as error:
            raise ConnectionError(_explained(error)) from None

    async def recv(self) -> str | bytes:
        """The next message; raises ConnectionError."""
        try:
            return await self._connection.recv()
        except (WebSocketException, OSError) as error:
            raise ConnectionError(_explained(error)) from None

    async def close(self) -> None:
        """Close with a handshake, or without one after two seconds."""
        await self._connection.close()


async def open_websocket(host: str) -> WebSocket:
    """Connect to a Wattpilot; ``host`` is what `Address.parse` reads. Raises ConnectionError that says why not."""
    try:
        connection = await connect(
            Address.parse(host).url,
            compression=None,
            proxy=None,
            max_size=MAX_MESSAGE_CHARACTERS,
            open_timeout=CONNECT_S,
            close_timeout=CLOSE_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
        )
    except (WebSocketException, OSError, ValueError) as error:  # ValueError: an address that cannot exist
        raise ConnectionError(_explained(error)) from None
    return WebSocket(connection)


def _explained(error: Exception) -> str:
    return str(error) or type(error).__name__
