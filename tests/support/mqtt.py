"""Clients on a real broker, for tests."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus, Will
from tests.support.backends import Server


@contextlib.asynccontextmanager
async def client(server: Server, will: Will | None = None, *, wait: bool = True) -> AsyncIterator[MqttBus]:
    """A connected client."""
    bus = MqttBus(Broker(server.host, server.port), f"test-{uuid.uuid4().hex[:12]}", make_log("test", "error"), will)
    connected = asyncio.Event()
    bus.on_connection(lambda up: connected.set() if up else None)
    bus.start()
    try:
        if wait:
            async with asyncio.timeout(10):
                await connected.wait()
        yield bus
    finally:
        await bus.stop()


async def listen(bus: MqttBus, topic_filter: str) -> asyncio.Queue[Delivery]:
    """Subscribe, and make sure that the subscription holds."""
    queue: asyncio.Queue[Delivery] = asyncio.Queue()
    bus.subscribe(topic_filter, queue.put_nowait)
    probe: asyncio.Queue[Delivery] = asyncio.Queue()
    name = f"probe/{uuid.uuid4().hex}"
    bus.subscribe(name, probe.put_nowait)
    async with asyncio.timeout(10):
        while probe.empty():
            bus.publish(name, b"")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(probe.get())), 0.2)
                break
    bus.unsubscribe(name)
    return queue


async def get(queue: asyncio.Queue[Delivery], seconds: float = 5) -> Delivery:
    async with asyncio.timeout(seconds):
        return await queue.get()
