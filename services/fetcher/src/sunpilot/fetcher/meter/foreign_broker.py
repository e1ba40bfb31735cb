"""A broker that is not Sunpilot's own, with an account that the meter's owner made there."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from pydantic import SecretStr

from sunpilot.contract.mqtt_meter import MeterBroker
from sunpilot.fetcher.subscriptions import Subscriber, Subscriptions
from sunpilot.runtime.address import Broker
from sunpilot.runtime.log import Log
from sunpilot.runtime.mqtt import MqttBus

Open = Callable[[MeterBroker, SecretStr | None, Log], AbstractAsyncContextManager[Subscriber]]
"""Connect to a broker for as long as the context lasts."""


class ForeignSubscriptions(Subscriptions):
    """See `Subscriber`; knows why there is no connection."""

    def __init__(self, bus: MqttBus) -> None:
        super().__init__(bus)
        self._mqtt = bus

    @property
    def trouble(self) -> str | None:
        """See `Subscriber.trouble`."""
        return self._mqtt.trouble


@contextlib.asynccontextmanager
async def open_broker(broker: MeterBroker, password: SecretStr | None, log: Log) -> AsyncIterator[Subscriber]:
    """An MQTT 5 connection that is made again after each loss. See `Open`."""
    address = Broker(broker.host, broker.port, broker.username, password, broker.tls)
    bus = MqttBus(address, f"sunpilot-{secrets.token_hex(6)}", log)
    bus.start()
    try:
        yield ForeignSubscriptions(bus)
    finally:
        await bus.stop()
