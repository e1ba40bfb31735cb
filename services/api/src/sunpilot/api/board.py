"""What everybody last said: the newest of each retained topic, for REST and the live stream."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import JsonValue

from sunpilot.api.feed import Feed
from sunpilot.api.roll import Attendance, Roll, Standing
from sunpilot.contract.decision import Decision
from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ConfigChanged, ServiceState
from sunpilot.contract.session import Session
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.report import Report

P = TypeVar("P", bound=Part)


Value = Part | str | bool

_WORDS: Mapping[str, Mapping[bytes, str | bool]] = {
    "online": {b"true": True, b"false": False},
    "mode": {mode.value.encode(): mode.value for mode in Mode},
}


class Board:
    """The newest value of each path. A path is a topic without its root: ``inverter/1/reading``.

    ``feed`` shows them to those who watch, services with their `Standing`.
    """

    def __init__(self, topics: Topics, report: Report, clock: Clock) -> None:
        self._root = f"{topics.root}/"
        self._report = report
        self._values: dict[str, Value] = {}
        self._roll = Roll(clock)
        self._standings: dict[str, Standing] = {}
        self.feed = Feed(clock)
        self.kinds: Mapping[str, type[Part]] = {
            topics.inverter("+", "reading"): Reading,
            topics.inverter("+", "source"): SourceState,
            topics.wattpilot("+", "status"): Status,
            topics.wattpilot("+", "decision"): Decision,
            topics.wattpilot("+", "session"): Session,
            topics.wattpilot("+", "override"): Override,
            topics.service("+", "+"): ServiceState,
        }
        self.words: tuple[str, ...] = (topics.wattpilot("+", "online"), topics.wattpilot("+", "mode"))

    def take(self, kind: type[P], delivery: Delivery) -> P | None:
        """A JSON message on one of the ``kinds``: kept, shown, and given back. A bad one is dropped."""
        if not delivery.payload:
            self._strike(self._path(delivery))
            return None
        message = self._report.read(kind, delivery)
        if message is not None:
            self.note(self._path(delivery), message, live=not delivery.retained)
        return message

    def take_word(self, delivery: Delivery) -> None:
        """A bare value on one of the ``words``: kept and shown. A bad one is dropped."""
        known = _WORDS[delivery.topic.rsplit("/", 1)[-1]]
        if not delivery.payload:
            self._strike(self._path(delivery))
        elif (word := known.get(delivery.payload)) is not None:
            self.note(self._path(delivery), word)
        else:
            self._report.drop(delivery, f"not one of {', '.join(str(value) for value in known.values())}")

    def take_change(self, delivery: Delivery) -> None:
        """A change of the configuration, from whoever made it. A bad message is dropped."""
        message = self._report.read(ConfigChanged, delivery)
        if message is not None:
            self.tell(message)

    def tell(self, change: ConfigChanged) -> None:
        """A change of the configuration: shown to those who watch, not kept."""
        self.feed.tell("config", f"{change.kind} {change.id}", change.model_dump(mode="json"))

    def note(self, path: str, value: Value | None, *, live: bool = True) -> None:
        """Keep and show what came, or what the api itself knows, also while the broker is away; None clears it.

        What the api said itself is heard once more from the broker, and shown once.
        """
        if value is None:
            self._strike(path)
        elif isinstance(value, ServiceState):
            self._roll.hear(path, value, live=live)
            self._standings.pop(path, None)
            self.call_roll()
        elif self._values.get(path) != value:
            self._values[path] = value
            self.feed.show(path, _as_json(value))

    def call_roll(self) -> None:
        """Show services whose standing changed, as those that fell silent; to be called every few seconds."""
        attendance = self._roll.attendance()
        for path, seen in attendance.items():
            if self._standings.get(path) is not seen.standing:
                self.feed.show(path, _as_json(seen))
        for path in self._standings.keys() - attendance.keys():
            self.feed.show(path, None)
        self._standings = {path: seen.standing for path, seen in attendance.items()}

    def last(self, kind: type[P], path: str) -> P | None:
        """The newest message of a path; None where nothing was said."""
        value = self._values.get(path)
        return value if isinstance(value, kind) else None

    def last_by_id(self, kind: type[P], of: str, what: str) -> dict[int, P]:
        """The newest messages ``what`` (a status) of all inverters or Wattpilots, by id."""
        found: dict[int, P] = {}
        for path, value in self._values.items():
            steps = path.split("/")
            if isinstance(value, kind) and len(steps) == 3 and steps[::2] == [of, what] and steps[1].isdecimal():
                found[int(steps[1])] = value
        return found

    def last_word(self, path: str) -> str | bool | None:
        """The newest bare value of a path."""
        value = self._values.get(path)
        return value if isinstance(value, str | bool) else None

    def services(self) -> dict[tuple[str, str], Attendance]:
        """How each service is doing, by name and instance."""
        return {(path.split("/")[1], path.split("/")[2]): seen for path, seen in self._roll.attendance().items()}

    def _path(self, delivery: Delivery) -> str:
        return delivery.topic.removeprefix(self._root)

    def _strike(self, path: str) -> None:
        self._roll.strike(path)
        self.call_roll()
        if self._values.pop(path, None) is not None:
            self.feed.show(path, None)


def _as_json(value: Value) -> JsonValue:
    return value.model_dump(mode="json") if isinstance(value, Part) else value
