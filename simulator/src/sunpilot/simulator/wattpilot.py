"""The Wattpilot twin on the network: a WebSocket server around a Box, with the faults that belong to a connection."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sunpilot.simulator.auth import derive_key
from sunpilot.simulator.box import Box
from sunpilot.simulator.session import Reply, Session

PATH = "/ws"
TICK_S = 1.0
LOGIN_TIMEOUT_S = 30.0
"""Guards a socket, and so is counted in real time."""
CLOSE_TIMEOUT_S = 0.5
TRY_AGAIN_LATER = 1013


class WattpilotServer:
    """Serves `box` to clients that know `password`. `sleep` takes simulated seconds."""

    def __init__(
        self,
        box: Box,
        *,
        password: str,
        sleep: Callable[[float], Awaitable[None]],
        max_clients: int = 5,
        seed: int = 1,
    ) -> None:
        self._box = box
        self._password = password
        self._sleep = sleep
        self._max_clients = max_clients
        self._rng = random.Random(seed)
        self._key = ""
        self._clients = 0
        self._server: Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port (0 asks for any free one)."""
        self._key = await asyncio.to_thread(derive_key, self._password, self._box.serial)
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=self._admit,
            compression=None,
            ping_interval=None,
            close_timeout=CLOSE_TIMEOUT_S,
        )
        bound: int = next(iter(self._server.sockets)).getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Close all connections and the listener. Without effect when not started."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if "refuse" in self._box.faults:
            connection.transport.abort()
        if request.path.partition("?")[0] != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, f"The Wattpilot answers at {PATH}.\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        if self._clients >= self._max_clients:
            await connection.close(TRY_AGAIN_LATER, "too many open sessions")
            return
        self._clients += 1
        session = Session(self._box, self._key, self._rng)
        jobs = {asyncio.create_task(self._tick(connection, session))}
        try:
            with suppress(ConnectionClosed):
                for text in session.open():
                    await connection.send(text)
                await self._read(connection, session, jobs)
        finally:
            self._clients -= 1
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    async def _read(self, connection: ServerConnection, session: Session, jobs: set[asyncio.Task[None]]) -> None:
        """Take messages until the client leaves or fails to log in in time; answers do not hold up the next message."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOGIN_TIMEOUT_S if session.awaits_login else None) as login:
                async for message in connection:
                    if isinstance(message, bytes):
                        continue
                    replies = session.receive(message)
                    if not session.awaits_login:
                        login.reschedule(None)
                    job = asyncio.create_task(self._answer(connection, replies))
                    jobs.add(job)
                    job.add_done_callback(jobs.discard)

    async def _answer(self, connection: ServerConnection, replies: list[Reply]) -> None:
        with suppress(ConnectionClosed):
            for reply in replies:
                if reply.delay_s:
                    await self._sleep(reply.delay_s)
                await connection.send(reply.text)

    async def _tick(self, connection: ServerConnection, session: Session) -> None:
        """Once a simulated second: tell the client what changed, or drop it."""
        with suppress(ConnectionClosed):
            while True:
                await self._sleep(TICK_S)
                if session.cut:
                    connection.transport.abort()
                    return
                for text in session.deltas():
                    await connection.send(text)
