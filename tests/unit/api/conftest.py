"""An api over a broker and a store in memory, in virtual time."""

import asyncio
import contextlib
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fakeredis
import httpx2
import pytest
import structlog
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from sunpilot.api.grafana import Grafana
from sunpilot.api.journal import Command, Journal
from sunpilot.api.notification.target import Outcome
from sunpilot.api.service import Api
from sunpilot.contract.keys import Keys
from sunpilot.contract.topics import Topics
from sunpilot.runtime.store import Store, StoreDownError
from tests.support.memory_bus import MemoryBroker, MemoryBus
from tests.support.virtual_time import VirtualClock, VirtualLoop

KEY = "a-key-for-the-tests-0123456789"
PASSWORD = "sunny side up, twice"
TOKEN = "TOKENMUSTNEVERCOMEOUT"
ROOF: dict[str, Any] = {"name": "Roof", "source": {"kind": "solaredge", "site_id": "1234567", "token": TOKEN}}


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"virtual": VirtualLoop}


class QuickHasher:
    """Threads have no place in virtual time."""

    async def hash(self, password: SecretStr) -> str:
        return hashlib.sha256(password.get_secret_value().encode()).hexdigest()

    async def matches(self, hashed: str, password: SecretStr) -> bool:
        await asyncio.sleep(0)
        return hashed == await self.hash(password)


class Phone:
    """What notifications arrive at; ``answers`` is what becomes of the next ones, after which all are taken."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, str]] = []
        self.answers: list[Outcome] = []

    async def take(self, address: str, title: str, body: str) -> Outcome:
        self.messages.append((address, title, body))
        return self.answers.pop(0) if self.answers else Outcome.SENT


@dataclass
class World:
    make: Callable[[MemoryBus], Api]
    api: Api
    http: httpx2.AsyncClient
    stranger: httpx2.AsyncClient
    broker: MemoryBroker
    bus: MemoryBus
    outside: MemoryBus
    clock: VirtualClock
    server: fakeredis.FakeServer
    store: Store
    answers: list[httpx2.Response]
    log: list[Any]
    phone: "Phone"
    running: asyncio.Task[None] | None = None

    async def restart(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        await self.stop()
        await meanwhile()
        self.bus = self.broker.client()
        self.api = self.make(self.bus)
        self.start()
        await self.settle()

    def start(self) -> None:
        self.bus.connect()
        self.running = asyncio.create_task(self.api.run_without_socket())

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.running
        self.bus.disconnect()

    @staticmethod
    def lose_answers(monkeypatch: pytest.MonkeyPatch) -> None:
        """What is written stands, but the store's answer does not come in time."""
        write = Journal._write

        async def unheard(journal: Journal, commands: Sequence[Command]) -> None:
            await write(journal, commands)
            raise StoreDownError("the store does not answer")

        monkeypatch.setattr(Journal, "_write", unheard)

    async def settle(self, seconds: float = 0.0) -> None:
        await asyncio.sleep(seconds)
        for _ in range(30):
            await asyncio.sleep(0)

    async def say(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        self.outside.publish(topic, payload.encode() if isinstance(payload, str) else payload, retain=retain)
        await self.settle()

    async def add(self, **changes: Any) -> Any:
        """An inverter; another name is another site."""
        site_id = str(zlib.crc32(changes.get("name", ROOF["name"]).encode()))
        source = ROOF["source"] | ({"site_id": site_id} if "name" in changes else {})
        answer = await self.http.post("/api/v1/inverters", json=ROOF | {"source": source} | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def learn(self, wattpilot_id: int = 1) -> None:
        await self.say(f"sunpilot/wattpilot/{wattpilot_id}/status", '{"v":1,"link":"online","car":"idle"}', retain=True)

    def retained(self, topic: str) -> bytes | None:
        return self.broker.retained.get(topic)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_world() as made:
        yield made


@contextlib.asynccontextmanager
async def running_world() -> AsyncIterator[World]:
    """An api at work; at the end, no secret may have come out anywhere."""
    broker, clock, server, log = MemoryBroker(), VirtualClock(), fakeredis.FakeServer(), structlog.testing.LogCapture()
    redis = fakeredis.FakeAsyncRedis(server=server, decode_responses=True)
    bus, outside, store, phone = broker.client(), broker.client(), Store(redis, Keys()), Phone()
    logger = structlog.wrap_logger(None, processors=[log])

    def make(bus: MemoryBus) -> Api:
        return Api(
            bus,
            store,
            clock,
            Topics(),
            "test",
            logger,
            key=SecretStr(KEY),
            hasher=QuickHasher(),
            durable=False,
            send=phone.take,
            grafana=Grafana(port=3000),
        )

    answers: list[httpx2.Response] = []

    async def keep(answer: httpx2.Response) -> None:
        await answer.aread()
        answers.append(answer)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await made.api.app(scope, receive, send)

    def client(**headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=app)
        return httpx2.AsyncClient(
            transport=transport, base_url="http://api", headers=headers, event_hooks={"response": [keep]}
        )

    outside.connect()
    async with client(Authorization=f"Bearer {KEY}") as http, client() as stranger:
        made = World(
            make, make(bus), http, stranger, broker, bus, outside, clock, server, store, answers, log.entries, phone
        )
        made.start()
        await made.settle()
        yield made
    await made.stop()
    await redis.aclose()
    said = [answer.text for answer in answers] + [repr(payload) for _, payload in broker.log] + [repr(log.entries)]
    assert not any(secret in text for text in said for secret in (TOKEN, KEY, PASSWORD)), "a secret came out"
