"""The api as a service: the application, the bus and the store put together."""

import asyncio

from pydantic import SecretStr

from sunpilot.api.access import Access
from sunpilot.api.access.hasher import Argon2, Hasher
from sunpilot.api.announcer import Announcer
from sunpilot.api.app import create_app
from sunpilot.api.board import Board
from sunpilot.api.consents import Consents
from sunpilot.api.context import Context
from sunpilot.api.deadlines import Deadlines
from sunpilot.api.entities import Entities
from sunpilot.api.grafana import NOWHERE, Grafana
from sunpilot.api.homeassistant.discovery import Discovery, HomeAssistant
from sunpilot.api.intake import Intake
from sunpilot.api.journal import Journal
from sunpilot.api.notification.notifier import Notifier
from sunpilot.api.notification.sender import Send, send
from sunpilot.api.notification.targets import Targets
from sunpilot.api.orders import Orders
from sunpilot.api.server import listen, serve
from sunpilot.api.trials import Trials
from sunpilot.contract.decision import Text
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import BROKER, STORE, Wait, WaitCode
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

STORE_CHECK_S = 2.0
"""How often the store is asked whether it is there, in real time."""

ROLL_S = 5.0
"""How often services are looked at for their silence."""


NOT_TOLD = HomeAssistant(enabled=False)


class Api:
    """Configuration, orders, live stream and page. ``durable`` False is for a store without append-only file.

    ``key`` is the first API key, ``password`` one from a file, ``proxy`` who is believed about where requests are from.
    ``app`` is the application without a socket; ``port`` is the port in use once ``started`` is set.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        topics: Topics,
        instance: str,
        log: Log,
        *,
        key: SecretStr,
        password: SecretStr | None = None,
        hasher: Hasher | None = None,
        host: str = "127.0.0.1",
        port: int = 7080,
        proxy: str | None = None,
        durable: bool = True,
        home_assistant: HomeAssistant = NOT_TOLD,
        grafana: Grafana = NOWHERE,
        send: Send = send,
    ) -> None:
        self._log = log
        self._streaks = Streaks(log)
        self._store = store
        self._host = host
        self._proxy = proxy
        self._report = Report(bus, clock, topics, "api", instance, log)
        self._clock = clock
        self._board = Board(topics, self._report, clock)
        announcer = Announcer(bus, topics, self._board)
        self._journal = Journal(store, announcer, durable=durable)
        entities = Entities(store, self._journal, announcer)
        self._orders = Orders(store, self._journal, entities, announcer, clock, log)
        self._deadlines = Deadlines(store, self._journal, clock, log)
        self._access = Access(key, store, self._journal, clock, log, hasher or Argon2(), password)
        targets = Targets(store, self._journal)
        self._notifier = Notifier(store, self._board, targets, clock, instance, log, send)
        context = Context(
            access=self._access,
            announcer=announcer,
            board=self._board,
            bus=bus,
            clock=clock,
            consents=Consents(),
            deadlines=self._deadlines,
            entities=entities,
            grafana=grafana,
            instance=instance,
            log=log,
            notifier=self._notifier,
            orders=self._orders,
            report=self._report,
            store=store,
            targets=targets,
            trials=Trials(bus, store, topics, self._report),
        )
        self._discovery = Discovery(bus, store, self._board, clock, topics, instance, log, home_assistant)
        self._intake = Intake(context, topics, self._discovery.reread)
        self._path = f"service/api/{instance}"
        self._is_restored = False
        self._bus = bus
        self.app = create_app(context)
        self.port = port
        self.started = asyncio.Event()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Serve until cancelled; raises OSError when the port is taken."""
        listener = listen(self._host, self.port)
        self.port = listener.getsockname()[1]
        self._log.info("listening", host=self._host, port=self.port)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.run_without_socket())
            tasks.create_task(serve(self.app, listener, self._board.feed.close, self._proxy))
            self.started.set()

    async def run_without_socket(self) -> None:
        """All but the server: what comes by MQTT, the ends of overrides, and the service's own report."""
        self._bus.on_connection(self._on_connection)
        self._waits_for(BROKER, not self._bus.is_connected)
        self._intake.subscribe()
        self._discovery.subscribe()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._report.run())
                tasks.create_task(self._follow_store())
                tasks.create_task(self._call_roll())
                tasks.create_task(self._intake.run())
                tasks.create_task(self._discovery.run())
                tasks.create_task(self._orders.run())
                tasks.create_task(self._deadlines.run())
                tasks.create_task(self._access.run())
                tasks.create_task(self._notifier.run())
        finally:
            self._board.feed.close()
            self._report.say_goodbye()

    def _on_connection(self, up: bool) -> None:
        if up:  # a broker that was restarted has forgotten what was retained, and changes were not heard
            self._is_restored = False
            self._discovery.reread()
        self._waits_for(BROKER, not up)

    def _waits_for(self, what: Wait, waiting: bool) -> None:
        if waiting == (what in self._report.state.waits):
            return
        self._report.waits_for(what, waiting)
        self._board.note(self._path, self._report.state)

    async def _call_roll(self) -> None:
        while True:
            if self._bus.is_connected:
                self._board.call_roll()
            else:  # the api does not hear itself by the broker
                self._board.note(self._path, self._report.state)
            await self._clock.sleep(ROLL_S)

    async def _follow_store(self) -> None:
        while True:
            waits_for = None
            try:
                if self._is_restored and not self._journal.is_in_doubt:
                    await self._store.ping()
                else:
                    self._is_restored = True
                    await self._access.restore()
                    await self._orders.restore()
            except StoreDownError:
                waits_for = STORE
            except StoreRefusedError as error:
                waits_for = _STORE_REFUSES
                self._streaks.failed(_STORE_REFUSES.text.en, why=str(error))
            else:
                self._streaks.ended(_STORE_REFUSES.text.en)
            self._is_restored = self._is_restored and waits_for is None
            for reason in (STORE, _STORE_REFUSES):
                self._waits_for(reason, reason == waits_for)
            await asyncio.sleep(STORE_CHECK_S)


_STORE_REFUSES = Wait(
    code=WaitCode.STORE_REFUSES,
    text=Text(
        en="the store, which refuses to answer; the api's log says why",
        de="den Speicher, der die Antwort verweigert; das Protokoll der API sagt, warum",
    ),
)
