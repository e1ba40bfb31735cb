"""The fetcher: attends to every configured inverter while it leads, and asks nothing while it does not."""

import asyncio
import contextlib
from random import Random

from sunpilot.contract.decision import Text
from sunpilot.contract.service import ConfigChanged
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import BROKER, STORE, Wait, WaitCode
from sunpilot.fetcher import http
from sunpilot.fetcher.roster import LEAVES, Roster
from sunpilot.fetcher.setup import Setup
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.fetcher.tester import Tester
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

NAME = "fetcher"

WAITS_FOR_LEADERSHIP = Wait(
    code=WaitCode.TURN,
    text=Text(
        en="the other fetcher, which leads; this one takes over when it ends",
        de="den anderen Fetcher, der führt; dieser übernimmt, wenn er endet",
    ),
)
WAITS_FOR_INVERTER = Wait(
    code=WaitCode.INVERTER,
    text=Text(en="an inverter: none is configured", de="einen Wechselrichter: keiner ist eingetragen"),
)

TRIALS_AT_ONCE = 4
"""So many sources are tried at the same time: a trial may last as long as its answer may take."""

RETRY_S = 2.0
"""Between two tries to reach the store, in real time, as for everything that guards a socket."""


class Fetcher:
    """The service. ``ask`` makes an HTTP request, ``rng`` draws the jitter of the schedule."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        clock: Clock,
        topics: Topics,
        instance: str,
        log: Log,
        *,
        ask: http.Ask = http.ask,
        rng: Random | None = None,
    ) -> None:
        self._bus = bus
        self._store = store
        self._topics = topics
        self._report = Report(bus, clock, topics, NAME, instance, log)
        self._leader = Leader(store, clock, NAME, instance, log)
        self._streaks = Streaks(log)
        lines = Lines(ask, Subscriptions(bus), clock, log)
        self._roster = Roster(store, self._leader, lines, bus, topics, rng or Random(), self._resign)
        self._tester = Tester(store, self._roster, lines, bus, topics)
        self._setup: Setup | None = None
        self._statuses: dict[int, Status] = {}
        self._leftovers: set[int] = set()
        self._tests: asyncio.Queue[str] = asyncio.Queue(maxsize=TRIALS_AT_ONCE)
        self._changed = asyncio.Event()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Serve until cancelled; then give up the lead and say good-bye."""
        self._report.waits_for(BROKER, not self._bus.is_connected)
        self._bus.on_connection(self._on_connection)
        self._bus.subscribe(self._topics.config, self._on_config)
        self._bus.subscribe(self._topics.inverter("+", "fetch"), self._on_fetch)
        self._bus.subscribe(self._topics.wattpilot("+", "status"), self._on_status)
        self._bus.subscribe(self._topics.source_test("+"), self._on_test)
        for leaf in LEAVES:
            self._bus.subscribe(self._topics.inverter("+", leaf), self._on_own)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._report.run())
                tasks.create_task(self._leader.run(self._on_leadership))
                tasks.create_task(self._say_what_it_waits_for())
                tasks.create_task(self._keep_up(tasks))
                for _ in range(TRIALS_AT_ONCE):
                    tasks.create_task(self._try_sources())
        finally:
            await self._resign()
            self._report.say_goodbye()

    # --- what comes in --------------------------------------------------------------------------------------------

    def _on_connection(self, up: bool) -> None:
        self._report.waits_for(BROKER, not up)
        if up:  # a change of the configuration may have been announced meanwhile
            self._changed.set()

    def _on_config(self, delivery: Delivery) -> None:
        change = self._report.read(ConfigChanged, delivery)
        if change is not None and change.kind in ("inverter", "house", "wattpilot"):
            self._changed.set()

    def _on_fetch(self, delivery: Delivery) -> None:
        inverter_id = self._topics.id_of(delivery.topic)
        if inverter_id is not None and not delivery.retained:
            self._roster.ask(inverter_id)

    def _on_status(self, delivery: Delivery) -> None:
        wattpilot_id = self._topics.id_of(delivery.topic)
        if wattpilot_id is None:
            return
        if not delivery.payload:
            self._statuses.pop(wattpilot_id, None)
        elif (status := self._report.read(Status, delivery)) is not None:
            self._statuses[wattpilot_id] = status
        if self._setup is not None:
            self._roster.assign(self._setup, self._statuses)

    def _on_own(self, delivery: Delivery) -> None:
        """What the broker has kept of an inverter: it may have been deleted while no fetcher ran."""
        inverter_id = self._topics.id_of(delivery.topic)
        if inverter_id is not None and delivery.retained and delivery.payload:
            self._leftovers.add(inverter_id)
            self._clear_leftovers()

    def _on_test(self, delivery: Delivery) -> None:
        if not delivery.retained and self._leader.epoch is not None and not self._tests.full():
            self._tests.put_nowait(delivery.topic.rpartition("/")[2])

    def _on_leadership(self, leads: bool) -> None:
        self._report.waits_for(WAITS_FOR_LEADERSHIP, not leads)
        if leads:
            self._changed.set()
        else:
            self._dismiss()

    # --- the store ------------------------------------------------------------------------------------------------

    async def _say_what_it_waits_for(self) -> None:
        """A leader without store goes on, and says so too."""
        while True:
            await asyncio.sleep(RETRY_S)
            answers = self._leader.store_answers
            self._report.waits_for(STORE, not answers)
            self._report.waits_for(WAITS_FOR_LEADERSHIP, answers and self._leader.epoch is None)

    async def _keep_up(self, tasks: asyncio.TaskGroup) -> None:
        """Read the configuration again after each change, for as long as it takes."""
        what = "the configuration cannot be read"
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._leader.epoch is None:
                continue
            try:
                await self._read_setup(tasks)
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, why=str(error))
                await asyncio.sleep(RETRY_S)
                self._changed.set()
            except FencedError:
                await self._resign()
            else:
                self._streaks.ended(what)

    async def _read_setup(self, tasks: asyncio.TaskGroup) -> None:
        setup = await Setup.read(self._store)
        if not await self._roster.update(setup, self._statuses, tasks):
            return  # the lead was lost meanwhile
        self._setup = setup
        self._report.waits_for(WAITS_FOR_INVERTER, not setup.inverters)
        self._clear_leftovers()

    async def _try_sources(self) -> None:
        """Try what people want to configure."""
        while True:
            await self._tester.answer(await self._tests.get())

    # --- leading --------------------------------------------------------------------------------------------------

    def _clear_leftovers(self) -> None:
        """Clear the topics of inverters that are not configured, once it is known which are."""
        if self._setup is not None:
            for inverter_id in self._leftovers - self._setup.inverters.keys():
                self._roster.clear(inverter_id)
            self._leftovers.clear()

    async def _resign(self) -> None:
        """Give up the lead, whether or not the store hears of it."""
        with contextlib.suppress(StoreDownError, StoreRefusedError):
            await self._leader.resign()
        self._dismiss()

    def _dismiss(self) -> None:
        """End all attending; from now on another fetcher speaks for the inverters."""
        self._setup = None
        self._roster.dismiss()
        for leaf in LEAVES:
            self._bus.disown(self._topics.inverter("+", leaf))
