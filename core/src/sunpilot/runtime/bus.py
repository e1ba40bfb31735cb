"""The message bus as services see it; MQTT is one way to carry it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it arrived. ``retained`` marks the broker's stored copy, which says nothing about now."""

    topic: str
    payload: bytes
    retained: bool


Handler = Callable[[Delivery], None]


class Bus(Protocol):
    """Publish and subscribe. Handlers are called in the event loop, one at a time, and must not block."""

    @property
    def is_connected(self) -> bool:
        """The broker answers."""
        ...

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Call the handler for each message that matches; renewed by itself on every connect."""
        ...

    def unsubscribe(self, topic_filter: str) -> None:
        """Stop what `subscribe` began."""
        ...

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send at QoS 1, without waiting.

        While the broker is away, an event is dropped (nothing stale is delivered later) and a retained state is kept:
        its last value is sent on the next connect. An empty retained payload clears the topic.
        """
        ...

    def disown(self, topic_filter: str) -> None:
        """Keep the retained states under a filter no longer: somebody else speaks for them now."""
        ...

    def on_connection(self, handler: Callable[[bool], None]) -> None:
        """Call the handler with True after each connect, subscriptions renewed, and with False on each loss."""
        ...


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic falls under a filter with ``+`` and ``#`` (MQTT 5, section 4.7)."""
    steps = topic.split("/")
    pattern = topic_filter.split("/")
    for place, step in enumerate(pattern):
        if step == "#":
            return True
        if place >= len(steps) or step not in ("+", steps[place]):
            return False
    return len(pattern) == len(steps)
