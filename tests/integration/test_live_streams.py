"""Many live clients on sockets, of which some never read."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator

import pytest

from sunpilot.api import server
from sunpilot.api.service import Api
from tests.integration.test_api_server import KEY, serving
from tests.support.memory_bus import MemoryBroker

REQUEST = f"GET /api/v1/live HTTP/1.1\r\nHost: sunpilot\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
STATUS = "sunpilot/wattpilot/1/status"
LAST = json.dumps({"v": 1, "link": "online", "car": "charging"}).encode()

PROMISED = 250
"""So many streams may be open at once (docs/rest.md, live)."""


def _large(number: int) -> bytes:
    """A status that is another one each time: what says nothing new is not passed on."""
    return json.dumps({"v": 1, "link": "online", "power_w": number, "device_type": "x" * 60_000}).encode()


@contextlib.asynccontextmanager
async def _client(api: Api) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port, limit=4096)
    writer.write(REQUEST)
    try:
        yield reader
    finally:
        writer.transport.abort()


async def _until(reader: asyncio.StreamReader, text: bytes) -> None:
    seen = b""
    async with asyncio.timeout(30):
        while text not in seen:
            new = await reader.read(65536)
            assert new, f"the stream has ended: {seen!r}"
            seen = seen[-100:] + new


async def test_clients_that_never_read_hold_up_nobody_and_grow_nothing() -> None:
    broker = MemoryBroker()
    async with serving(broker) as (api, _), contextlib.AsyncExitStack() as clients:
        asleep = [await clients.enter_async_context(_client(api)) for _ in range(5)]
        awake = [await clients.enter_async_context(_client(api)) for _ in range(20)]
        for reader in (*asleep, *awake):
            await _until(reader, b"event: snapshot")
        reading = [asyncio.create_task(_until(reader, b'"car": "charging"')) for reader in awake]
        for number in range(200):  # 12 MB for each client, more than sockets hold
            broker.publish(STATUS, _large(number), True)
            await asyncio.sleep(0)
        broker.publish(STATUS, LAST, True)
        await asyncio.gather(*reading)
        # Who wakes up finds what was under way, and then the newest value.
        await asyncio.gather(*(_until(reader, b'"car": "charging"') for reader in asleep))


async def test_as_many_streams_as_are_promised_hear_every_change_and_the_one_beyond_is_told_what_to_do() -> None:
    broker = MemoryBroker()
    async with serving(broker) as (api, _), contextlib.AsyncExitStack() as clients:
        readers = [await clients.enter_async_context(_client(api)) for _ in range(PROMISED)]
        await asyncio.gather(*(_until(reader, b"event: snapshot") for reader in readers))
        beyond = await clients.enter_async_context(_client(api))
        answer = (await beyond.readuntil(b"\r\n\r\n")).decode().lower()
        assert answer.startswith("http/1.1 503 ")
        assert "retry-after: " in answer
        await _until(beyond, b"close some, or try again later")
        for number in range(1, 21):
            broker.publish(f"sunpilot/wattpilot/{number}/online", b"true", True)
            change = f'"path": "wattpilot/{number}/online", "value": true'.encode()
            await asyncio.gather(*(_until(reader, change) for reader in readers))


async def test_the_server_ends_in_time_although_clients_do_not_read() -> None:
    broker = MemoryBroker()
    async with serving(broker) as (api, task), contextlib.AsyncExitStack() as clients:
        for _ in range(5):
            await _until(await clients.enter_async_context(_client(api)), b"event: snapshot")
        for number in range(200):
            broker.publish(STATUS, _large(number), True)
            await asyncio.sleep(0.001)
        begin = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - begin < 3


async def test_a_client_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STUCK_MS", 1000)
    broker = MemoryBroker()
    async with serving(broker) as (api, _), _client(api) as asleep:
        await _until(asleep, b"event: snapshot")
        feed = api.app.state.context.board.feed
        async with asyncio.timeout(30):
            for number in itertools.count():
                if not feed.watching:
                    break
                broker.publish(STATUS, _large(number), True)
                await asyncio.sleep(0.01)
