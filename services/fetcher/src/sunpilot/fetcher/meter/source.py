"""A meter on MQTT as a source: listens at its broker for as long as it is asked to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from pydantic import SecretStr

from sunpilot.contract.mqtt_meter import MqttMeter as Settings
from sunpilot.fetcher.meter.assembly import Assembly
from sunpilot.fetcher.meter.foreign_broker import Open, open_broker
from sunpilot.fetcher.meter.interpreter import Interpreter
from sunpilot.fetcher.meter.presets import in_full
from sunpilot.fetcher.source import Credentials, Heard, Lines
from sunpilot.fetcher.subscriptions import Subscriber
from sunpilot.runtime.bus import Delivery


class MqttMeter:
    """One meter; see `PushSource`."""

    def __init__(
        self, settings: Settings, credentials: Credentials, lines: Lines, open_broker: Open = open_broker
    ) -> None:
        self._meter = in_full(settings)
        self._password: SecretStr | None = credentials.token
        self._lines = lines
        self._open_broker = open_broker

    async def run(self, heard: Heard) -> None:
        """Listen until cancelled; see `PushSource.run`."""
        monotonic = self._lines.clock.monotonic
        assembly, availability = Assembly(self._meter), self._meter.availability
        interpreter = Interpreter(assembly, availability, heard, self._lines.log, monotonic())
        inbox: asyncio.Queue[Delivery] = asyncio.Queue()
        async with self._subscriber() as subscriber, contextlib.AsyncExitStack() as listening:
            for topic in sorted(assembly.topics | ({availability.topic} if availability else set())):
                listening.callback(subscriber.listen(topic, inbox.put_nowait))
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(interpreter.wait_s(monotonic())):
                        interpreter.take(await inbox.get(), monotonic())
                interpreter.look(monotonic(), subscriber.trouble)

    @contextlib.asynccontextmanager
    async def _subscriber(self) -> AsyncIterator[Subscriber]:
        """Sunpilot's own broker, or the meter's."""
        if self._meter.broker is None:
            yield self._lines.subscriptions
            return
        async with self._open_broker(self._meter.broker, self._password, self._lines.log) as subscriber:
            yield subscriber
