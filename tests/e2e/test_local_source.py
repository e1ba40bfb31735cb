"""The whole swarm on a local source: the inverter's Modbus TCP, or a meter that publishes on the swarm's own broker."""

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.topics import Topics
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.demo import Way, world_settings
from sunpilot.standalone.demo import demo
from sunpilot.standalone.swarm import Place
from tests.support.backends import Server
from tests.support.mqtt import client, get, listen

LATE_MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SETTINGS = replace(world_settings(plugged_in=True), clouds=Clouds())


@pytest.mark.parametrize(
    ("way", "source"), [(Way.MODBUS, "solaredge-modbus"), (Way.METER, "mqtt-meter")], ids=["modbus", "mqtt-meter"]
)
async def test_the_car_charges_by_a_local_source(place: Place, way: Way, source: str) -> None:
    said: list[str] = []
    async with demo(ScaledClock(LATE_MORNING, 20), place, SETTINGS, said.append, way) as world:
        async with client(Server("embedded broker", place.broker.host, place.broker.port)) as bus:
            readings = await listen(bus, Topics().inverter("+", "reading"))
            async with asyncio.timeout(60):
                while world.box.power_w < 3000:
                    await asyncio.sleep(0.2)
            while not readings.empty():
                readings.get_nowait()
            reading = decode(Reading, (await get(readings)).payload)
        assert reading.source == source
        assert reading.grid_w is not None
        assert reading.pv_w == pytest.approx(world.house.truth.pv_w, rel=0.1)
