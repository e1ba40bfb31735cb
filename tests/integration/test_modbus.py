"""The Modbus source on the simulated inverter's real socket: pymodbus against a server that shares nothing with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeModbus as Settings
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.modbus.line import connect
from sunpilot.fetcher.modbus.source import SolarEdgeModbus
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.clock import SystemClock
from sunpilot.simulator.modbus.inverter import ModbusInverter
from sunpilot.simulator.modbus.registers import Flow
from sunpilot.simulator.modbus.server import ModbusServer
from tests.support.memory_bus import MemoryBroker
from tests.unit.fetcher.lines import HeldCredentials


async def no_http(_request: HttpRequest) -> HttpAnswer:
    raise AssertionError("Modbus needs no HTTP")


class Site:
    """An inverter at a real port, and sources that read it."""

    def __init__(self, server: ModbusServer) -> None:
        self.server = server
        self.inverter = server.inverter
        self.sources: list[SolarEdgeModbus] = []

    def source(self, **settings: Any) -> SolarEdgeModbus:
        log = structlog.wrap_logger(None, processors=[])
        lines = Lines(no_http, Subscriptions(MemoryBroker().client()), SystemClock(), log)
        chosen = Settings(kind="solaredge-modbus", host="127.0.0.1", port=self.server.port, **settings)
        source = SolarEdgeModbus(chosen, HeldCredentials(None), lines)
        self.sources.append(source)
        return source


@asynccontextmanager
async def a_site(idle_s: float = 120.0) -> AsyncIterator[Site]:
    inverter = ModbusInverter()
    inverter.flow = Flow(ac_w=4123.0, dc_w=4200.0, meter_w=-1570.0, battery_w=-820.5, soe_pct=63.25)
    server = ModbusServer(inverter, asyncio.sleep, idle_s=idle_s)
    await server.start("127.0.0.1", 0)
    site = Site(server)
    try:
        yield site
    finally:
        for source in site.sources:
            await source.close()
        await server.stop()


async def poll(source: SolarEdgeModbus) -> Measurement:
    return await source.poll(SystemClock().now())


async def fault(source: SolarEdgeModbus) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await poll(source)
    return caught.value


async def test_powers_come_over_the_wire_as_they_were_put_in() -> None:
    async with a_site() as site:
        measured = await poll(site.source())
        assert (measured.grid_w, measured.battery_w, measured.soc_pct) == (1570.0, -820.5, 63.25)
        assert measured.pv_w == pytest.approx(4200 - 820.5)
        assert measured.load_w == 5693.0
        assert measured.device is not None
        assert "SolarEdge SE10K" in measured.device


async def test_a_second_client_is_told_that_there_is_another_and_served_when_that_one_has_left() -> None:
    async with a_site() as site:
        first, second = site.source(), site.source()
        await poll(first)
        assert "another program holds its only Modbus connection" in (await fault(second)).text.en
        assert (await poll(first)).grid_w == 1570.0
        await first.close()
        await asyncio.sleep(0.1)
        assert (await poll(second)).grid_w == 1570.0


async def test_after_the_inverter_hung_up_for_idleness_the_next_reading_comes_all_the_same() -> None:
    async with a_site(idle_s=0.3) as site:
        source = site.source()
        await poll(source)
        await asyncio.sleep(0.6)
        assert (await poll(source)).grid_w == 1570.0


async def test_a_refused_port_says_so_until_it_is_open_again() -> None:
    async with a_site() as site:
        source = site.source()
        await poll(source)
        site.server.refuse(0.6)
        await asyncio.sleep(0.1)
        assert "refuses Modbus TCP" in (await fault(source)).text.en
        await asyncio.sleep(0.8)
        assert (await poll(source)).grid_w == 1570.0


@pytest.mark.parametrize(
    ("break_it", "outcome"),
    [
        (lambda site: site.inverter.faults.add("silent"), Outcome.SERVER),
        (lambda site: site.inverter.faults.add("reset"), Outcome.NETWORK),
        (lambda site: site.inverter.faults.add("occupied"), Outcome.NETWORK),
        (lambda site: setattr(site.inverter, "unit", 9), Outcome.NOT_FOUND),
    ],
)
async def test_whatever_it_does_instead_of_answering_has_its_outcome_and_passes(
    break_it: Callable[[Site], object], outcome: Outcome
) -> None:
    async with a_site() as site:
        source = site.source(unit=1)
        break_it(site)
        assert (await fault(source)).outcome is outcome
        site.inverter.faults.clear()
        site.inverter.unit = 1
        await asyncio.sleep(0.1)
        assert (await poll(source)).grid_w == 1570.0


async def test_a_connection_that_nobody_waits_for_any_more_is_given_back() -> None:
    async with a_site() as site:
        opening = asyncio.create_task(connect("127.0.0.1", site.server.port or 0))
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])
        await asyncio.sleep(0.5)
        assert (await poll(site.source())).grid_w == 1570.0


async def test_an_address_where_nobody_is_cannot_be_reached() -> None:
    async with a_site() as site:
        source = site.source()
        await site.server.stop()
        assert (await fault(source)).outcome is Outcome.NETWORK
