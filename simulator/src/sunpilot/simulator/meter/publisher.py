"""A simulated meter's connection to an MQTT broker."""

import socket
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from sunpilot.simulator.meter.meter import Meter
from sunpilot.simulator.meter.shape import Message


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the meter publishes, and its account there. Meters speak MQTT 3.1.1; ``mqtt_5`` is for a broker, or a port
    of one, that speaks nothing else than version 5.
    """

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    mqtt_5: bool = False


class Publisher:
    """Sends a meter's messages to a broker; connects again after each loss."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        version = MQTTProtocolVersion.MQTTv5 if address.mqtt_5 else MQTTProtocolVersion.MQTTv311
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=version)
        self._client.on_socket_open = _without_delay
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)

    def start(self, meter: Meter) -> None:
        """Connect in the background, with the meter's last will, and announce it on each connect."""
        if meter.will is not None:
            self._client.will_set(meter.will.topic, meter.will.payload, retain=True)

        def on_connect(_client: Client, _data: object, _flags: object, code: Any, _props: object) -> None:
            if not code.is_failure:
                meter.say_hello()

        self._client.on_connect = on_connect
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        self._client.connect_async(self._address.host, self._address.port, keepalive=10)
        self._client.loop_start()

    def publish(self, message: Message) -> None:
        """Send a message; while there is no connection it is lost, as a meter's are."""
        if self._client.is_connected():
            self._client.publish(message.topic, message.payload, retain=message.retain)

    def lose(self) -> None:
        """Cut the connection without a word and stay away: the broker publishes the last will."""
        self._client.loop_stop()
        if (line := self._client.socket()) is not None:
            line.close()

    def stop(self) -> None:
        """Say good-bye and disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def _without_delay(_client: Client, _data: object, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
