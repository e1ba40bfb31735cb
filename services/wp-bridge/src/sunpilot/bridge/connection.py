"""One connection to a Wattpilot, from the greeting to its loss: a thin driver around `Protocol`.

All times guard a socket, so they are real time whatever clock the service lives in. Source of the times: Wattpilot
protocol, connection and messages (limits seen to work in the field).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, suppress
from typing import NoReturn
from typing import Protocol as Interface

from sunpilot.bridge.auth import UnsupportedLoginError
from sunpilot.bridge.decoder import Fault
from sunpilot.bridge.message import AuthError, Hello, Json, Properties, Response
from sunpilot.bridge.protocol import AuthRequired, Distrusted, Event, Protocol, Request
from sunpilot.bridge.state import State

LOGIN_S = 30.0
INITIALISE_S = 60.0
ESSENTIALS_S = 5.0
"""With the essentials known, wait this long for another piece of the full status."""
SILENCE_S = 60.0
RESYNC_S = 15.0
ANSWER_S = 5.0
TRIES = 2

KeyFor = Callable[[str, str], Awaitable[str]]
"""Derives the key for an algorithm and a serial number."""


class Socket(Interface):
    """A connection that carries messages. A loss shows as ConnectionError."""

    async def send(self, text: str) -> None:
        """Send one text."""
        ...

    async def recv(self) -> str | bytes:
        """The next message."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class LinkDownError(Exception):
    """The Wattpilot is not connected, or was lost before it answered."""


class UnansweredError(Exception):
    """The Wattpilot is connected but did not answer a request; the connection is given up."""


class LoginRefusedError(Exception):
    """The Wattpilot refused the login."""


class Connection:
    """Call `log_in`, `initialise` and `listen` in this order, `write` while listening, and `close` in any case.

    Every loss and every time-out of the three is a ConnectionError. One request is under way at a time.
    """

    def __init__(self, socket: Socket, keep: AbstractSet[str], *, cloud: bool = False) -> None:
        self._socket = socket
        self._protocol = Protocol(keep, cloud=cloud)
        self._answers: dict[str, asyncio.Future[Response | None]] = {}
        self._is_free = asyncio.Event()
        self._is_free.set()

    @property
    def properties(self) -> Properties:
        """The box's properties as it reported them last."""
        return self._protocol.properties

    @property
    def hello(self) -> Hello | None:
        """The device's greeting."""
        return self._protocol.hello

    @property
    def unusable(self) -> dict[str, int]:
        """How many messages could not be used, by fault; types that Sunpilot has no use for are none."""
        return {fault.value: times for fault, times in self._protocol.dropped.items() if fault is not Fault.UNKNOWN}

    async def log_in(self, key_for: KeyFor, on_challenge: Callable[[], None]) -> None:
        """Answer the challenge, if there is one.

        Raises `LoginRefusedError`, `UnsupportedLoginError` and what ``key_for`` raises.
        """
        async with _within(LOGIN_S, "it did not come to the login"):
            while self._protocol.state not in (State.INITIALISING, State.READY):
                for event in await self._receive():
                    match event:
                        case AuthRequired(serial, algorithm):
                            on_challenge()
                            key = await key_for(algorithm, serial)
                            await self._socket.send(self._protocol.authenticate(key, secrets.token_hex(16)))
                        case AuthError(text):
                            raise LoginRefusedError(text)
                        case Distrusted():
                            raise UnsupportedLoginError(
                                "the device says that it wants no signatures and asks for the password all the same, "
                                "as no Wattpilot does on the local network; it gets no answer. Is WATTPILOT_HOST right?"
                            )
                        case _:
                            pass

    async def initialise(self) -> None:
        """Collect the full status; where its last piece never comes, the essentials will do."""
        loop = asyncio.get_running_loop()
        pieces, piece_at = self._protocol.pieces, loop.time()
        async with _within(INITIALISE_S, "it did not send its whole state"):
            while self._protocol.state is not State.READY:
                deadline = piece_at + ESSENTIALS_S if self._protocol.may_conclude else None
                try:
                    async with asyncio.timeout_at(deadline):
                        await self._receive()
                except TimeoutError:
                    self._protocol.conclude()
                if self._protocol.pieces != pieces:
                    pieces, piece_at = self._protocol.pieces, loop.time()

    async def listen(self, on_change: Callable[[], None]) -> NoReturn:
        """Follow the changes; after a minute without one ask for the full status, and give up when none comes.

        What ``on_change`` raises ends it, too.
        """
        loop = asyncio.get_running_loop()
        deadline, asked = loop.time() + SILENCE_S, False
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    events = await self._receive()
            except TimeoutError:
                if asked:
                    raise ConnectionError("it fell silent") from None
                await self._ask()
                deadline, asked = loop.time() + RESYNC_S, True
                continue
            if events:
                deadline, asked = loop.time() + SILENCE_S, False
                on_change()

    async def write(self, key: str, value: Json) -> Response:
        """Write one property, and wait for the answer; a second try after 5 s. One write at a time.

        Raises `LinkDownError`, and `UnansweredError` after 10 s, with the connection closed.
        """
        answer: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self._is_free.wait()
        try:
            for _ in range(TRIES):
                request = self._protocol.set_value(key, value)
                self._answers[request.id] = answer  # a late answer to the first try is as good
                if await self._is_answered(request, answer):
                    break
        finally:
            self._answers.clear()
        if not answer.done():
            await self.close()
            raise UnansweredError("the Wattpilot does not answer")
        response = answer.result()
        if response is None:
            raise LinkDownError("the Wattpilot was lost before it answered")
        return response

    async def close(self) -> None:
        """End the connection; a write under way fails."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        with suppress(OSError):
            await self._socket.close()

    async def _ask(self) -> None:
        """Ask for the whole state; a write under way is question enough."""
        if self._answers:
            return
        if self._protocol.state is State.RESYNCING:
            self._protocol.conclude()  # nothing has come for a minute: nothing is being sent any more
        self._is_free.clear()
        async with _within(ANSWER_S, "it takes nothing any more"):
            await self._socket.send(self._protocol.request_full_status().text)

    async def _is_answered(self, request: Request, answer: "asyncio.Future[Response | None]") -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._socket.send(request.text)
                await asyncio.wait([answer])
        except TimeoutError:
            return False
        except OSError:
            raise LinkDownError("the Wattpilot was lost while writing") from None
        return True

    async def _receive(self) -> list[Event]:
        pieces = self._protocol.pieces
        events = self._protocol.receive(await self._socket.recv())
        for event in events:
            if isinstance(event, Response):
                self._take_answer(event)
        if self._protocol.pieces != pieces:
            self._is_free.set()
        return events

    def _take_answer(self, response: Response) -> None:
        """Match an answer to the one request under way; the device leaves the id out when it did not understand."""
        self._is_free.set()
        waiting = self._answers
        answer = next(iter(waiting.values()), None) if response.request_id is None else waiting.get(response.request_id)
        if answer is not None and not answer.done():
            answer.set_result(response)


@asynccontextmanager
async def _within(seconds: float, otherwise: str) -> AsyncIterator[None]:
    """A time-out as the ConnectionError that says what did not happen."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ConnectionError(f"{otherwise} within {seconds:.0f} s") from None
