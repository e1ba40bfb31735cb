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
LEEWAY_S = 0.05


@dataclass(frozen=True)
class Write:
    """A write that went out."""

    value: Any
    at_s: float


class Watch:
    """Notes in ``broken`` each rule that was broken, and counts; keeps nothing else for long.

    ``real_s`` is the time that guards a socket, ``clock_s`` the one that the bridge lives in.
    """

    def __init__(self, real_s: Callable[[], float], clock_s: Callable[[], float]) -> None:
        self.broken: list[str] = []
        self.writes = 0
        self.questions = 0
        self.connections = 0
        self._real_s = real_s
        self._clock_s = clock_s
        self._under_way: tuple[str, float] | None = None
        self._told: dict[str, Any] = {}
        self._last: dict[str, Write] = {}

    def __str__(self) -> str:
        return f"{self.connections} connections, {self.writes} writes, {self.questions} questions"

    def connected(self) -> None:
        """A new connection: nothing is under way on it, and nothing has been told."""
        self.connections += 1
        self._under_way = None
        self._told.clear()

    def heard(self, data: str | bytes) -> None:
        """The Wattpilot says something to the bridge."""
        try:
            message = json.loads(data)
        except ValueError:
            return
        kind = message.get("type") if isinstance(message, dict) else None
        status = message.get("status") if kind in ("fullStatus", "deltaStatus", "response") else None
        if isinstance(status, dict):
            self._told.update(status)
        if self._under_way is not None and self._answers(message, kind, self._under_way[0]):
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

    @staticmethod
    def _answers(message: Any, kind: str | None, under_way: str) -> bool:
        if kind == "fullStatus":
            return under_way == "requestFullStatus"
        return kind == "response" and str(message.get("requestId", under_way)) == under_way

    def _note_request(self, message: Any) -> None:
        if self._under_way is not None and self._real_s() - self._under_way[1] < ANSWER_S - LEEWAY_S:
            self._break(f"{message['type']} while {self._under_way[0]} is under way")
        question = message["type"] == "requestFullStatus"
        self._under_way = ("requestFullStatus" if question else str(message["requestId"]), self._real_s())

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
                if value != 1 and self._told.get("car") != 1 and since_s < RAISE_S - LEEWAY_S:
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
        if isinstance(told, int) and value > told and since_s < RAISE_S - LEEWAY_S:
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
