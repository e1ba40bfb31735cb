"""The attendants of all configured inverters, and the records of their sources."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from random import Random

from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.attendant import Attendant
from sunpilot.fetcher.catalogue import Polled
from sunpilot.fetcher.feed import Feed
from sunpilot.fetcher.listener import Listener
from sunpilot.fetcher.outlet import Outlet
from sunpilot.fetcher.poller import Poller
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.setup import Setup
from sunpilot.fetcher.source import Lines
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.leader import FencedError, Leader
from sunpilot.runtime.log import Streaks
from sunpilot.runtime.store import Store

LEAVES = ("reading", "source")
"""The topics of an inverter that the fetcher publishes."""

FAULT = "an inverter cannot be attended to; trying again"
AFTER_FAULT_S = 60.0


class Roster:
    """Who attends to what. ``fenced`` is awaited when a write shows that somebody newer leads."""

    def __init__(
        self,
        store: Store,
        leader: Leader,
        lines: Lines,
        bus: Bus,
        topics: Topics,
        rng: Random,
        fenced: Callable[[], Awaitable[None]],
    ) -> None:
        self.records: Mapping[str, Record] = {}
        self._store = store
        self._leader = leader
        self._lines = lines
        self._bus = bus
        self._topics = topics
        self._rng = rng
        self._fenced = fenced
        self._streaks = Streaks(lines.log)
        self._attendants: dict[int, Attendant] = {}
        self._runs: dict[int, asyncio.Task[None]] = {}

    @property
    def feeds(self) -> Iterator[Feed]:
        """All sources that are attended to."""
        return (feed for attendant in self._attendants.values() for feed in attendant.feeds)

    async def update(self, setup: Setup, statuses: Mapping[int, Status], tasks: asyncio.TaskGroup) -> bool:
        """Attend to what is configured now; False when the lead was lost meanwhile.

        Raises `StoreDownError`, `StoreRefusedError` or `FencedError`.
        """
        orders = {inverter_id: setup.assignments(inverter_id, statuses) for inverter_id in setup.inverters}
        slots = [order.slot for group in orders.values() for order in group]
        records = {slot: self.records.get(slot) or await self._load(slot) for slot in slots}
        if self._leader.epoch is None:
            return False
        for inverter_id, attendant in list(self._attendants.items()):
            if _shape(orders.get(inverter_id, ())) != _shape([feed.assignment for feed in attendant.feeds]):
                await self._end(inverter_id)
            if inverter_id not in orders:
                self.clear(inverter_id)
        await self._forget(setup)
        self.records = records
        for inverter_id, group in orders.items():
            if inverter_id in self._attendants:
                self._attendants[inverter_id].assign(group)
            else:
                self._begin(inverter_id, group, tasks)
        return True

    def assign(self, setup: Setup, statuses: Mapping[int, Status]) -> None:
        """Pass on what changed about the use for readings."""
        for inverter_id, attendant in self._attendants.items():
            attendant.assign(setup.assignments(inverter_id, statuses))

    def ask(self, inverter_id: int) -> None:
        """Somebody wants a measurement of this inverter now."""
        if inverter_id in self._attendants:
            self._attendants[inverter_id].ask()

    def clear(self, inverter_id: int) -> None:
        """Clear what was published of an inverter that is gone."""
        for leaf in LEAVES:
            self._bus.publish(self._topics.inverter(inverter_id, leaf), b"", retain=True)

    def dismiss(self) -> None:
        """End all attending, and forget what is stored: a newer leader writes it now."""
        for run in self._runs.values():
            run.cancel()
        self._runs.clear()
        self._attendants.clear()
        self.records = {}

    async def _load(self, slot: str) -> Record:
        record = Record(self._store, self._leader, self._lines.clock, slot, self._lines.log)
        await record.load()
        return record

    async def _forget(self, setup: Setup) -> None:
        """Erase what is stored of sources that are gone, also of those that went while no fetcher ran."""
        for slot, record in self.records.items():
            if slot not in setup.slots:
                await record.erase()
        orphans = [slot for slot, secrets in setup.secrets.items() if secrets.grant and slot not in setup.slots]
        if orphans:
            await self._leader.write([("HDEL", self._store.keys.grants, *orphans)])

    def _begin(self, inverter_id: int, orders: Sequence[Assignment], tasks: asyncio.TaskGroup) -> None:
        clock = self._lines.clock
        outlet = Outlet(inverter_id, self._bus, self._topics, clock, lambda: self._leader.is_sure)
        attendant = Attendant(outlet, clock)
        attendant.feeds = [self._feed(order, attendant.notice) for order in orders]
        self._attendants[inverter_id] = attendant
        self._runs[inverter_id] = tasks.create_task(self._attend(attendant))

    def _feed(self, order: Assignment, notice: Callable[[], None]) -> Feed:
        record = self.records[order.slot]
        if isinstance(order.kind, Polled):
            return Poller(order, record, self._lines, self._rng, notice)
        return Listener(order, record, self._lines, notice)

    async def _attend(self, attendant: Attendant) -> None:
        while True:
            try:
                await attendant.run()
            except FencedError:
                await self._fenced()
                return
            except Exception as error:  # one inverter's trouble must not end the others
                self._streaks.failed(FAULT, error=repr(error))
                await self._lines.clock.sleep(AFTER_FAULT_S)

    async def _end(self, inverter_id: int) -> None:
        run = self._runs.pop(inverter_id)
        del self._attendants[inverter_id]
        run.cancel()
        await asyncio.wait([run])


def _shape(orders: Sequence[Assignment]) -> list[tuple[str, bool]]:
    """Which feeds an inverter needs."""
    return [(order.slot, isinstance(order.kind, Polled)) for order in orders]
