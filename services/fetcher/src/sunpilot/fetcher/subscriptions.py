"""Sunpilot's own broker, listened to by several sources, also to the same topic."""

from collections.abc import Callable
from typing import Protocol

from sunpilot.runtime.bus import Bus, Delivery, Handler


class Subscriber(Protocol):
    """A broker as a source sees it."""

    @property
    def trouble(self) -> str | None:
        """Why there is no connection, in one word or two of English; None while there is one."""
        ...

    def listen(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Call the handler for each message of the topic, beginning with the retained one; returns what ends it."""
        ...


class Subscriptions:
    """See `Subscriber`. A `Bus` knows one handler for a filter; this one knows any number."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._handlers: dict[str, list[Handler]] = {}

    @property
    def trouble(self) -> str | None:
        """See `Subscriber.trouble`."""
        return None if self._bus.is_connected else "no connection"

    def listen(self, topic: str, handler: Handler) -> Callable[[], None]:
        """See `Subscriber.listen`. Who listens already gets the retained message again."""
        self._handlers.setdefault(topic, []).append(handler)
        self._bus.subscribe(topic, self._deliver)

        def end() -> None:
            handlers = self._handlers[topic]
            handlers.remove(handler)
            if not handlers:
                del self._handlers[topic]
                self._bus.unsubscribe(topic)

        return end

    def _deliver(self, delivery: Delivery) -> None:
        for handler in list(self._handlers.get(delivery.topic, ())):
            handler(delivery)
