"""The link to the Wattpilot: one connection at a time, renewed for ever."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import NoReturn

from sunpilot.bridge.auth import UnsupportedLoginError
from sunpilot.bridge.backoff import BackOff
from sunpilot.bridge.boot import Boot
from sunpilot.bridge.connection import Connection, KeyFor, LinkDownError, LoginRefusedError, Socket, UnansweredError
from sunpilot.bridge.message import Hello, Json, Properties, Response
from sunpilot.contract.decision import Text
from sunpilot.contract.status import LinkState
from sunpilot.contract.wait import Wait, WaitCode
from sunpilot.runtime.log import Log, Streaks

CONNECT_S = 15.0
RETRY_S = (1.0, 60.0)
STEADY_S = 15.0
"""A device that is short of sessions takes a connection and drops it again: one that ends sooner is no success."""
REFUSED_RETRY_S = (30.0, 900.0)
"""After a refused login: gently, but never for ever, because devices refuse a right password now and then."""

LINK_DOWN = "link down"
LOGIN_REFUSED = "login refused"
LOGIN_UNSUPPORTED = "login not supported"
UNUSABLE = "the Wattpilot sends what cannot be used"
"""Each of these is logged once, also while another lasts."""

_GERMAN = {
    WaitCode.WATTPILOT_LINK: "den Wattpilot, zu dem keine Verbindung besteht",
    WaitCode.WATTPILOT_REFUSES: "das richtige WATTPILOT_PASSWORD: der Wattpilot lehnt die Anmeldung ab",
    WaitCode.WATTPILOT_LOGIN: "eine Anmeldung, die Sunpilot kennt: der Wattpilot verlangt eine andere",
}


class Link:
    """The link to one Wattpilot. ``state`` and ``problem`` (what is waited for, or None) tell how it stands.

    ``connect`` opens a socket, ``key_for`` derives the key, ``keep`` names the properties to hold. ``on_change`` is
    called after every change of state or properties, and must not block. ``cloud`` says that the socket leads to the
    manufacturer's cloud.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Socket]],
        key_for: KeyFor,
        keep: AbstractSet[str],
        on_change: Callable[[], None],
        rng: random.Random,
        log: Log,
        *,
        cloud: bool = False,
    ) -> None:
        self.state = LinkState.CONNECTING
        self.problem: Wait | None = None
        self._connect = connect
        self._key_for = key_for
        self._keep = keep
        self._on_change = on_change
        self._cloud = cloud
        self._log = log
        self._streaks = Streaks(log)
        self._retry = BackOff(*RETRY_S, rng)
        self._refused_retry = BackOff(*REFUSED_RETRY_S, rng)
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None
        self._boot = Boot()

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
                    LOGIN_REFUSED,
                    LinkState.WRONG_PASSWORD,
                    WaitCode.WATTPILOT_REFUSES,
                    f"the Wattpilot refuses the login ({refusal}): WATTPILOT_PASSWORD must be the password that was "
                    "set in the Solar.wattpilot app",
                )
            except UnsupportedLoginError as unsupported:
                wait_s = self._refused_retry.wait_s()
                self._fail(LOGIN_UNSUPPORTED, LinkState.CONNECTING, WaitCode.WATTPILOT_LOGIN, str(unsupported))
            except OSError as error:  # among them ConnectionError and TimeoutError
                wait_s = self._retry.wait_s()
                self._fail(
                    LINK_DOWN,
                    LinkState.CONNECTING,
                    WaitCode.WATTPILOT_LINK,
                    f"no connection to the Wattpilot: {error or 'it does not answer'}",
                )
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
                    self._lose()
                raise

    async def _connect_and_listen(self) -> NoReturn:
        self._become(LinkState.CONNECTING)
        async with asyncio.timeout(CONNECT_S):
            socket = await self._connect()
        connection = Connection(socket, self._keep, cloud=self._cloud)
        try:
            await connection.log_in(self._key_for, lambda: self._become(LinkState.AUTHENTICATING))
            self._become(LinkState.INITIALISING)
            await connection.initialise()
            self._connection = connection
            self._succeed(connection)
            await self._listen(connection)
        finally:
            self._connection = None
            self._tell_unusable(connection)
            await connection.close()

    async def _listen(self, connection: Connection) -> NoReturn:
        loop = asyncio.get_running_loop()
        since_s = loop.time()
        try:
            await connection.listen(self._follow)
        except OSError:
            if loop.time() - since_s >= STEADY_S:
                self._retry.reset()
            self._lose()  # before it is closed, which may take its time: a box without properties is not online
            raise

    def _lose(self) -> None:
        self._connection = None
        self._become(LinkState.CONNECTING)

    def _become(self, state: LinkState) -> None:
        if state is not self.state:
            self.state = state
            self._on_change()

    def _follow(self) -> None:
        """A change came. Raises ConnectionError on a restart of the box: all of its state must be asked for anew."""
        if self._has_restarted():
            raise ConnectionError("it restarted")
        self._on_change()

    def _has_restarted(self) -> bool:
        boot = Boot.of(self.properties)
        restarted = boot.is_after(self._boot)
        self._boot = boot
        if restarted:
            self._log.info("the Wattpilot restarted", times=boot.count)
        return restarted

    def _tell_unusable(self, connection: Connection) -> None:
        if connection.unusable:
            self._streaks.failed(UNUSABLE, **connection.unusable)
        else:
            self._streaks.ended(UNUSABLE)

    def _succeed(self, connection: Connection) -> None:
        self._refused_retry.reset()
        for fault in (LINK_DOWN, LOGIN_REFUSED, LOGIN_UNSUPPORTED):
            self._streaks.ended(fault)
        device = connection.hello
        if device is not None:
            self._log.info("link up", device_type=device.device_type, firmware=device.firmware)
        self._has_restarted()
        self.problem = None
        self._become(LinkState.ONLINE)

    def _fail(self, fault: str, state: LinkState, code: WaitCode, why: str) -> None:
        self._streaks.failed(fault, why=why)
        self.problem = Wait(code=code, text=Text(en=why, de=_GERMAN[code]))
        self.state = state
        self._on_change()
