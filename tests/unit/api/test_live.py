"""The board and the live stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import ServerSentEvent

from sunpilot.api.live import live
from sunpilot.api.watch import Watch
from tests.unit.api.conftest import KEY, World


def _open(world: World, key: str | None = KEY) -> AsyncIterator[ServerSentEvent]:
    credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=key) if key else None
    return live(world.api.app.state.context, credentials)


async def _next(stream: AsyncIterator[ServerSentEvent]) -> tuple[str | None, Any]:
    event = await asyncio.wait_for(anext(stream), 1)
    return event.event, json.loads(event.raw_data or "null")


async def test_the_stream_begins_with_everything_known(world: World) -> None:
    await world.learn()
    stream = _open(world)
    event, values = await _next(stream)
    assert event == "snapshot"
    assert values["wattpilot/1/status"]["car"] == "idle"
    assert values["wattpilot/1/mode"] == "sun"
    assert values["service/api/test"]["online"] is True


async def test_every_change_follows_and_null_means_gone(world: World) -> None:
    await world.learn()
    stream = _open(world)
    await _next(stream)
    await world.say("sunpilot/wattpilot/1/online", "true", retain=True)
    assert await _next(stream) == ("change", {"path": "wattpilot/1/online", "value": True})
    await world.say("sunpilot/wattpilot/1/online", b"", retain=True)
    assert await _next(stream) == ("change", {"path": "wattpilot/1/online", "value": None})
    await world.http.patch("/api/v1/wattpilots/1", json={"name": "Garage"})
    await world.settle()
    assert (await _next(stream))[1]["path"] == "config"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("inverter/1/reading", b"{"),
        ("inverter/1/reading", b'{"v":2}'),
        ("wattpilot/1/online", b"TRUE"),
        ("wattpilot/1/mode", b"fast"),
        ("wattpilot/1/session", b"[]"),
        ("service/x/y", b"\xff"),
    ],
)
async def test_a_bad_payload_is_dropped_and_what_was_known_stays(world: World, topic: str, payload: bytes) -> None:
    await world.say(f"sunpilot/{topic}", payload)
    _, values = await _next(_open(world))
    assert topic not in values
    assert values["service/api/test"]["dropped"] == 1


async def test_a_session_is_passed_on(world: World) -> None:
    session = (
        '{"v":1,"id":1782036000,"at":"2026-06-21T12:00:00Z","started_at":"2026-06-21T10:00:00Z","energy_wh":1200.0}'
    )
    await world.say("sunpilot/wattpilot/1/session", session, retain=True)
    _, values = await _next(_open(world))
    assert values["wattpilot/1/session"]["energy_wh"] == 12.0
    assert values["wattpilot/1/session"]["ended_at"] is None


async def test_a_stream_in_open_reading_ends_when_that_lapses(world: World) -> None:
    await world.http.put("/api/v1/open-reading")
    stream = _open(world, key=None)
    await _next(stream)
    await world.settle(181)
    with pytest.raises(StopAsyncIteration):
        await _next(stream)


async def test_all_streams_end_at_shutdown(world: World) -> None:
    stream = _open(world)
    await _next(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await world.settle()
    world.api.app.state.context.board.close()
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_a_client_that_is_too_slow_is_let_go() -> None:
    watch = Watch(pending=2)
    for change in "abc":
        watch.push(change)
    assert watch.is_closed
    assert [change async for change in watch.changes()] == []


async def test_changes_come_in_order() -> None:
    watch = Watch()
    for change in "abc":
        watch.push(change)
    changes = watch.changes()
    assert [await anext(changes) for _ in range(3)] == ["a", "b", "c"]


async def test_a_service_that_falls_silent_shows_by_itself(world: World) -> None:
    await world.say("sunpilot/service/bridge/nas", '{"v":1,"online":true,"version":"0.1.0"}', retain=True)
    stream = _open(world)
    assert (await _next(stream))[1]["service/bridge/nas"]["standing"] == "ok"
    await world.settle(100)
    path = None
    while path != "service/bridge/nas":
        _, change = await _next(stream)
        path = change["path"]
    assert change["value"]["standing"] == "silent"


async def test_a_lost_broker_shows_although_nobody_can_say_so(world: World) -> None:
    world.bus.disconnect()
    _, values = await _next(_open(world))
    assert "broker" in values["service/api/test"]["waits_for"][0]
    world.bus.connect()
    await world.settle()
    _, values = await _next(_open(world))
    assert values["service/api/test"]["waits_for"] == []
