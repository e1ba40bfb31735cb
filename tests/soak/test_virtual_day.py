"""A day of random faults in virtual time: nothing against the floors, one request at a time, and no memory grows.

``SUNPILOT_SOAK_HOURS`` says how many hours (1); ``make soak`` runs 24.
"""

import asyncio
import gc
import logging
import os
import random
import tracemalloc

import pytest

from sunpilot.bridge.connection import Socket
from sunpilot.contract.setpoint import Setpoint
from tests.soak.trouble import ask, calm, come_and_go, trouble
from tests.soak.watch import Watch, WatchedSocket
from tests.support import virtual_time
from tests.unit.bridge.twin import TOPICS, Site

LOG = logging.getLogger(__name__)
HOURS = float(os.environ.get("SUNPILOT_SOAK_HOURS", "1"))
RECOVERY_S = 20 * 60.0
"""After a refused login the bridge waits up to 15 minutes."""
GROWTH_BYTES = 200_000
"""Strings, counters and caches vary by this much; one kept message a second would be ten times as much."""


class WatchedSite(Site):
    """A site with a watch on the line."""

    def __init__(self) -> None:
        super().__init__(box={"ama": 32})
        self.watch = Watch(self.clock.monotonic, self.clock.monotonic)

    async def connect(self, host: str) -> Socket:  # type: ignore[override]
        return WatchedSocket(await super().connect(host), self.watch)

    def forget(self) -> None:
        """Drop what the test alone keeps."""
        self.broker.log.clear()
        self.log.calls.clear()


async def soak(rng: random.Random, hours: float) -> tuple[WatchedSite, int]:
    """The site after this many hours, and by how many bytes it grew in the second half of them."""
    site = WatchedSite()
    sleep = site.clock.sleep
    controller = site.broker.client()
    controller.connect()

    def send(setpoint: Setpoint) -> None:
        site.watch.asked(by_person=setpoint.resume)
        controller.publish(TOPICS.wattpilot(1, "setpoint"), setpoint.encode())

    async with site, asyncio.TaskGroup() as tasks:
        await site.start()
        running = [
            tasks.create_task(come_and_go(site.box, rng, sleep, stays_s=3600)),
            tasks.create_task(ask(send, rng, sleep)),
        ]
        sizes = []
        tracemalloc.start()
        for _half in range(2):
            faults = tasks.create_task(trouble(site.box, rng, sleep, pause_s=120, lasts_s=60))
            for _quarter_hour in range(round(hours * 2)):
                await sleep(900.0)
                site.forget()
            faults.cancel()
            calm(site.box)
            await sleep(RECOVERY_S)
            assert site.statuses[-1].is_online
            sizes.append(size_bytes(site))
        tracemalloc.stop()
        for task in running:
            task.cancel()
    return site, sizes[1] - sizes[0]


def size_bytes(site: WatchedSite) -> int:
    site.forget()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("seed", [1])
def test_a_day_of_faults_breaks_no_rule_and_leaks_nothing(seed: int) -> None:
    site, grown_bytes = virtual_time.run(soak(random.Random(seed), HOURS))
    watch = site.watch
    LOG.info("%g h: %s; grown by %d bytes", HOURS, watch, grown_bytes)
    assert not watch.broken, "\n".join(watch.broken)
    assert watch.connections > HOURS
    assert watch.writes > HOURS * 10
    assert grown_bytes < GROWTH_BYTES
