"""A broker that refuses the recorder's session or a subscription, played here byte by byte (MQTT 5, 3.2 and 3.9)."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import pytest

from sunpilot.contract.wait import Wait, WaitCode
from sunpilot.recorder import intake
from sunpilot.recorder.intake import Intake
from sunpilot.runtime.address import Broker
from sunpilot.runtime.log import make_log

CONNECT, CONNACK, SUBSCRIBE, SUBACK = 1, 2, 8, 9
SUCCESS, GRANTED, NOT_AUTHORIZED = 0x00, 0x01, 0x87


@dataclasses.dataclass
class Door:
    """How the broker answers, and how often it was asked to subscribe."""

    port: int = 0
    lets_in: bool = True
    grants: bool = True
    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind = (await reader.readexactly(1))[0] >> 4
                length = shift = 0
                while True:
                    (byte,) = await reader.readexactly(1)
                    length, shift = length | (byte & 0x7F) << shift, shift + 7
                    if not byte & 0x80:
                        break
                body = await reader.readexactly(length)
                if kind == CONNECT:
                    writer.write(bytes([CONNACK << 4, 3, 0, SUCCESS if self.lets_in else NOT_AUTHORIZED, 0]))
                elif kind == SUBSCRIBE:
                    self.asked += 1
                    codes = [GRANTED, GRANTED if self.grants else NOT_AUTHORIZED]
                    writer.write(bytes([SUBACK << 4, 5, *body[:2], 0, *codes]))
        writer.close()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0)
    door.port = server.sockets[0].getsockname()[1]
    yield door
    server.close()


@contextlib.asynccontextmanager
async def listening(door: Door) -> AsyncIterator[list[WaitCode | None]]:
    """The intake at work; what it waits for, as it says so."""
    said: list[WaitCode | None] = []

    def say(wait: Wait | None) -> None:
        said.append(wait.code if wait else None)

    source = Intake(Broker("127.0.0.1", door.port), "recorder", ["a/+", "b/+"], make_log("recorder", "critical"))
    source.start(lambda _delivery, _acknowledge: None, lambda _present: None, say)
    try:
        yield said
    finally:
        await source.stop()


async def until(said: list[WaitCode | None], what: WaitCode | None) -> None:
    async with asyncio.timeout(20):
        while not said or said[-1] is not what:
            await asyncio.sleep(0.02)


async def test_a_refused_session_is_said_and_tried_until_it_is_let_in(door: Door) -> None:
    door.lets_in = False
    async with listening(door) as said:
        await until(said, WaitCode.SESSION)
        door.lets_in = True
        await until(said, None)


async def test_a_refused_subscription_is_said_and_tried_again_on_the_same_connection(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "RETRY_S", 0.1)
    door.grants = False
    async with listening(door) as said:
        await until(said, WaitCode.SUBSCRIPTION)
        door.grants = True
        await until(said, None)
        asked = door.asked
        assert asked >= 2
        await asyncio.sleep(0.4)
        assert door.asked == asked  # what is granted is not asked for again
