"""A broker in memory, for virtual time: retained messages, wills, and an outage at will."""

import asyncio
from collections.abc import Callable

from sunpilot.runtime.bus import Delivery, Handler, matches
from sunpilot.runtime.mqtt import Will


class MemoryBroker:
    """Delivers in the event loop, in order. ``log`` keeps everything that was published."""

    def __init__(self) -> None:
        self.retained: dict[str, bytes] = {}
        self.clients: list[MemoryBus] = []
        self.log: list[tuple[str, bytes]] = []

    def client(self, will: Will | None = None) -> "MemoryBus":
        return MemoryBus(self, will)

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self.log.append((topic, payload))
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        for client in list(self.clients):
            client.deliver(Delivery(topic, payload, retained=False))

    def stop(self) -> None:
        """An outage that loses everything, as a broker without persistence does."""
        self.retained.clear()
        for client in list(self.clients):
            client.disconnect()

    def sent(self, topic_filter: str) -> list[bytes]:
        return [payload for topic, payload in self.log if matches(topic_filter, topic)]


class MemoryBus:
    """A `Bus` on a `MemoryBroker`, with the semantics of the real one."""

    def __init__(self, broker: MemoryBroker, will: Will | None) -> None:
        self._broker = broker
        self._will = will
        self._handlers: dict[str, Handler] = {}
        self._kept: dict[str, bytes] = {}
        self._listeners: list[Callable[[bool], None]] = []
        self.is_connected = False

    def connect(self) -> None:
        self.is_connected = True
        self._broker.clients.append(self)
        for topic_filter in self._handlers:
            self._send_retained(topic_filter)
        for topic, payload in list(self._kept.items()):
            self._broker.publish(topic, payload, True)
        for listener in self._listeners:
            listener(True)

    def disconnect(self, *, gracefully: bool = True) -> None:
        if not self.is_connected:
            return
        self.is_connected = False
        self._broker.clients.remove(self)
        if not gracefully and self._will is not None:
            self._broker.publish(self._will.topic, self._will.payload, True)
        for listener in self._listeners:
            listener(False)

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        self._handlers[topic_filter] = handler
        if self.is_connected:
            self._send_retained(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self._handlers.pop(topic_filter, None)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if retain:
            self._kept[topic] = payload
        if self.is_connected:
            asyncio.get_running_loop().call_soon(self._broker.publish, topic, payload, retain)

    def disown(self, topic_filter: str) -> None:
        self._kept = {topic: kept for topic, kept in self._kept.items() if not matches(topic_filter, topic)}

    def on_connection(self, handler: Callable[[bool], None]) -> None:
        self._listeners.append(handler)

    def deliver(self, delivery: Delivery) -> None:
        for topic_filter, handler in list(self._handlers.items()):
            if matches(topic_filter, delivery.topic):
                handler(delivery)

    def _send_retained(self, topic_filter: str) -> None:
        for topic, payload in self._broker.retained.items():
            if matches(topic_filter, topic):
                asyncio.get_running_loop().call_soon(self._hand_over, topic_filter, Delivery(topic, payload, True))

    def _hand_over(self, topic_filter: str, delivery: Delivery) -> None:
        if topic_filter in self._handlers:
            self._handlers[topic_filter](delivery)
