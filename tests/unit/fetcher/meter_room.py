"""A meter's broker in memory with a source that listens to it, in virtual time."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import structlog
from pydantic import SecretStr
from structlog.testing import LogCapture

from sunpilot.contract.mqtt_meter import MeterBroker
from sunpilot.contract.mqtt_meter import MqttMeter as Settings
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.meter.source import MqttMeter
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriber, Subscriptions
from sunpilot.runtime.log import Log
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run
from tests.unit.fetcher.lines import HeldCredentials


class Room:
    """``told`` is everything that the source said, oldest first."""

    def __init__(self, settings: Settings, password: str | None = None) -> None:
        self.clock = VirtualClock()
        self.broker = MemoryBroker()
        self.foreign = MemoryBroker()
        self.opened: list[tuple[MeterBroker, SecretStr | None]] = []
        self.bus = self.broker.client()
        self.logs = LogCapture()
        self.told: list[Measurement | SourceError] = []
        self.settings = settings
        log = structlog.wrap_logger(None, processors=[self.logs])
        self.lines = Lines(_no_ask, Subscriptions(self.bus), self.clock, log)
        self.source = MqttMeter(settings, HeldCredentials(password), self.lines, self._open)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Room"]:
        if not self.bus.is_connected:
            self.bus.connect()
        running = asyncio.ensure_future(self.source.run(self.told.append))
        await self.pass_by(0.01)
        try:
            yield self
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def pass_by(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def say(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """The meter publishes, and everybody hears it."""
        raw = payload.encode() if isinstance(payload, str) else payload
        self.broker.publish(topic, raw, retain)
        await self.pass_by(0.01)

    @property
    def measured(self) -> list[Measurement]:
        return [one for one in self.told if isinstance(one, Measurement)]

    @property
    def faults(self) -> list[SourceError]:
        return [one for one in self.told if isinstance(one, SourceError)]

    @property
    def grid_w(self) -> list[float | None]:
        return [one.grid_w for one in self.measured]

    @contextlib.asynccontextmanager
    async def _open(self, broker: MeterBroker, password: SecretStr | None, _log: Log) -> AsyncIterator[Subscriber]:
        self.opened.append((broker, password))
        bus = self.foreign.client()
        bus.connect()
        yield Subscriptions(bus)
        bus.disconnect()


async def _no_ask(_request: HttpRequest) -> HttpAnswer:
    raise AssertionError("a meter needs no HTTP")


def play(
    scene: Callable[[Room], Awaitable[None]],
    password: str | None = None,
    kept: Mapping[str, bytes] | None = None,
    **settings: Any,
) -> Room:
    """Let a scene happen in a room with a meter of these settings; ``kept`` is what the broker has kept of before."""

    async def main() -> Room:
        chosen = Settings.model_validate_json(json.dumps({"kind": "mqtt-meter", **settings}))
        room = Room(chosen, password)
        for topic, payload in (kept or {}).items():
            room.broker.publish(topic, payload, True)
        async with room.listening():
            await scene(room)
        return room

    return run(main())
