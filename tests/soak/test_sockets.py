"""Random faults over real sockets, in a clock that runs twenty times as fast; what guards a socket runs in real time.

``SUNPILOT_SOAK_S`` says how many real seconds (30); ``make soak`` takes ten minutes.
"""

import asyncio
import gc
import logging
import os
import random
import tracemalloc
from datetime import UTC, datetime

import pytest
from structlog.testing import CapturingLogger

from sunpilot.bridge.connection import Socket
from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.bridge.websocket import open_websocket
from sunpilot.contract.message import decode
from sunpilot.contract.setpoint import Setpoint
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer
from tests.soak.trouble import ask, calm, come_and_go, trouble
from tests.soak.watch import Watch, WatchedSocket
from tests.support.memory_bus import MemoryBroker

LOG = logging.getLogger(__name__)
SECONDS = float(os.environ.get("SUNPILOT_SOAK_S", "30"))
SPEED = 20
PASSWORD = "Sonne+2026!"
RECOVERY_S = 100.0
"""Silence takes 75 s to be noticed, a refused login 30 s or more to be forgiven."""
GROWTH_BYTES = 1_000_000
STATUS = Topics().wattpilot(1, "status")
SLOW_TO_FORGIVE = ("auth_error_always", "auth_error_closes", "auth_error_once")
"""These keep the link down for minutes of real time; virtual time has room for them."""


@pytest.fixture(autouse=True)
def _quiet_websockets() -> None:
    logging.getLogger("websockets").setLevel(logging.WARNING)


async def test_faults_over_sockets_break_no_rule_and_leak_nothing() -> None:
    rng = random.Random(1)
    clock = ScaledClock(datetime(2026, 6, 21, 12, tzinfo=UTC), SPEED)
    box = Box(clock.now, ama=32)
    server = WattpilotServer(box, password=PASSWORD, sleep=clock.sleep)
    broker, log = MemoryBroker(), CapturingLogger()
    watch = Watch(asyncio.get_running_loop().time, clock.monotonic)
    controller, bus = broker.client(), broker.client()

    async def connect(host: str) -> Socket:
        return WatchedSocket(await open_websocket(host), watch)

    async def live() -> None:
        while True:
            await clock.sleep(1.0)
            box.step(1.0)

    def send(setpoint: Setpoint) -> None:
        watch.asked(by_person=setpoint.resume)
        controller.publish(Topics().wattpilot(1, "setpoint"), setpoint.encode())

    def size_bytes() -> int:
        broker.log.clear()
        log.calls.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    def is_online() -> bool:
        return decode(Status, broker.retained[STATUS]).is_online

    host = f"127.0.0.1:{await server.start()}"
    settings = WattpilotSettings.model_validate({"host": host, "password": PASSWORD})
    bridge = Bridge(bus, clock, Topics(), "soak", log, settings, connect=connect)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(job) for job in (live(), bridge.run())]
        bus.connect()
        controller.connect()
        running += [
            tasks.create_task(come_and_go(box, rng, clock.sleep, stays_s=1200)),
            tasks.create_task(ask(send, rng, clock.sleep)),
        ]
        sizes = []
        tracemalloc.start()
        for _half in range(2):
            faults = tasks.create_task(
                trouble(box, rng, clock.sleep, pause_s=20, lasts_s=40, except_for=SLOW_TO_FORGIVE)
            )
            await asyncio.sleep(SECONDS / 2)
            faults.cancel()
            calm(box)
            async with asyncio.timeout(RECOVERY_S):
                while not is_online():
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1.0)
            sizes.append(size_bytes())
        tracemalloc.stop()
        for task in running:
            task.cancel()
    await server.stop()
    grown_bytes = sizes[1] - sizes[0]
    LOG.info("%g s: %s; grown by %d bytes", SECONDS, watch, grown_bytes)
    assert not watch.broken, "\n".join(watch.broken)
    assert watch.connections > 0
    assert watch.writes > 0
    assert grown_bytes < GROWTH_BYTES
