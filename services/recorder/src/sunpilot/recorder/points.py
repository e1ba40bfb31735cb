"""From messages to points: topic and payload in, at most one point out."""

from collections.abc import Mapping
from datetime import datetime

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal
from sunpilot.contract.message import BadMessageError, Message, decode
from sunpilot.contract.setpoint import Ack, Order, Setpoint
from sunpilot.contract.topics import Topics
from sunpilot.recorder.field import fields
from sunpilot.recorder.measurement import MEASUREMENTS, Measurement
from sunpilot.recorder.point import Point, nanoseconds

_ONLINE = {b"true": 1.0, b"false": 0.0}


class Points:
    """Makes points, and remembers of each Wattpilot the last reason and the last setpoint, to tell what is news."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._by_place = {(one.branch, one.leaf): one for one in MEASUREMENTS}
        self._reasons: dict[str, str] = {}
        self._ordered: dict[str, tuple[Order, datetime]] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """The topics to listen to."""
        topics = self._topics
        numbered = (f"{topics.root}/{branch}/+/{leaf}" for branch, leaf in self._by_place if leaf)
        return (*numbered, topics.wattpilot("+", "online"), topics.service("+", "+"))

    def point(self, topic: str, payload: bytes, received_at: datetime, retained: bool = False) -> Point | None:
        """The point of a message; None where it has none. Raises `BadMessageError`.

        An empty payload clears a topic and says nothing. ``retained`` marks the broker's stored copy.
        """
        if not payload:
            return None
        branch, entity, leaf = self._place(topic)
        if branch == "service":
            return self._of(
                self._by_place[branch, ""], {"service": entity, "instance": leaf}, payload, received_at, retained
            )
        if leaf == "online":
            return None if retained else _online(entity, payload, received_at)
        return self._of(self._by_place[branch, leaf], {branch: entity}, payload, received_at, retained)

    def _place(self, topic: str) -> tuple[str, str, str]:
        steps = topic.removeprefix(f"{self._topics.root}/").split("/")
        if len(steps) != 3 or (steps[0] != "service" and self._topics.id_of(topic) is None):
            raise BadMessageError("the topic has no number")
        return steps[0], steps[1], steps[2]

    def _of(
        self, measurement: Measurement, tags: Mapping[str, str], payload: bytes, received_at: datetime, retained: bool
    ) -> Point | None:
        message = decode(measurement.kind, payload)
        time = measurement.time_of(message, received_at, retained)
        if time is None:
            return None
        own_tags = {name: getattr(message, name) for name in measurement.tags if name != "month"}
        if isinstance(message, DayTotal):
            own_tags["month"] = message.day[:7]
        return Point(
            measurement.name,
            {**tags, **{name: str(value) for name, value in own_tags.items() if value is not None}},
            {**fields(measurement, message, time), **self._news(tags, message, time)},
            nanoseconds(time) + _order_of(message) % 1000,
        )

    def _news(self, tags: Mapping[str, str], message: Message, time: datetime) -> dict[str, float]:
        """What only the message before can tell."""
        wattpilot = tags.get("wattpilot", "")
        if isinstance(message, Decision):
            before, self._reasons[wattpilot] = self._reasons.get(wattpilot), message.reason
            return {"changed": float(before != message.reason)}
        if isinstance(message, Setpoint):
            self._ordered[wattpilot] = (message.order, time)
        if isinstance(message, Ack) and message.of is not None:
            order, ordered_at = self._ordered.get(wattpilot, (None, time))
            after_s = (time - ordered_at).total_seconds()
            return {"after_s": after_s} if order == message.of and after_s >= 0 else {}
        return {}


def _online(wattpilot: str, payload: bytes, received_at: datetime) -> Point:
    if payload not in _ONLINE:
        raise BadMessageError("neither true nor false")
    return Point("online", {"wattpilot": wattpilot}, {"online": _ONLINE[payload]}, nanoseconds(received_at))


def _order_of(message: Message) -> int:
    """Setpoints and their acknowledgements may be said within one microsecond, and must stay apart."""
    if isinstance(message, Ack):
        return 0 if message.of is None else message.of.n
    return message.n if isinstance(message, Setpoint) else 0
