"""A device at the other end of a socket in memory, played line by line by a test."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

ESSENTIALS = {"car": 3, "alw": True, "amp": 16, "frc": 0, "nrg": [0] * 16, "modelStatus": 15}


class Line:
    """One connection: the bridge's end is a `Socket`, the test's end says and hears objects."""

    def __init__(self) -> None:
        self._to_bridge: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._to_device: asyncio.Queue[str] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def send(self, text: str) -> None:
        if self.closed.is_set():
            raise ConnectionError("closed")
        self._to_device.put_nowait(text)

    async def recv(self) -> str | bytes:
        text = await self._to_bridge.get()
        if text is None:
            raise ConnectionError("closed by the device")
        return text

    async def close(self) -> None:
        self.closed.set()
        self._to_bridge.put_nowait(None)

    def hang_up(self) -> None:
        self.closed.set()
        self._to_bridge.put_nowait(None)

    def say(self, kind: str, **content: Any) -> None:
        self.say_raw(json.dumps({"type": kind, **content}))

    def say_raw(self, data: str | bytes) -> None:
        self._to_bridge.put_nowait(data)

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._to_device.get())
        return message

    async def hear_write(self) -> dict[str, Any]:
        envelope = await self.hear()
        message: dict[str, Any] = json.loads(envelope["data"])
        return message

    def greet(self, algorithm: str = "pbkdf2", *, secured: bool = True) -> None:
        self.say("hello", serial="91234567", devicetype="wattpilot_V2", version="42.5", secured=secured)
        self.say("authRequired", token1="1" * 32, token2="2" * 32, hash=algorithm)

    async def log_in(self) -> None:
        self.greet()
        assert (await self.hear())["type"] == "auth"
        self.say("authSuccess")

    async def come_online(self) -> None:
        await self.log_in()
        self.say("fullStatus", partial=False, status=ESSENTIALS)


class Device:
    """Plays a scene for each connection in turn, the last one again and again; notes when each came."""

    def __init__(self, *scenes: Callable[[Line], Awaitable[None]]) -> None:
        self._scenes = scenes
        self._tasks: list[asyncio.Task[None]] = []
        self.lines: list[Line] = []
        self.connected_s: list[float] = []

    async def connect(self) -> Line:
        self.connected_s.append(asyncio.get_running_loop().time())
        scene = self._scenes[min(len(self.connected_s), len(self._scenes)) - 1]
        line = Line()
        self.lines.append(line)
        self._tasks.append(asyncio.ensure_future(scene(line)))
        await asyncio.sleep(0)
        if line.closed.is_set():
            raise ConnectionError("connection refused")
        return line


async def refuse(line: Line) -> None:
    line.hang_up()


async def keep_silent(line: Line) -> None:
    await asyncio.Event().wait()


async def only_greet(line: Line) -> None:
    line.say("hello", serial="91234567", devicetype="wattpilot_V2", version="42.5", secured=True)
    await asyncio.Event().wait()


async def refuse_login(line: Line) -> None:
    line.greet()
    await line.hear()
    line.say("authError", message="Wrong password")
    await line.closed.wait()


async def go_on(line: Line) -> None:
    """Online, with a change every second."""
    await line.come_online()
    while not line.closed.is_set():
        line.say("deltaStatus", status={"utc": "…"})
        await asyncio.sleep(1.0)
