"""The link to the Wattpilot: one connection at a time, renewed for ever."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import NoReturn

from sunpilot.bridge.auth import UnsupportedLoginError
from sunpilot.bridge.backoff import BackOff
from sunpilot.bridge.connection import Connection, KeyFor, LinkDownError, LoginRefusedError, Socket, UnansweredError
from sunpilot.bridge.message import Hello, Json, Properties, Response
from sunpilot.contract.status import LinkState
from sunpilot.runtime.log import Log, Streaks

CONNECT_S = 15.0
RETRY_S = (1.0, 60.0)
REFUSED_RETRY_S = (30.0, 900.0)
"""After a refused login: gently, but never for ever, because devices refuse a right password now and then."""


class Link:
    """The link to one Wattpilot. ``state`` and ``problem`` (a sentence, or None) tell how it stands.

    ``connect`` opens a socket, ``key_for`` derives the key, ``keep`` names the properties to hold. ``on_change`` is
    called after every change of state or properties, and must not block.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Socket]],
        key_for: KeyFor,
        keep: AbstractSet[str],
        on_change: Callable[[], None],
        rng: random.Random,
        log: Log,
    ) -> None:
        self.state = LinkState.CONNECTING
        self.problem: str | None = None
        self._connect = connect
        self._key_for = key_for
        self._keep = keep
        self._on_change = on_change
        self._log = log
        self._streaks = Streaks(log)
        self._retry = BackOff(*RETRY_S, rng)
        self._refused_retry = BackOff(*REFUSED_RETRY_S, rng)
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None

    @property
    def properties(self) -> Properties:
        """The box's properties as it reported them last; empty while the link is down."""
        return self._connection.properties if self._connection is not None else {}

    @property
    def device(self) -> Hello | None:
        """The box's greeting; None while the link is down."""
        return self._connection.hello if self._connection is not None else None

    async def run(self) -> NoReturn:
        """Connect, log in and listen, again and again."""
        while True:
            try:
                await self._connect_and_listen()
            except LoginRefusedError as refusal:
                wait_s = self._refused_retry.wait_s()
                self._fail(
                    LinkState.WRONG_PASSWORD,
                    f"the Wattpilot refuses the login ({refusal}): WATTPILOT_PASSWORD must be the password that was "
                    "set in the Solar.wattpilot app",
                )
            except UnsupportedLoginError as unsupported:
                wait_s = self._refused_retry.wait_s()
                self._fail(LinkState.CONNECTING, str(unsupported))
            except OSError as error:  # among them ConnectionError and TimeoutError
                wait_s = self._retry.wait_s()
                self._fail(LinkState.CONNECTING, f"no connection to the Wattpilot: {error or 'it does not answer'}")
            await asyncio.sleep(wait_s)

    async def write(self, key: str, value: Json) -> Response:
        """Write one property, and wait for the answer; one write is under way at a time.

        Raises `LinkDownError` and, after 10 s without an answer, `UnansweredError`.
        """
        async with self._turn:
            connection = self._connection
            if connection is None:
                raise LinkDownError("the Wattpilot is not connected")
            try:
                return await connection.write(key, value)
            except (LinkDownError, UnansweredError):
                if self._connection is connection:
                    self._connection = None
                    self._become(LinkState.CONNECTING)
                raise

    async def _connect_and_listen(self) -> NoReturn:
        self._become(LinkState.CONNECTING)
        async with asyncio.timeout(CONNECT_S):
            socket = await self._connect()
        connection = Connection(socket, self._keep)
        try:
            await connection.log_in(self._key_for, lambda: self._become(LinkState.AUTHENTICATING))
            self._become(LinkState.INITIALISING)
            await connection.initialise()
            self._connection = connection
            self._succeed(connection)
            await connection.listen(self._on_change)
        finally:
            self._connection = None
            await connection.close()

    def _become(self, state: LinkState) -> None:
        if state is not self.state:
            self.state = state
            self._on_change()

    def _succeed(self, connection: Connection) -> None:
        self._retry.reset()
        self._refused_retry.reset()
        self._streaks.ended("link down")
        self._log.info("link up", firmware=connection.hello.firmware if connection.hello else None)
        self.problem = None
        self._become(LinkState.ONLINE)

    def _fail(self, state: LinkState, problem: str) -> None:
        self._streaks.failed("link down", why=problem)
        self.problem = problem
        self.state = state
        self._on_change()
