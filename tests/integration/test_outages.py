"""The swarm over real servers: any order of start, and restarts of broker and store without a restart of its own.

The broker is a real Mosquitto, the store a real Valkey; the clock runs 20 times as fast, so that a lease lasts 4.5 s.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.demo import NAME, UPLOAD_S
from sunpilot.simulator.owner import Owner
from sunpilot.simulator.world import World, WorldSettings
from sunpilot.standalone.demo import demo
from sunpilot.standalone.embedded import LOOPBACK, embedded_store
from sunpilot.standalone.swarm import Place
from tests.support.backends import free_port, mosquitto

LATE_MORNING = datetime(2026, 6, 21, 11, 0, tzinfo=ZoneInfo("Europe/Berlin"))
SETTINGS = WorldSettings(
    clouds=Clouds(Sky.CLEAR), calls_per_day=1_000_000, upload_interval_s=UPLOAD_S, publish_delay_s=0
)


class Servers:
    """A broker and a store on fixed ports, each to be stopped and started again with its data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, contextlib.ExitStack] = {}
        self.broker_port, self.store_port = free_port(), free_port()

    @property
    def place(self) -> Place:
        return Place(
            broker=Broker(LOOPBACK, self.broker_port),
            store=StoreAddress(LOOPBACK, self.store_port),
            host=LOOPBACK,
            port=0,
            key=SecretStr("key-of-an-integration-test"),
            log_level="error",
        )

    async def start(self, *names: str) -> None:
        for name in names:
            stack = self._running[name] = contextlib.ExitStack()
            server = (
                mosquitto(self._folder, self.broker_port)
                if name == "broker"
                else embedded_store(self._folder, self.store_port)
            )
            await asyncio.to_thread(stack.enter_context, server)

    async def stop(self, *names: str) -> None:
        for name in names:
            await asyncio.to_thread(self._running.pop(name).close)

    async def stop_all(self) -> None:
        await self.stop(*list(self._running))


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    servers = Servers(tmp_path)
    try:
        yield servers
    finally:
        await servers.stop_all()


async def until(condition: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.1)


def charging(world: World) -> Callable[[], bool]:
    return lambda: world.box.power_w > 3000


class Story:
    """What the demo says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def in_command(self) -> bool:
        """The controller has started a charge: before, the box charges by its own default."""
        return any("Charging at" in line for line in self.lines)


async def goes_on_charging(world: World, seconds: float) -> None:
    """The controller is in command: not only does the car charge, the current follows the sun."""
    await until(charging(world), seconds)
    before_wh = world.house.energies.car_wh
    await asyncio.sleep(3)
    assert world.house.energies.car_wh > before_wh


async def test_services_start_before_their_servers_and_say_what_they_wait_for(servers: Servers) -> None:
    async def bring_up_servers_late() -> None:
        await asyncio.sleep(3)
        await servers.start("store")
        await asyncio.sleep(2)
        await servers.start("broker")

    late = asyncio.ensure_future(bring_up_servers_late())
    story = Story()
    async with demo(ScaledClock(LATE_MORNING, 20), servers.place, SETTINGS, story.lines.append) as world:
        await late
        await until(story.in_command, 40)
        await goes_on_charging(world, 40)


async def test_a_broker_that_restarts_is_survived(servers: Servers) -> None:
    await servers.start("broker", "store")
    story = Story()
    async with demo(ScaledClock(LATE_MORNING, 20), servers.place, SETTINGS, story.lines.append) as world:
        await until(story.in_command, 40)
        await servers.stop("broker")
        await until(lambda: world.box.power_w < 100, 20)  # the lease lapses: 90 s of the fast clock
        await servers.start("broker")
        await goes_on_charging(world, 60)


async def test_a_store_that_restarts_is_survived_and_charging_goes_on_meanwhile(servers: Servers) -> None:
    await servers.start("broker", "store")
    story = Story()
    async with demo(ScaledClock(LATE_MORNING, 20), servers.place, SETTINGS, story.lines.append) as world:
        await until(story.in_command, 40)
        await servers.stop("store")
        await asyncio.sleep(8)  # 160 s: more than a lease
        assert charging(world)()
        await servers.start("store")
        await goes_on_charging(world, 30)


async def test_a_swarm_that_restarts_finds_its_configuration(servers: Servers) -> None:
    await servers.start("broker", "store")
    story = Story()
    async with demo(ScaledClock(LATE_MORNING, 20), servers.place, SETTINGS, story.lines.append):
        await until(story.in_command, 40)
    again = Story()
    async with demo(ScaledClock(LATE_MORNING, 20), servers.place, SETTINGS, again.lines.append):
        owner = Owner(again.lines[0].rpartition(" ")[2], "key-of-an-integration-test", asyncio.sleep)
        known = await owner._call("GET", "/api/v1/inverters")
        assert [one["name"] for one in known] == [NAME]
