"""The fetcher: attends to every configured inverter while it leads, and asks nothing while it does not."""

import asyncio
import contextlib
from random import Random

from sunpilot.contract.keys import slot
from sunpilot.contract.service import ConfigChanged
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.fetcher import http
from sunpilot.fetcher.poller import Poller
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.setup import Setup
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

NAME = "fetcher"

WAITS_FOR_BROKER = "the MQTT broker: it does not answer; check that it runs and that its address is right"
WAITS_FOR_STORE = "the store: it does not answer; check that it runs and that address and password are right"
WAITS_FOR_LEADERSHIP = "the other fetcher, which leads; this one takes over when it ends"
WAITS_FOR_INVERTER = "an inverter: none is configured; add one by REST"

FAULT = "an inverter cannot be attended to; trying again"
AFTER_FAULT_S = 60.0

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
        self._clock = clock
        self._topics = topics
        self._log = log
        self._lines = Lines(ask, Subscriptions(bus), clock, log)
        self._rng = rng or Random()
        self._report = Report(bus, clock, topics, NAME, instance, log)
        self._leader = Leader(store, clock, NAME, instance, log)
        self._streaks = Streaks(log)
        self._setup = Setup()
        self._statuses: dict[int, Status] = {}
        self._pollers: dict[int, Poller] = {}
        self._runs: dict[int, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Serve until cancelled; then give up the lead and say good-bye."""
        self._report.waits_for(WAITS_FOR_BROKER, not self._bus.is_connected)
        self._bus.on_connection(self._on_connection)
        self._bus.subscribe(self._topics.config, self._on_config)
        self._bus.subscribe(self._topics.inverter("+", "fetch"), self._on_fetch)
        self._bus.subscribe(self._topics.wattpilot("+", "status"), self._on_status)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._report.run())
                tasks.create_task(self._leader.run(self._on_leadership))
                tasks.create_task(self._say_what_it_waits_for())
                tasks.create_task(self._keep_up(tasks))
        finally:
            await self._resign()
            self._report.say_goodbye()

    # --- what comes in --------------------------------------------------------------------------------------------

    def _on_connection(self, up: bool) -> None:
        self._report.waits_for(WAITS_FOR_BROKER, not up)
        if up:  # a change of the configuration may have been announced meanwhile
            self._changed.set()

    def _on_config(self, delivery: Delivery) -> None:
        change = self._report.read(ConfigChanged, delivery)
        if change is not None and change.kind in ("inverter", "house"):
            self._changed.set()

    def _on_fetch(self, delivery: Delivery) -> None:
        poller = self._pollers.get(self._topics.id_of(delivery.topic) or 0)
        if poller is not None and not delivery.retained:
            poller.ask()

    def _on_status(self, delivery: Delivery) -> None:
        wattpilot_id = self._topics.id_of(delivery.topic)
        if wattpilot_id is None:
            return
        if not delivery.payload:
            self._statuses.pop(wattpilot_id, None)
        elif (status := self._report.read(Status, delivery)) is not None:
            self._statuses[wattpilot_id] = status
        self._assign()

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
            self._report.waits_for(WAITS_FOR_STORE, not answers)
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
        records = {
            inverter_id: Record(self._store, self._leader, slot(inverter_id), self._log)
            for inverter_id in setup.inverters.keys() - self._pollers.keys()
        }
        for record in records.values():
            await record.load()
        if self._leader.epoch is None:  # lost meanwhile
            return
        self._setup = setup
        self._report.waits_for(WAITS_FOR_INVERTER, not setup.inverters)
        for inverter_id in self._pollers.keys() - setup.inverters.keys():
            await self._remove(inverter_id)
        self._assign()
        for inverter_id, record in records.items():
            self._add(inverter_id, record, tasks)

    # --- the pollers ----------------------------------------------------------------------------------------------

    def _assign(self) -> None:
        for inverter_id, poller in self._pollers.items():
            poller.assign(self._setup.assignment(inverter_id, self._statuses))

    def _add(self, inverter_id: int, record: Record, tasks: asyncio.TaskGroup) -> None:
        assignment = self._setup.assignment(inverter_id, self._statuses)
        poller = Poller(assignment, record, self._bus, self._topics, self._clock, self._log, self._lines, self._rng)
        self._pollers[inverter_id] = poller
        self._runs[inverter_id] = tasks.create_task(self._attend(poller))

    async def _attend(self, poller: Poller) -> None:
        while True:
            try:
                await poller.run()
            except FencedError:
                await self._resign()
                return
            except Exception as error:  # one inverter's trouble must not end the others
                self._streaks.failed(FAULT, error=repr(error))
                await self._clock.sleep(AFTER_FAULT_S)

    async def _remove(self, inverter_id: int) -> None:
        """An inverter was deleted: stop asking, then clear what is left of it."""
        poller, run = self._pollers.pop(inverter_id), self._runs.pop(inverter_id)
        run.cancel()
        await asyncio.wait([run])
        await poller.record.erase()
        poller.retire()

    async def _resign(self) -> None:
        """Give up the lead, whether or not the store hears of it."""
        with contextlib.suppress(StoreDownError, StoreRefusedError):
            await self._leader.resign()
        self._dismiss()

    def _dismiss(self) -> None:
        for run in self._runs.values():
            run.cancel()
        self._runs.clear()
        self._pollers.clear()
