"""The intake: a lasting session with the broker, and acknowledgements only for what is safe (MQTT 5, 4.1 and 4.9)."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from sunpilot.contract.wait import Wait
from sunpilot.recorder.wait import SUBSCRIPTION, session
from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.mqtt import KEEPALIVE_S, without_delay

SESSION_S = 24 * 3600
"""For so long the broker keeps what we have not taken, as far as its own bounds allow."""

UNDER_WAY = 200
"""So many messages the broker sends ahead of our acknowledgements."""

RETRY_S = 15.0
"""A refused subscription is tried again so often: a person's remedy is seen within this time."""

Take = Callable[[Delivery, Callable[[], None]], None]
"""Takes a message, and calls the second when it is safe; both in the event loop."""

Say = Callable[[Wait | None], None]
"""Tells what is waited for; None: nothing."""


class Source(Protocol):
    """Where the messages come from."""

    def start(self, take: Take, remembered: Callable[[bool], None], say: Say) -> None:
        """Begin. ``remembered`` tells after each connect whether the broker knew us still, ``say`` what it refuses."""
        ...

    async def stop(self) -> None:
        """End; what is not acknowledged comes again."""
        ...


class Intake:
    """A `Source` on a broker. What is acknowledged too late, after the connection was lost, comes again."""

    def __init__(self, broker: Broker, client_id: str, filters: Sequence[str], log: Log) -> None:
        self._broker = broker
        self._filters = filters
        self._streaks = Streaks(log)
        self._loop = asyncio.get_running_loop()
        self._connection = 0
        self._take: Take = lambda _delivery, _acknowledge: None
        self._remembered: Callable[[bool], None] = lambda _present: None
        self._say: Say = lambda _wait: None
        self._refusal: Wait | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_open = without_delay
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        if broker.username is not None:
            secret = broker.password.get_secret_value() if broker.password else None
            self._client.username_pw_set(broker.username, secret)
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))

    def start(self, take: Take, remembered: Callable[[bool], None], say: Say) -> None:
        """See `Source.start`. Connects now and again after each loss."""
        self._take, self._remembered, self._say = take, remembered, say
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = UNDER_WAY
        self._client.connect_async(
            self._broker.host, self._broker.port, keepalive=KEEPALIVE_S, clean_start=False, properties=properties
        )
        self._client.loop_start()

    async def stop(self) -> None:
        """See `Source.stop`."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    # --- in paho's thread -----------------------------------------------------------------------------------------

    def _on_connect(
        self, _client: Client, _data: object, flags: ConnectFlags, code: ReasonCode, _props: object
    ) -> None:
        if code.is_failure:
            self._call(self._tell, session(str(code)))
            return
        self._connection += 1
        self._subscribe()
        self._call(self._remembered, flags.session_present)

    def _subscribe(self) -> None:
        # What the broker keeps is sent for a new subscription only, so that a reconnect brings nothing old.
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        self._client.subscribe([(topic_filter, options) for topic_filter in self._filters])

    def _on_disconnect(self, _client: Client, _data: object, _flags: object, _code: object, _props: object) -> None:
        self._connection += 1

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        delivery = Delivery(message.topic, bytes(message.payload), message.retain)
        self._call(self._deliver, delivery, self._connection, message.mid, message.qos)

    def _on_subscribe(
        self, _client: Client, _data: object, _id: int, codes: Sequence[ReasonCode], _props: object
    ) -> None:
        is_refused = any(code.is_failure for code in codes)
        self._call(self._answered, self._connection, is_refused)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    # --- in the loop ----------------------------------------------------------------------------------------------

    def _tell(self, refusal: Wait | None) -> None:
        if refusal is not None:
            self._streaks.failed(refusal.text.en, account=self._broker.username)
        elif self._refusal is not None:
            self._streaks.ended(self._refusal.text.en)
        self._refusal = refusal
        self._say(refusal)

    def _answered(self, connection: int, is_refused: bool) -> None:
        """The broker has answered to our subscriptions. That it would take a refused one now, it does not say later."""
        self._tell(SUBSCRIPTION if is_refused else None)
        if is_refused:
            self._loop.call_later(RETRY_S, self._subscribe_again, connection)

    def _subscribe_again(self, connection: int) -> None:
        if connection == self._connection:
            self._subscribe()

    def _deliver(self, delivery: Delivery, connection: int, mid: int, qos: int) -> None:
        def acknowledge() -> None:
            # A number of an older connection could mean another message by now.
            if connection == self._connection and qos > 0:
                self._client.ack(mid, qos)

        self._take(delivery, acknowledge)
