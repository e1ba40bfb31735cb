"""The bus over MQTT 5: paho's network thread, bridged into the event loop."""

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery, Handler, matches
from sunpilot.runtime.log import Log, Streaks

KEEPALIVE_S = 10
"""A hung broker shows after about 18 s at this keep-alive (measured)."""


_UNREACHABLE = "the broker cannot be reached"
_REFUSED = "broker refuses this account"


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when this client is lost."""

    topic: str
    payload: bytes


class MqttBus:
    """A `Bus` on a real broker, with clean start and no session: nothing queued is delivered after an outage."""

    def __init__(self, broker: Broker, client_id: str, log: Log, will: Will | None = None) -> None:
        self._broker = broker
        self._log = log
        self._streaks = Streaks(log)
        self._loop = asyncio.get_running_loop()
        self._handlers: dict[str, Handler] = {}
        self._retained: dict[str, bytes] = {}
        self._listeners: list[Callable[[bool], None]] = []
        self._connected = False
        self._trouble: str | None = "no connection yet"
        self._heard_at_s = 0.0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_socket_open = without_delay
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        if broker.username is not None:
            secret = broker.password.get_secret_value() if broker.password else None
            self._client.username_pw_set(broker.username, secret)
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)

    def start(self) -> None:
        """Connect, now and again after each loss, for as long as it takes."""
        no_session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        no_session.SessionExpiryInterval = 0
        self._client.connect_async(
            self._broker.host, self._broker.port, keepalive=KEEPALIVE_S, clean_start=True, properties=no_session
        )
        self._client.loop_start()

    async def stop(self) -> None:
        """Send what is under way and leave; the will is not published, so say good-bye before."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    @property
    def is_connected(self) -> bool:
        """The broker has accepted this client."""
        return self._connected

    @property
    def trouble(self) -> str | None:
        """Why the broker cannot be used, in a few words; None while it can."""
        return self._trouble

    @property
    def silence_s(self) -> float | None:
        """Seconds since the broker last accepted or acknowledged anything; None without a connection."""
        return self._loop.time() - self._heard_at_s if self._connected else None

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """See `Bus.subscribe`."""
        self._handlers[topic_filter] = handler
        if self._connected:
            self._client.subscribe(topic_filter, qos=1)

    def unsubscribe(self, topic_filter: str) -> None:
        """See `Bus.unsubscribe`."""
        self._handlers.pop(topic_filter, None)
        if self._connected:
            self._client.unsubscribe(topic_filter)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """See `Bus.publish`."""
        if retain:
            self._retained[topic] = payload
        if self._connected:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def disown(self, topic_filter: str) -> None:
        """See `Bus.disown`."""
        self._retained = {topic: kept for topic, kept in self._retained.items() if not matches(topic_filter, topic)}

    def on_connection(self, handler: Callable[[bool], None]) -> None:
        """See `Bus.on_connection`."""
        self._listeners.append(handler)

    # --- in paho's thread -----------------------------------------------------------------------------------------

    def _on_connect(self, client: Client, _data: object, _flags: object, code: ReasonCode, _props: object) -> None:
        if code.is_failure:
            self._call(self._refused, str(code))
            return
        client.drop_out_messages()
        self._call(self._connection, True)

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        # paho passes no reason, but calls this while it handles the exception.
        self._call(self._unreachable, str(sys.exc_info()[1]))

    def _on_disconnect(self, _client: Client, _data: object, _flags: object, _code: object, _props: object) -> None:
        self._call(self._connection, False)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._call(self._deliver, Delivery(message.topic, bytes(message.payload), message.retain))

    def _on_publish(self, _client: Client, _data: object, _id: int, code: ReasonCode, _props: object) -> None:
        self._call(self._acknowledged, str(code) if code.is_failure else None)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    # --- in the loop ----------------------------------------------------------------------------------------------

    def _connection(self, up: bool) -> None:
        if up == self._connected:  # paho can report a loss twice
            return
        self._connected = up
        self._trouble = None if up else "connection lost"
        self._heard_at_s = self._loop.time()
        if up:
            self._streaks.ended(_UNREACHABLE)
            self._streaks.ended(_REFUSED)
            for topic_filter in self._handlers:
                self._client.subscribe(topic_filter, qos=1)
            for topic, payload in self._retained.items():
                self._client.publish(topic, payload, qos=1, retain=True)
        self._log.info("broker connected" if up else "broker lost", host=self._broker.host, port=self._broker.port)
        for listener in self._listeners:
            listener(up)

    def _unreachable(self, why: str) -> None:
        is_distrusted = "CERTIFICATE_VERIFY_FAILED" in why
        self._trouble = "its certificate is not trusted" if is_distrusted else "it does not answer"
        self._streaks.failed(_UNREACHABLE, why=why, host=self._broker.host, port=self._broker.port)

    def _refused(self, why: str) -> None:
        self._trouble = f"it refuses the account: {why}"
        self._streaks.failed(_REFUSED, why=why, host=self._broker.host, account=self._broker.username)

    def _acknowledged(self, refusal: str | None) -> None:
        self._heard_at_s = self._loop.time()
        if refusal is not None:
            self._streaks.failed("the broker passes a message of this account on to nobody", why=refusal)

    def _deliver(self, delivery: Delivery) -> None:
        for topic_filter, handler in list(self._handlers.items()):
            if matches(topic_filter, delivery.topic):
                handler(delivery)


def without_delay(_client: Client, _data: object, sock: Any) -> None:
    """For paho's ``on_socket_open``: Nagle's algorithm and delayed acknowledgements together cost 40 ms a hop."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
