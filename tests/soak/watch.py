"""Reads along on the line between a bridge and a Wattpilot, and notes everything that must never be there.

The rules are those of the Wattpilot protocol (writes, current steps) and of Sunpilot's safety rules (floors), written
here once more.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sunpilot.bridge.connection import Socket

ANSWER_S = 5.0
"""Until then a request is under way."""
RAISE_S = 10.0
PHASES_S = 300.0
LEAST_A = 6
CURRENT_LIMITS = ("ama", "amt", "cbl")
REMEMBERED = ("amp", "car", *CURRENT_LIMITS)
"""Nothing more: a huge message must not count as memory that the bridge keeps."""
LEEWAY_S = 0.05


@dataclass(frozen=True)
class Write:
    """A write that went out."""

    value: Any
    at_s: float


@dataclass(frozen=True)
class UnderWay:
    """A request that waits for its answer, with the numbers of all its tries: a late answer to the first is as good."""

    what: tuple[Any, ...]
    ids: frozenset[str]
    since_s: float

    def is_answered_by(self, message: Any, kind: str | None) -> bool:
        if kind == "fullStatus":
            return bool(self.what[0] == "requestFullStatus")
        number = message.get("requestId") if kind == "response" else ""
        return bool(number is None or str(number) in self.ids)


class Watch:
    """Notes in ``broken`` each rule that was broken, and counts; keeps nothing else for long.

    ``real_s`` is the time that guards a socket, ``clock_s`` the one that the bridge lives in.
    """

    def __init__(self, real_s: Callable[[], float], clock_s: Callable[[], float]) -> None:
        self.broken: list[str] = []
        self.writes = 0
        self.questions = 0
        self.connections = 0
        self._by_person = [False, False]
        self._real_s = real_s
        self._clock_s = clock_s
        self._under_way: UnderWay | None = None
        self._told: dict[str, Any] = {}
        self._last: dict[str, Write] = {}

    def __str__(self) -> str:
        return f"{self.connections} connections, {self.writes} writes, {self.questions} questions"

    def connected(self) -> None:
        """A new connection: nothing is under way on it, and nothing has been told."""
        self.connections += 1
        self._under_way = None
        self._told.clear()

    def asked(self, *, by_person: bool) -> None:
        """A new wish comes; a person's is held by no floor but that between phase switches. Now, a write for the wish
        before may still be under way.
        """
        self._by_person = [self._by_person[-1], by_person]

    def heard(self, data: str | bytes) -> None:
        """The Wattpilot says something to the bridge."""
        try:
            message = json.loads(data)
        except ValueError:
            return
        kind = message.get("type") if isinstance(message, dict) else None
        status = message.get("status") if kind in ("fullStatus", "deltaStatus", "response") else None
        if isinstance(status, dict):
            self._told.update((key, value) for key, value in status.items() if key in REMEMBERED)
        if self._under_way is not None and self._under_way.is_answered_by(message, kind):
            self._under_way = None

    def said(self, text: str) -> None:
        """The bridge says something to the Wattpilot."""
        message = json.loads(text)
        if message["type"] == "securedMsg":
            message = json.loads(message["data"])
        if message["type"] == "auth":
            return
        self._note_request(message)
        if message["type"] == "setValue":
            self.writes += 1
            self._check(message["key"], message["value"])
            self._last[message["key"]] = Write(message["value"], self._clock_s())
        else:
            self.questions += 1

    def _note_request(self, message: Any) -> None:
        what = tuple(message.get(name) for name in ("type", "key", "value"))
        before, now_s = self._under_way, self._real_s()
        if before is not None and now_s - before.since_s < ANSWER_S - LEEWAY_S:
            self._break(f"{what} while {before.what} is under way")
        repeated = before is not None and before.what == what
        ids = before.ids if before is not None and repeated else frozenset()
        self._under_way = UnderWay(what, ids | {str(message["requestId"])}, now_s)

    def _check(self, key: str, value: Any) -> None:
        last = self._last.get(key)
        if last is not None and last.value == value:
            return  # the same once more, because no answer came or something took it back
        since_s = float("inf") if last is None else self._clock_s() - last.at_s
        match key:
            case "amp":
                self._check_current(value, since_s)
            case "frc":
                if value not in (0, 1, 2):
                    self._break(f"frc={value}")
                if (
                    value != 1
                    and not any(self._by_person)
                    and self._told.get("car") != 1
                    and since_s < RAISE_S - LEEWAY_S
                ):
                    self._break(f"frc={value} {since_s:.1f} s after a stop")
            case "psm":
                if value not in (0, 1, 2) or since_s < PHASES_S - LEEWAY_S:
                    self._break(f"psm={value} {since_s:.1f} s after another")
            case _:
                self._break(f"{key} was written")

    def _check_current(self, value: Any, since_s: float) -> None:
        limits = [self._told[key] for key in CURRENT_LIMITS if isinstance(self._told.get(key), int)]
        if type(value) is not int or not LEAST_A <= value <= min(limits, default=32):
            self._break(f"amp={value} with limits {limits}")
        told = self._told.get("amp")
        if isinstance(told, int) and value > told and not any(self._by_person) and since_s < RAISE_S - LEEWAY_S:
            self._break(f"amp={value} above {told}, {since_s:.1f} s after another")

    def _break(self, what: str) -> None:
        self.broken.append(f"{self._clock_s():.1f} s: {what}")


class WatchedSocket:
    """A socket with a watch reading along."""

    def __init__(self, socket: Socket, watch: Watch) -> None:
        self._socket = socket
        self._watch = watch
        watch.connected()

    async def send(self, text: str) -> None:
        self._watch.said(text)
        await self._socket.send(text)

    async def recv(self) -> str | bytes:
        data = await self._socket.recv()
        self._watch.heard(data)
        return data

    async def close(self) -> None:
        await self._socket.close()
