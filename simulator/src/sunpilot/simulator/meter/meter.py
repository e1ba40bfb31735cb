"""A meter of some shape, publishing what flows in the house, and what can go wrong with it. No sockets."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sunpilot.simulator.house import Truth
from sunpilot.simulator.meter.shape import SHAPES, Message, Sight

CLOCK_OFF = timedelta(seconds=-60)

FAULTS = {
    "out_of_order": "the messages of one measurement come in reverse order",
    "part_missing": "the last message of each measurement is lost",
    "without_power": "JSON messages tell only what changed, and the power did not",
    "unknown": "the meter does not know its values: null, or unavailable",
    "garbage": "payloads are no JSON and no number",
    "kilowatts": "plain numbers are in kilowatt",
    "inverted": "the meter was mounted the wrong way round",
    "clock_off": "the meter's clock is a minute behind",
    "retained": "the broker keeps its messages for who comes later",
    "offline": "the meter is lost, and its last will says so",
    "silent": "the meter is lost without a word",
}


class Meter:
    """Publishes every ``every_s`` seconds of the house's time. ``faults`` are the names that are on."""

    def __init__(self, shape: str, publish: Callable[[Message], None], *, every_s: float = 5.0) -> None:
        if shape not in SHAPES:
            raise ValueError(f"there is no meter {shape!r}; there are: {', '.join(SHAPES)}")
        self.faults: set[str] = set()
        self.every_s = every_s
        self._shape = SHAPES[shape]
        self._publish = publish
        self._due: float = 0.0

    @property
    def device(self) -> str:
        """The part of its topics that is its own."""
        return self._shape.device

    @property
    def will(self) -> Message | None:
        """What the broker publishes when the meter is lost, where it has a last will."""
        return self._presence(self._shape.gone)

    def say_hello(self) -> None:
        """The meter has connected to its broker."""
        if (hello := self._presence(self._shape.there)) is not None:
            self._publish(hello)

    def set_fault(self, name: str, on: bool) -> None:
        """Switch a fault on or off; raises `ValueError` for a name that there is not."""
        if name not in FAULTS:
            raise ValueError(f"there is no meter fault {name!r}; there are: {', '.join(FAULTS)}")
        if on == (name in self.faults):
            return
        (self.faults.add if on else self.faults.discard)(name)
        if name == "offline":
            if on and self.will is not None:
                self._publish(self.will)
            elif not on:
                self.say_hello()

    def observe(self, truth: Truth) -> None:
        """Take in what flows in the house; publish when it is time."""
        now_s = truth.at.timestamp()
        if 0 < self._due - now_s <= self.every_s:
            return
        self._due = now_s + self.every_s
        if not self.faults & {"offline", "silent"}:
            for message in self._messages(truth):
                self._publish(message)

    def _messages(self, truth: Truth) -> list[Message]:
        seen = Sight.of(truth, -1.0 if "inverted" in self.faults else 1.0)
        if "clock_off" in self.faults:
            seen = replace(seen, at=seen.at + CLOCK_OFF)
        messages = self._shape.messages(self.device, seen)
        if "part_missing" in self.faults:
            messages = messages[:-1]
        if "out_of_order" in self.faults:
            messages.reverse()
        messages = [replace(message, payload=self._spoilt(message.payload)) for message in messages]
        return [replace(message, retain=True) for message in messages] if "retained" in self.faults else messages

    def _spoilt(self, payload: bytes) -> bytes:
        if "garbage" in self.faults:
            return b"\x00garbage"
        is_json = payload[:1] in (b"{", b"[")
        if "unknown" in self.faults:
            return _with_nulls(payload) if is_json else b"unavailable"
        if "without_power" in self.faults and is_json:
            return json.dumps({"method": "NotifyStatus", "params": {"sys": {"uptime": 1}}}).encode()
        if "kilowatts" in self.faults and not is_json and payload:
            return f"{float(payload) / 1000:.5f}".encode()
        return payload

    def _presence(self, word: str) -> Message | None:
        presence = self._shape.presence
        return None if presence is None else Message(presence(self.device), word.encode(), retain=True)


def _with_nulls(payload: bytes) -> bytes:
    def emptied(content: object) -> object:
        if isinstance(content, dict):
            return {key: emptied(value) for key, value in content.items()}
        return None

    return json.dumps(emptied(json.loads(payload))).encode()
