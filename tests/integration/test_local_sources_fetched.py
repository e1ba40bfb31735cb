"""The fetcher with sources in the own network, over real sockets: readings on the topic, and trying a source."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import fakeredis

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.source_settings import SolarEdgeModbus
from sunpilot.contract.source_test import SourceTest, SourceTestAnswer
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.service import Fetcher
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.store import Store
from sunpilot.simulator.modbus.inverter import ModbusInverter
from sunpilot.simulator.modbus.registers import Flow
from sunpilot.simulator.modbus.server import ModbusServer
from tests.support.memory_bus import MemoryBroker

KEYS, TOPICS = Keys(), Topics()
LOG = make_log("test", "critical")


class Site:
    """A fetcher that attends to one simulated inverter."""

    def __init__(self, server: ModbusServer) -> None:
        self.server = server
        self.broker = MemoryBroker()
        self.redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        self.settings = SolarEdgeModbus(kind="solaredge-modbus", host="127.0.0.1", port=server.port, every_s=1.0)

    async def configure(self) -> None:
        inverter = Inverter(id=1, name="roof", source=self.settings, house_id=2)
        await self.redis.hset(KEYS.inverters, "1", inverter.model_dump_json())
        await self.redis.hset(KEYS.houses, "2", House(id=2, name="home").model_dump_json())

    @property
    def readings(self) -> list[Reading]:
        return [decode(Reading, payload) for payload in self.broker.sent(TOPICS.inverter(1, "reading"))]

    @property
    def state(self) -> SourceState | None:
        payloads = self.broker.sent(TOPICS.inverter(1, "source"))
        return decode(SourceState, payloads[-1]) if payloads else None

    async def until(self, count: int, seconds: float = 15) -> None:
        """So many readings have come."""
        async with asyncio.timeout(seconds):
            while len(self.readings) < count:
                await asyncio.sleep(0.05)

    async def try_out(self, source: SolarEdgeModbus) -> SourceTestAnswer:
        """As the api does it."""
        await self.redis.set(KEYS.source_test("r1"), SourceTest(source=source).model_dump_json())
        self.broker.publish(TOPICS.source_test("r1"), b"", False)
        async with asyncio.timeout(10):
            while not (answers := self.broker.sent(TOPICS.source_test_answer("r1"))):
                await asyncio.sleep(0.05)
        return decode(SourceTestAnswer, answers[-1])


@contextlib.asynccontextmanager
async def fetching() -> AsyncIterator[Site]:
    inverter = ModbusInverter()
    inverter.flow = Flow(ac_w=6200.0, dc_w=6330.0, meter_w=4100.0)
    server = ModbusServer(inverter, asyncio.sleep)
    await server.start("127.0.0.1", 0)
    site = Site(server)
    await site.configure()
    bus = site.broker.client()
    fetcher = Fetcher(bus, Store(site.redis, KEYS), SystemClock(), TOPICS, "one", LOG)
    running = asyncio.create_task(fetcher.run())
    await asyncio.sleep(0)
    bus.connect()
    try:
        yield site
    finally:
        running.cancel()
        await asyncio.wait([running])
        await server.stop()
        await site.redis.aclose()


async def test_readings_follow_each_other_at_the_set_pace() -> None:
    async with fetching() as site:
        await site.until(5)
        assert {(one.grid_w, one.pv_w, one.source) for one in site.readings} == {(-4100.0, 6200.0, "solaredge-modbus")}
        _, second, _, _, last, *_ = (one.time for one in site.readings)  # the first one takes longer: it looks around
        assert 2.5 < (last - second).total_seconds() < 6
        assert len({one.identity for one in site.readings}) == len(site.readings)


async def test_a_source_in_use_can_be_tried_although_it_takes_one_connection_only() -> None:
    async with fetching() as site:
        await site.until(1)
        answer = await site.try_out(site.settings)
        assert answer.outcome is Outcome.OK
        assert answer.reading is not None
        assert answer.reading.grid_w == -4100.0
        assert answer.device is not None
        assert answer.device.startswith("SolarEdge SE10K")
        await site.until(len(site.readings) + 2)


async def test_trying_a_wrong_port_says_what_to_do() -> None:
    async with fetching() as site:
        await site.until(1)
        answer = await site.try_out(site.settings.model_copy(update={"port": 1}))
        assert answer.outcome is Outcome.NETWORK
        assert "switch it on in SetApp" in answer.text.en
        assert answer.reading is None


async def test_an_inverter_that_refuses_is_found_again_within_a_minute() -> None:
    async with fetching() as site:
        await site.until(1)
        site.server.refuse(2)
        async with asyncio.timeout(10):
            while site.state is None or site.state.outcome is not Outcome.NETWORK:
                await asyncio.sleep(0.05)
        await site.until(len(site.readings) + 1, 20)
