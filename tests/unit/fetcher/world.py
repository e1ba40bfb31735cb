"""A fetcher in virtual time: a broker and a store in memory, and a cloud that answers what a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random

import fakeredis
import structlog
from structlog.testing import LogCapture

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ConfigChanged, ServiceState
from sunpilot.contract.source import SourceState
from sunpilot.contract.source_settings import SolarEdgeV1, Source
from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.http import Ask, HttpAnswer, HttpRequest
from sunpilot.fetcher.service import Fetcher
from sunpilot.runtime.store import Store
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import START, VirtualClock

TOKEN = "L4EXAMPLETOKEN0123456789ABCDEFGH"
TOPICS = Topics()
KEYS = Keys()


def night_flow(grid_w: float) -> HttpAnswer:
    """A valid answer with the given import and nothing else."""
    power = {"status": "Active", "currentPower": grid_w}
    flow = {"unit": "W", "connections": [{"from": "GRID", "to": "Load"}], "GRID": power, "LOAD": power}
    return HttpAnswer(200, "application/json", json.dumps({"siteCurrentPowerFlow": flow}).encode())


class Cloud:
    """Answers with ``answer``; by default each answer differs from the one before. ``asked`` are the times of calls."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.asked: list[datetime] = []
        self.addresses: list[str] = []
        self.answer: Callable[[], HttpAnswer] = lambda: night_flow(1000 + len(self.asked))
        self.latency_s = 0.0
        self.under_way = 0
        self.most_under_way = 0

    async def ask(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(self._clock.now())
        self.addresses.append(f"{request.url}?api_key={request.params['api_key']}")
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.latency_s)
            return self.answer()
        finally:
            self.under_way -= 1


class World:
    """Everything around the fetchers of one installation: inverter 1 in house 1 with Wattpilot 5."""

    def __init__(self, start: datetime = START) -> None:
        self.clock = VirtualClock(start)
        self.broker = MemoryBroker()
        self.person = self.broker.client()
        self.person.connect()
        self.server = fakeredis.FakeServer()
        self.redis = fakeredis.FakeAsyncRedis(server=self.server, decode_responses=True)
        self.store = Store(self.redis, KEYS)
        self.cloud = Cloud(self.clock)
        self.ask_cloud: Ask = self.cloud.ask
        self.logs = LogCapture()
        self.log = structlog.wrap_logger(None, processors=[self.logs])

    @asynccontextmanager
    async def fetcher(self, instance: str = "one") -> AsyncIterator[Fetcher]:
        """A running fetcher with a store connection of its own."""
        bus = self.broker.client()
        redis = fakeredis.FakeAsyncRedis(server=self.server, decode_responses=True)
        fetcher = Fetcher(
            bus, Store(redis, KEYS), self.clock, TOPICS, instance, self.log, ask=self.ask_cloud, rng=Random(1)
        )
        task = asyncio.create_task(fetcher.run())
        await asyncio.sleep(0)
        bus.connect()
        try:
            await self.settle()
            yield fetcher
        finally:
            task.cancel()
            await asyncio.wait([task])
            await asyncio.sleep(0)
            bus.disconnect()
            await redis.aclose()
            if not task.cancelled():
                task.result()

    async def settle(self) -> None:
        """Let everything happen that needs no time, or next to none."""
        await asyncio.sleep(0.1)

    async def configure(self, token: str | None = TOKEN, site_id: str = "1234567", calls_per_day: int = 290) -> None:
        """Store the inverter as the api does, and tell."""
        await self.set_up(SolarEdgeV1(site_id=site_id, calls_per_day=calls_per_day), token)

    async def set_up(self, source: Source, token: str | None = TOKEN, fallback: Source | None = None) -> None:
        """Store the inverter with any sources as the api does, and tell. The second one has the same token."""
        inverter = Inverter(id=1, name="roof", source=source, fallback=fallback, house_id=1, wattpilot_id=5)
        house = House(id=1, name="home")
        await self.redis.hset(KEYS.inverters, "1", inverter.model_dump_json())
        await self.redis.hset(KEYS.houses, "1", house.model_dump_json())
        for name in ("1", "1:fallback"):
            if token is None:
                await self.redis.hdel(KEYS.tokens, name)
            else:
                await self.redis.hset(KEYS.tokens, name, token)
        await self.tell_change()

    async def delete(self) -> None:
        """Delete the inverter as the api does, and tell."""
        await self.redis.hdel(KEYS.inverters, "1")
        await self.redis.hdel(KEYS.tokens, "1")
        await self.tell_change()

    async def tell_change(self) -> None:
        self.person.publish(TOPICS.config, ConfigChanged(kind="inverter", id=1).encode())
        await self.settle()

    async def plug_in(self, car: Car = Car.WAITING) -> None:
        status = Status(link=LinkState.ONLINE, car=car, allowed=False)
        self.person.publish(TOPICS.wattpilot(5, "status"), status.encode(), retain=True)
        await self.settle()

    async def ask(self, payload: bytes = b"") -> None:
        """A person asks for a measurement."""
        self.person.publish(TOPICS.inverter(1, "fetch"), payload)
        await self.settle()

    def lose_store(self) -> None:
        self.server.connected = False

    def find_store(self) -> None:
        self.server.connected = True

    @property
    def readings(self) -> list[Reading]:
        return [decode(Reading, payload) for payload in self.broker.sent(TOPICS.inverter(1, "reading")) if payload]

    @property
    def states(self) -> list[SourceState]:
        return [decode(SourceState, payload) for payload in self.broker.sent(TOPICS.inverter(1, "source")) if payload]

    def report(self, instance: str = "one") -> ServiceState:
        return decode(ServiceState, self.broker.retained[TOPICS.service("fetcher", instance)])
