"""The board and the live stream."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from sunpilot.api.access.asker import Asker, Kind
from sunpilot.api.access.scope import Scope
from sunpilot.api.feed import MOST_PASSING, MOST_WATCHES, Feed
from sunpilot.api.live import HEARTBEAT, frames
from tests.support.virtual_time import START, VirtualClock
from tests.unit.api.conftest import KEY, PASSWORD, World

OWNER = Asker(Kind.FIRST_KEY, Scope.CONFIGURE)

Event = tuple[str, Any]


@dataclass
class Stream:
    """One client of the stream, who reads event by event, and notes the ``times`` told beside."""

    world: World
    asker: Asker = OWNER
    last_id: str | None = None
    times: list[datetime] = field(default_factory=list)
    _read: list[tuple[str, str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.world.api.app.state.context
        watch = context.board.feed.join(self.last_id)
        self._frames = frames(watch, lambda: context.access.still_admits(self.asker))

    async def next(self) -> Event:
        while not self._read:
            self._read = _events(await asyncio.wait_for(anext(self._frames), 100))
        self.last_id, event, value = self._read.pop(0)
        self.times.append(datetime.fromisoformat(value.pop("now" if event == "snapshot" else "at")))
        return event, value


def _events(frames: bytes) -> list[tuple[str, str, Any]]:
    """Server-sent events as id, name and data (WHATWG HTML, section 9.2.6)."""
    events = []
    for event in frames.decode().removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        if "data" in fields:
            events.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return events


async def test_the_stream_begins_with_everything_known(world: World) -> None:
    await world.learn()
    stream = Stream(world)
    event, values = await stream.next()
    assert event == "snapshot"
    assert values["wattpilot/1/status"]["car"] == "idle"
    assert values["wattpilot/1/mode"] == "sun"
    assert values["service/api/test"]["online"] is True


async def test_every_change_follows_and_null_means_gone(world: World) -> None:
    await world.learn()
    stream = Stream(world)
    await stream.next()
    await world.say("sunpilot/wattpilot/1/online", "true", retain=True)
    assert await stream.next() == ("change", {"path": "wattpilot/1/online", "value": True})
    await world.say("sunpilot/wattpilot/1/online", b"", retain=True)
    assert await stream.next() == ("change", {"path": "wattpilot/1/online", "value": None})
    await world.http.patch("/api/v1/wattpilots/1", json={"name": "Garage"})
    await world.settle()
    assert (await stream.next())[1]["path"] == "config"


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
    _, values = await Stream(world).next()
    assert topic not in values
    assert values["service/api/test"]["dropped"] == 1


async def test_a_session_is_passed_on(world: World) -> None:
    session = (
        '{"v":1,"id":1782036000,"at":"2026-06-21T12:00:00Z","started_at":"2026-06-21T10:00:00Z","energy_wh":1200.0}'
    )
    await world.say("sunpilot/wattpilot/1/session", session, retain=True)
    _, values = await Stream(world).next()
    assert values["wattpilot/1/session"]["energy_wh"] == 1200.0
    assert values["wattpilot/1/session"]["ended_at"] is None


async def test_a_stream_in_open_reading_ends_when_that_lapses(world: World) -> None:
    await world.http.put("/api/v1/open-reading")
    stream = Stream(world, Asker(Kind.OPEN_READING, Scope.READ))
    await stream.next()
    await world.settle(181)
    with pytest.raises(StopAsyncIteration):
        await stream.next()


async def test_a_stream_ends_when_its_key_is_revoked(world: World) -> None:
    made = (await world.http.post("/api/v1/keys", json={"name": "display", "scope": "read"})).json()
    stream = Stream(world, Asker(Kind.KEY, Scope.READ, str(made["id"])))
    await stream.next()
    await world.http.delete(f"/api/v1/keys/{made['id']}")
    with pytest.raises(StopAsyncIteration):
        await stream.next()


async def test_a_stream_ends_when_another_password_is_set(world: World) -> None:
    await world.http.put("/api/v1/password", json={"current": KEY, "new": PASSWORD})
    (entry,) = await world.store.redis.hkeys("sunpilot:logins")
    stream = Stream(world, Asker(Kind.LOGIN, Scope.CONFIGURE, str(entry)))
    await stream.next()
    await world.http.put("/api/v1/password", json={"current": KEY, "new": PASSWORD})
    with pytest.raises(StopAsyncIteration):
        await stream.next()


async def test_all_streams_end_at_shutdown(world: World) -> None:
    stream = Stream(world)
    await stream.next()
    waiting = asyncio.ensure_future(stream.next())
    await world.settle()
    world.api.app.state.context.board.feed.close()
    with pytest.raises(StopAsyncIteration):
        await waiting
    with pytest.raises(StopAsyncIteration):
        await Stream(world).next()


async def test_a_silent_stream_shows_that_it_lives(world: World) -> None:
    watch = Feed(VirtualClock()).join()
    assert watch is not None
    silent = frames(watch, lambda: True)
    await anext(silent)
    begin = asyncio.get_running_loop().time()
    assert await anext(silent) == HEARTBEAT
    assert asyncio.get_running_loop().time() - begin == pytest.approx(15)


async def test_who_comes_back_gets_only_what_changed_meanwhile(world: World) -> None:
    await world.learn()
    stream = Stream(world)
    assert (await stream.next())[0] == "snapshot"
    await world.say("sunpilot/wattpilot/1/online", "true", retain=True)
    await world.say("sunpilot/wattpilot/1/mode", b"", retain=True)
    back = Stream(world, last_id=stream.last_id)
    assert await back.next() == ("change", {"path": "wattpilot/1/online", "value": True})
    assert await back.next() == ("change", {"path": "wattpilot/1/mode", "value": None})


@pytest.mark.parametrize("event_id", ["", "-", "0-0", "x", "deadbeef-1", "9" * 99, "{run}-", "{run}-99999", "{run}--1"])
async def test_an_event_id_that_is_not_of_this_run_gives_everything(event_id: str) -> None:
    feed = Feed(VirtualClock())
    feed.show("a", 1)
    run = _events(feed.after(None)[1])[0][0].partition("-")[0]
    watch = feed.join(event_id.replace("{run}", run))
    assert watch is not None
    assert [event for _, event, _ in _events(await watch.take(1) or b"")] == ["snapshot"]


async def test_a_slow_client_finds_the_newest_of_each_path_in_the_order_of_change() -> None:
    feed = Feed(VirtualClock())
    watch = feed.join()
    assert watch is not None
    await watch.take(1)
    for turn in range(1000):
        feed.show("grid", turn)
        feed.show("car", -turn)
    feed.show("gone", 1)
    feed.show("gone", None)
    feed.tell("config", "house 1", {"kind": "house", "id": 1})
    feed.tell("config", "house 2", {"kind": "house", "id": 2})
    feed.tell("config", "house 1", {"kind": "house", "id": 1})
    changes = [(data["path"], data["value"]) for _, _, data in _events(await watch.take(1) or b"")]
    assert changes == [
        ("grid", 999),
        ("car", -999),
        ("gone", None),
        ("config", {"kind": "house", "id": 2}),
        ("config", {"kind": "house", "id": 1}),
    ]
    assert json.loads(feed.snapshot()) == {"now": "2026-06-21T08:00:00.000Z", "grid": 999, "car": -999}


async def test_a_client_that_missed_what_is_forgotten_begins_anew() -> None:
    feed = Feed(VirtualClock())
    feed.show("grid", 1)
    watch = feed.join()
    assert watch is not None
    await watch.take(1)
    for number in range(MOST_PASSING + 1):
        feed.show(f"gone {number}", 1)
        feed.show(f"gone {number}", None)
    ((_, event, values),) = _events(await watch.take(1) or b"")
    assert (event, values["grid"]) == ("snapshot", 1)
    assert len(values) == 2


async def test_only_so_many_streams_are_open_at_once(world: World) -> None:
    feed = world.api.app.state.context.board.feed
    watches = [feed.join() for _ in range(MOST_WATCHES)]
    answer = await world.http.get("/api/v1/live")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Retry-After" in answer.headers
    feed.leave(watches[0])
    assert feed.join() is not None


async def test_a_service_that_falls_silent_shows_by_itself(world: World) -> None:
    await world.say("sunpilot/service/bridge/nas", '{"v":1,"online":true,"version":"0.1.0"}', retain=True)
    stream = Stream(world)
    assert (await stream.next())[1]["service/bridge/nas"]["standing"] == "ok"
    await world.settle(100)
    path = None
    while path != "service/bridge/nas":
        _, change = await stream.next()
        path = change["path"]
    assert change["value"]["standing"] == "silent"


async def test_a_lost_broker_shows_although_nobody_can_say_so(world: World) -> None:
    world.bus.disconnect()
    _, values = await Stream(world).next()
    assert "broker" in values["service/api/test"]["waits_for"][0]
    world.bus.connect()
    await world.settle()
    _, values = await Stream(world).next()
    assert values["service/api/test"]["waits_for"] == []


async def test_what_is_ordered_while_the_broker_is_away_shows_at_once_and_to_who_comes_later(world: World) -> None:
    await world.learn()
    world.bus.disconnect()
    stream = Stream(world)
    await stream.next()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    await world.http.put("/api/v1/wattpilots/1/mode", json={"mode": "off"})
    seen = {}
    while "wattpilot/1/mode" not in seen:
        _, change = await stream.next()
        seen[change["path"]] = change["value"]
    assert seen["wattpilot/1/override"]["kind"] == "full"
    assert seen["wattpilot/1/mode"] == "off"
    _, values = await Stream(world).next()
    assert values["wattpilot/1/override"]["kind"] == "full"
    await world.http.delete("/api/v1/wattpilots/1/override")
    _, values = await Stream(world).next()
    assert "wattpilot/1/override" not in values
    assert values["wattpilot/1/mode"] == "off"


async def test_a_change_of_the_configuration_shows_while_the_broker_is_away(world: World) -> None:
    await world.add(wattpilot_id=1)
    world.bus.disconnect()
    stream = Stream(world)
    await stream.next()
    await world.http.patch("/api/v1/houses/2", json={"import_price": 0.31})
    assert await stream.next() == ("change", {"path": "config", "value": {"v": 1, "kind": "house", "id": 2}})


async def test_what_is_ordered_shows_once_although_the_broker_says_it_again(world: World) -> None:
    await world.learn()
    feed = world.api.app.state.context.board.feed
    before, _ = feed.after(None)
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    await world.settle()
    changes = [data["path"] for _, _, data in _events(feed.after(before)[1])]
    assert (sorted(changes), feed.after(None)[0] - before) == (["config", "wattpilot/1/override"], 2)


async def test_the_time_comes_with_everything_however_old_the_values_are(world: World) -> None:
    await world.learn()
    world.bus.disconnect()
    await world.settle(600)
    stream = Stream(world)
    await stream.next()
    await world.settle(7)
    await world.http.put("/api/v1/wattpilots/1/mode", json={"mode": "off"})
    while (await stream.next())[1]["path"] != "wattpilot/1/mode":
        pass
    told_s = [(time - START).total_seconds() for time in (stream.times[0], stream.times[-1])]
    assert told_s == pytest.approx([600, 607], abs=0.5)
