"""The Wattpilot twin on the network: a WebSocket server around a Box, with the faults that belong to a connection."""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sunpilot.simulator.wattpilot.auth import derive_key
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.cut import Cut, How
from sunpilot.simulator.wattpilot.reply import Reply
from sunpilot.simulator.wattpilot.session import Session

LOCAL_PATH, CLOUD_PATH = "/ws", "/app/"
TICK_S = 1.0
LOGIN_TIMEOUT_S = 30.0
"""Guards a socket, and so is counted in real time."""
CLOSE_TIMEOUT_S = 0.5
TRY_AGAIN_LATER = 1013
RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""Linger for no time: what is left to send is thrown away."""


class WattpilotServer:
    """Serves `box` to clients that know `password`. `sleep` takes simulated seconds.

    Changes are sent every `tick_s` of them; the devices' own pace lies between 0.5 and 3 s.
    """

    def __init__(
        self,
        box: Box,
        *,
        password: str,
        sleep: Callable[[float], Awaitable[None]],
        max_clients: int = 5,
        tick_s: float = TICK_S,
        seed: int = 1,
    ) -> None:
        self._box = box
        self._password = password
        self._sleep = sleep
        self._max_clients = max_clients
        self._tick_s = tick_s
        self._rng = random.Random(seed)
        self._key = ""
        self._sessions: set[Session] = set()
        self._server: Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port (0 asks for any free one)."""
        algorithm = self._box.profile.algorithm
        self._key = await asyncio.to_thread(derive_key, self._password, self._box.serial, algorithm)
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

    @property
    def _clients(self) -> int:
        """Clients that the box knows of: after a restart it knows none of those before."""
        return sum(session.cut is None for session in self._sessions) + int(self._box.faults.get("crowded", 0))

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if "refuse" in self._box.faults:
            connection.transport.abort()
        if request.path.partition("?")[0] not in (LOCAL_PATH, f"{CLOUD_PATH}{self._box.serial}"):
            return connection.respond(HTTPStatus.NOT_FOUND, f"The Wattpilot answers at {LOCAL_PATH}.\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        if self._clients >= self._max_clients:
            await connection.close(TRY_AGAIN_LATER, "too many open sessions")
            return
        session = Session(self._box, self._key, self._rng)
        self._sessions.add(session)
        jobs = {asyncio.create_task(self._tick(connection, session))}
        try:
            with suppress(ConnectionClosed):
                await self._answer(connection, session, session.open())
                await self._read(connection, session, jobs)
        finally:
            self._sessions.discard(session)
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
                    job = asyncio.create_task(self._answer(connection, session, replies))
                    jobs.add(job)
                    job.add_done_callback(jobs.discard)

    async def _answer(self, connection: ServerConnection, session: Session, replies: list[Reply]) -> None:
        with suppress(ConnectionClosed):
            for reply in replies:
                if reply.delay_s:
                    await self._sleep(reply.delay_s)
                if session.cut is not None:
                    return
                await connection.send(self._pieces(reply))
            if session.is_over:
                await connection.close()

    def _pieces(self, reply: Reply) -> str | bytes | list[str] | list[bytes]:
        """The frames of a message: itself, or a list of its fragments."""
        number = max(reply.fragments, int(self._box.faults.get("fragmented", 1)))
        if number == 1:
            return reply.frame
        size = len(reply.frame) // number + 1
        starts = range(0, len(reply.frame), size)
        if isinstance(reply.frame, str):
            return [reply.frame[at : at + size] for at in starts]
        return [reply.frame[at : at + size] for at in starts]

    async def _tick(self, connection: ServerConnection, session: Session) -> None:
        """Once a simulated second: tell the client what changed, or end the connection as the box does."""
        while True:
            await self._sleep(self._tick_s)
            if session.cut is not None and session.cut.how is not How.HALF_OPEN:
                await end(connection, session.cut)
                return
            if not session.answers_pings:
                connection.transport.pause_reading()  # nobody reads, so nobody sees the pings
                await self._until_alive(session)
                connection.transport.resume_reading()
            await self._answer(connection, session, session.deltas())

    async def _until_alive(self, session: Session) -> None:
        while not session.answers_pings:
            await self._sleep(self._tick_s)


async def end(connection: ServerConnection, cut: Cut) -> None:
    """End a connection, with or without a closing handshake, or by a TCP reset."""
    if cut.how is How.CLOSE:
        await connection.close(cut.code)
        return
    if cut.how is How.RESET:
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    connection.transport.abort()
