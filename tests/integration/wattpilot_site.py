"""A bridge, a broker in memory and the simulated Wattpilot behind a real WebSocket, at twenty times the speed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from structlog.testing import CapturingLogger

from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.message import decode
from sunpilot.contract.setpoint import Ack, Action, OnLapse, Setpoint
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer
from tests.support.memory_bus import MemoryBroker
from tests.support.undated import undated

PASSWORD = "Pässwört 12€"
TOPICS = Topics()
SPEED = 20
PATIENCE_S = 20.0


class Site:
    """A box behind its server, a broker in memory, and a bridge between them."""

    def __init__(self, profile: str = "v2-42") -> None:
        self.clock = ScaledClock(datetime(2026, 6, 21, 12, tzinfo=UTC), SPEED)
        self.box = Box(self.clock.now, profile=profile)
        self.server = WattpilotServer(self.box, password=PASSWORD, sleep=self.clock.sleep)
        self.broker = MemoryBroker()
        self.tasks: list[asyncio.Task[None]] = []
        self.n = 0
        self.port = 0

    async def start(self, password: str) -> None:
        self.port = await self.server.start()
        settings = WattpilotSettings(id=7, host=f"127.0.0.1:{self.port}", password=password)
        bus = self.broker.client()
        bridge = Bridge(bus, self.clock, TOPICS, "test", CapturingLogger(), settings)
        self.tasks = [asyncio.ensure_future(self._live()), asyncio.ensure_future(bridge.run())]
        bus.connect()

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.server.stop()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.01)

    def order(self, action: Action, amps: int | None = None) -> None:
        self.n += 1
        setpoint = Setpoint(action=action, amps=amps, epoch=1, n=self.n, on_lapse=OnLapse.STOP, reason="test")
        self.broker.publish(TOPICS.wattpilot(7, "setpoint"), setpoint.encode(), False)

    @property
    def status(self) -> Status | None:
        payload = self.broker.retained.get(TOPICS.wattpilot(7, "status"))
        return undated(decode(Status, payload)) if payload else None

    @property
    def acks(self) -> list[Ack]:
        return [undated(decode(Ack, payload)) for payload in self.broker.sent(TOPICS.wattpilot(7, "ack"))]

    async def _live(self) -> None:
        while True:
            await self.clock.sleep(1.0)
            self.box.step(1.0)
