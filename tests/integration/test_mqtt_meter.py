"""The MQTT meter on real brokers: Sunpilot's own, and one that is the meter's."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from sunpilot.contract.mqtt_meter import MqttMeter as Settings
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.meter.source import MqttMeter
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import SystemClock
from sunpilot.simulator.house import Truth
from sunpilot.simulator.meter.meter import Meter
from sunpilot.simulator.meter.publisher import BrokerAddress, Publisher
from sunpilot.standalone.embedded import ACCOUNT, embedded_broker
from tests.support.backends import Server, mosquitto
from tests.support.memory_bus import MemoryBroker
from tests.support.mqtt import client
from tests.unit.fetcher.lines import HeldCredentials

PASSWORD = "0123456789abcdef"


async def no_http(_request: HttpRequest) -> HttpAnswer:
    raise AssertionError("a meter needs no HTTP")


@pytest.fixture(scope="module", params=["mosquitto", "embedded"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("broker")
    if request.param == "mosquitto":
        with mosquitto(folder) as server:
            yield server
    else:
        with embedded_broker(folder) as broker:
            yield Server("embedded broker", "127.0.0.1", broker.port)


@contextlib.asynccontextmanager
async def listening(
    settings: dict[str, Any], bus: Bus, password: str | None = None
) -> AsyncIterator["asyncio.Queue[Measurement | SourceError]"]:
    """What a source with these settings tells."""
    told: asyncio.Queue[Measurement | SourceError] = asyncio.Queue()
    lines = Lines(no_http, Subscriptions(bus), SystemClock(), structlog.wrap_logger(None, processors=[]))
    chosen = Settings.model_validate_json(json.dumps({"kind": "mqtt-meter", **settings}))
    running = asyncio.create_task(MqttMeter(chosen, HeldCredentials(password), lines).run(told.put_nowait))
    await asyncio.sleep(0.5)  # the subscriptions hold
    try:
        yield told
    finally:
        running.cancel()
        await asyncio.wait([running])


@contextlib.contextmanager
def publishing(shape: str, address: BrokerAddress) -> Iterator[Meter]:
    """A meter that is connected."""
    publisher = Publisher(address)
    meter = Meter(shape, publisher.publish)
    publisher.start(meter)
    try:
        yield meter
    finally:
        publisher.stop()


async def see(meter: Meter, grid_w: float) -> None:
    """The house draws this much; the meter sees it."""
    await asyncio.sleep(0.3)
    now = datetime.now(UTC)
    meter.observe(Truth(now, now, 3000.0, grid_w + 3000.0, 0.0, grid_w))


async def next_of(told: "asyncio.Queue[Measurement | SourceError]", seconds: float = 8) -> Measurement | SourceError:
    async with asyncio.timeout(seconds):
        return await told.get()


@pytest.mark.parametrize("shape", ["shelly-3em", "shelly-pro-3em-rpc", "solaredge2mqtt", "openwb"])
async def test_a_meter_on_sunpilots_own_broker(server: Server, shape: str) -> None:
    is_embedded = "embedded" in server.kind
    address = BrokerAddress(server.host, server.port, mqtt_5=is_embedded)
    async with client(server) as bus:
        with publishing(shape, address) as meter:
            async with listening({"preset": shape, "device": meter.device}, bus) as told:
                await see(meter, -1234.0)
                measured = await next_of(told)
                assert isinstance(measured, Measurement)
                assert measured.grid_w == pytest.approx(-1234, abs=1)


async def test_what_the_broker_kept_of_a_meter_is_no_measurement(server: Server) -> None:
    topic = f"meter/{uuid.uuid4().hex}"
    async with client(server) as bus:
        bus.publish(topic, b"-9000", retain=True)
        await asyncio.sleep(0.3)
        async with listening({"grid": {"topic": topic}}, bus) as told:
            assert told.empty()
            bus.publish(topic, b"250", retain=True)
            measured = await next_of(told)
            assert isinstance(measured, Measurement)
            assert measured.grid_w == 250.0


async def test_a_meter_that_is_lost_leaves_its_last_will(server: Server) -> None:
    """The will is the broker's doing: the connection is cut without good-bye."""
    address = BrokerAddress(server.host, server.port, mqtt_5="embedded" in server.kind)
    async with client(server) as bus:
        publisher = Publisher(address)
        meter = Meter("shelly-3em", publisher.publish)
        publisher.start(meter)
        async with listening({"preset": "shelly-3em", "device": meter.device}, bus) as told:
            await see(meter, 500.0)
            assert isinstance(await next_of(told), Measurement)
            publisher.lose()
            fault = await next_of(told)
            assert isinstance(fault, SourceError)
            assert fault.outcome is Outcome.SILENT


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A broker of its own, with a password."""
    folder = tmp_path_factory.mktemp("foreign")
    with embedded_broker(folder, password=SecretStr(PASSWORD)) as broker:
        yield Server("embedded broker", "127.0.0.1", broker.port)


def at(server: Server, username: str = ACCOUNT) -> dict[str, Any]:
    return {
        "preset": "evcc",
        "broker": {"host": server.host, "port": server.port, "username": username},
    }


async def test_a_meter_on_a_broker_of_its_own_needs_the_password(foreign: Server) -> None:
    address = BrokerAddress(foreign.host, foreign.port, ACCOUNT, PASSWORD, mqtt_5=True)
    with publishing("evcc", address) as meter:
        async with listening(at(foreign), MemoryBroker().client(), PASSWORD) as told:
            await see(meter, 700.0)
            measured = await next_of(told)
            assert isinstance(measured, Measurement)
            assert (measured.grid_w, measured.pv_w) == (700.0, 3000.0)


async def test_a_wrong_password_at_the_meters_broker_is_said_and_not_repeated(foreign: Server) -> None:
    async with listening(at(foreign), MemoryBroker().client(), "wrong-password") as told:
        fault = await next_of(told)
        assert isinstance(fault, SourceError)
        assert fault.outcome is Outcome.NETWORK
        assert "broker cannot be used" in fault.text.en
        assert "(noch keine Verbindung)" in fault.text.de
        assert "wrong-password" not in fault.text.en + fault.text.de
        await asyncio.sleep(1)
        assert told.empty()


async def test_a_broker_that_is_not_there_is_said(foreign: Server) -> None:
    settings = at(foreign)
    settings["broker"]["port"] = 1
    async with listening(settings, MemoryBroker().client()) as told:
        fault = await next_of(told)
        assert isinstance(fault, SourceError)
        assert "it does not answer" in fault.text.en
        assert "er antwortet nicht" in fault.text.de
