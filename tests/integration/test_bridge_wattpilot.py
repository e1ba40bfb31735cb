"""The bridge against the simulated Wattpilot over a real WebSocket on loopback, at twenty times the speed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from structlog.testing import CapturingLogger

from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.message import decode
from sunpilot.contract.setpoint import Ack, Action, OnLapse, Result, Setpoint
from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer
from tests.support.memory_bus import MemoryBroker

PASSWORD = "Pässwört 12€"
TOPICS = Topics()
SPEED = 20
PATIENCE_S = 20.0


class Site:
    """A box behind its server, a broker in memory, and a bridge between them."""

    def __init__(self) -> None:
        self.clock = ScaledClock(datetime(2026, 6, 21, 12, tzinfo=UTC), SPEED)
        self.box = Box(self.clock.now)
        self.server = WattpilotServer(self.box, password=PASSWORD, sleep=self.clock.sleep)
        self.broker = MemoryBroker()
        self.tasks: list[asyncio.Task[None]] = []
        self.n = 0

    async def start(self, password: str) -> None:
        port = await self.server.start()
        settings = WattpilotSettings(id=7, host=f"127.0.0.1:{port}", password=password)
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
        return decode(Status, payload) if payload else None

    @property
    def acks(self) -> list[Ack]:
        return [decode(Ack, payload) for payload in self.broker.sent(TOPICS.wattpilot(7, "ack"))]

    async def _live(self) -> None:
        while True:
            await self.clock.sleep(1.0)
            self.box.step(1.0)


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)
    one = Site()
    yield one
    await one.stop()


def online(site: Site) -> Callable[[], bool]:
    return lambda: site.status is not None and site.status.link is LinkState.ONLINE


async def test_it_logs_in_charges_and_stops(site: Site) -> None:
    site.box.person_sets("frc", 1)
    site.box.plug_in()
    await site.start(PASSWORD)
    await site.until(online(site))
    site.order(Action.CHARGE, 8)
    await site.until(lambda: site.status is not None and (site.status.power_w or 0) > 4000)
    assert site.status is not None
    assert (site.status.car, site.status.requested_a, site.status.phases) == (Car.CHARGING, 8, 3)
    site.order(Action.STOP)
    await site.until(lambda: site.box.power_w == 0)
    assert [(ack.key, ack.value, ack.result) for ack in site.acks] == [
        ("amp", 8, Result.STORED),
        ("frc", 0, Result.STORED),
        ("frc", 1, Result.STORED),
    ]


async def test_a_reboot_of_the_box_is_survived(site: Site) -> None:
    await site.start(PASSWORD)
    await site.until(online(site))
    site.order(Action.STOP)
    await site.until(lambda: site.box.properties["frc"] == 1)
    site.box.reboot()
    assert site.box.properties["frc"] == 0
    await site.until(lambda: site.status is not None and not site.status.is_online)
    site.order(Action.STOP)
    await site.until(lambda: site.box.properties["frc"] == 1)
    assert online(site)()


async def test_a_wrong_password_is_said_and_waits(site: Site) -> None:
    await site.start("Sonne+2026!")
    await site.until(lambda: site.status is not None and site.status.link is LinkState.WRONG_PASSWORD)


async def test_a_box_that_is_away_is_found_when_it_is_back(site: Site) -> None:
    site.box.set_fault("refuse", True)
    await site.start(PASSWORD)
    await site.until(lambda: site.status is not None and site.status.link is LinkState.CONNECTING)
    site.box.set_fault("refuse", False)
    await site.until(online(site))
