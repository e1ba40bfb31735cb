"""REST and MQTT: Wattpilots, modes and overrides."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from sunpilot.api.journal import Command, Journal
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.order import Override
from sunpilot.runtime.store import Store
from tests.unit.api.conftest import World

OVERRIDE = "sunpilot/wattpilot/1/override"
MODE = "sunpilot/wattpilot/1/mode"


def _status(car: str | None) -> str:
    return json.dumps({"v": 1, "link": "online" if car else "connecting", "car": car})


async def test_a_status_makes_a_wattpilot_known(world: World) -> None:
    await world.learn(3)
    (known,) = (await world.http.get("/api/v1/wattpilots")).json()
    assert (known["id"], known["name"], known["mode"], known["enabled"]) == (3, "Wattpilot 3", "sun", True)
    assert known["status"]["car"] == "idle"
    assert world.retained("sunpilot/wattpilot/3/mode") == b"sun"
    changes = [json.loads(payload) for payload in world.broker.sent("sunpilot/config")]
    assert changes == [{"v": 1, "kind": "wattpilot", "id": 3}]


async def test_a_known_wattpilot_is_left_as_it_is(world: World) -> None:
    await world.learn()
    await world.http.patch("/api/v1/wattpilots/1", json={"name": "Garage"})
    await world.learn()
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["name"] == "Garage"


async def test_a_wattpilot_shows_what_it_does_and_why(world: World) -> None:
    await world.learn()
    decision = {
        "v": 1,
        "at": "2026-06-21T08:00:00Z",
        "reason": "waiting_for_sun",
        "text": {"en": "Waiting.", "de": "Wartet."},
        "action": "stop",
        "mode": "sun",
        "stages": [{"name": "sun", "live": True}],
        "inputs": {"grid_w": -300},
    }
    await world.say("sunpilot/wattpilot/1/decision", json.dumps(decision), retain=True)
    await world.say("sunpilot/wattpilot/1/online", "true", retain=True)
    seen = (await world.http.get("/api/v1/wattpilots/1")).json()
    assert seen["online"] is True
    assert seen["decision"]["text"] == {"en": "Waiting.", "de": "Wartet."}
    assert seen["decision"]["inputs"]["pv_w"] is None
    assert seen["override"] is None


async def test_a_change_of_the_policy_leaves_the_rest_of_it(world: World) -> None:
    await world.learn()
    answer = await world.http.patch("/api/v1/wattpilots/1", json={"policy": {"max_a": 10}, "fixed_a": 8, "priority": 2})
    seen = answer.json()
    assert (seen["policy"]["max_a"], seen["policy"]["min_a"], seen["policy"]["min_on_s"]) == (10, 6, 300.0)
    assert (seen["fixed_a"], seen["priority"]) == (8, 2)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"mode": "fast"}, "mode"),
        ({"fixed_a": 5}, "fixed_a"),
        ({"fixed_a": 33}, "fixed_a"),
        ({"policy": {"min_a": 16, "max_a": 10}}, "policy"),
        ({"policy": {"colour": 1}}, "policy.colour"),
        ({"enabled": None}, "enabled"),
        ({"id": 2}, "id"),
    ],
)
async def test_a_faulty_change_is_refused(world: World, change: dict[str, Any], at: str) -> None:
    await world.learn()
    answer = await world.http.patch("/api/v1/wattpilots/1", json=change)
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == [at]


async def test_a_mode_is_stored_published_and_announced(world: World) -> None:
    await world.learn()
    assert (await world.http.patch("/api/v1/wattpilots/1", json={"mode": "full"})).json()["mode"] == "full"
    await world.settle()
    assert world.retained(MODE) == b"full"
    assert json.loads(world.broker.sent("sunpilot/config")[-1]) == {"v": 1, "kind": "mode", "id": 1}


@pytest.mark.parametrize("mode", ["sun", "minimum", "full", "off", "fixed"])
async def test_a_mode_comes_by_mqtt_as_a_bare_word(world: World, mode: str) -> None:
    await world.learn()
    await world.say(f"{MODE}/set", mode)
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["mode"] == mode
    assert world.retained(MODE) == mode.encode()


@pytest.mark.parametrize("payload", [b"", b"fast", b'"full"', b"\xff", b"FULL"])
async def test_a_bad_mode_by_mqtt_is_dropped_and_counted(world: World, payload: bytes) -> None:
    await world.learn()
    await world.say(f"{MODE}/set", payload)
    assert world.retained(MODE) == b"sun"
    assert await _dropped(world) == 1


async def test_a_retained_order_is_never_obeyed(world: World) -> None:
    await world.learn()
    world.bus.disconnect()
    await world.say(f"{MODE}/set", "full", retain=True)
    world.bus.connect()
    await world.settle()
    assert world.retained(MODE) == b"sun"
    assert await _dropped(world) == 1


async def test_an_order_for_an_unknown_wattpilot_is_dropped(world: World) -> None:
    await world.say("sunpilot/wattpilot/9/mode/set", "full")
    await world.say("sunpilot/wattpilot/9/override/set", '{"kind":"full"}')
    assert await _dropped(world) == 2
    assert world.retained("sunpilot/wattpilot/9/mode") is None


async def test_an_override_with_seconds_ends_at_its_time(world: World) -> None:
    await world.learn()
    answer = await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "fixed", "amps": 10, "seconds": 3600})
    assert answer.status_code == 200
    held = answer.json()
    assert (held["kind"], held["amps"], held["ends_on_unplug"], held["seconds_left"]) == ("fixed", 10, False, 3600.0)
    await world.settle(3590)
    published = Override.model_validate_json(world.retained(OVERRIDE) or b"")
    assert (published.kind, published.amps) == ("fixed", 10)
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["override"]["seconds_left"] == pytest.approx(10, abs=1)
    await world.settle(12)
    assert world.retained(OVERRIDE) is None
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["override"] is None
    assert await world.store.redis.hgetall("sunpilot:overrides") == {}
    assert json.loads(world.broker.sent("sunpilot/config")[-1]) == {"v": 1, "kind": "override", "id": 1}


async def test_an_override_without_seconds_ends_when_the_car_leaves(world: World) -> None:
    await world.learn()
    held = (await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})).json()
    assert (held["ends_on_unplug"], held["seconds_left"]) == (True, 24 * 3600.0)
    for car in ("idle", "charging", None, "charging"):
        await world.say("sunpilot/wattpilot/1/status", _status(car), retain=True)
        await world.settle(2)
        assert world.retained(OVERRIDE) is not None
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    await world.settle(2)
    assert world.retained(OVERRIDE) is None


async def test_an_override_for_a_time_outlasts_an_unplug(world: World) -> None:
    await world.learn()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "off", "seconds": 600})
    for car in ("charging", "idle"):
        await world.say("sunpilot/wattpilot/1/status", _status(car), retain=True)
    await world.settle(2)
    assert world.retained(OVERRIDE) is not None


async def test_an_unplug_while_the_broker_was_away_counts_with_the_next_live_status(world: World) -> None:
    await world.say("sunpilot/wattpilot/1/status", _status("charging"), retain=True)
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    world.bus.disconnect()
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    world.bus.connect()
    await world.settle(5)
    assert world.retained(OVERRIDE) is not None
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    await world.settle(2)
    assert world.retained(OVERRIDE) is None


@pytest.mark.parametrize("car_comes", ["before", "after"])
async def test_an_unplug_while_the_api_was_away_counts_with_the_next_live_status(world: World, car_comes: str) -> None:
    await world.learn()
    charging = ("sunpilot/wattpilot/1/status", _status("charging"))
    if car_comes == "before":
        await world.say(*charging, retain=True)
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    if car_comes == "after":
        await world.say(*charging, retain=True)
        await world.settle(2)
    await world.restart(lambda: world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True))
    await world.settle(5)
    assert world.retained(OVERRIDE) is not None
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    await world.settle(2)
    assert world.retained(OVERRIDE) is None
    assert await world.store.redis.hgetall("sunpilot:cars_seen") == {}


async def test_an_override_that_waits_for_a_car_outlasts_a_restart(world: World) -> None:
    await world.learn()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "off"})
    await world.say("sunpilot/wattpilot/1/status", _status("charging"), retain=True)
    await world.settle(2)
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})  # the car of the one before is no sign
    await world.restart(lambda: world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True))
    await world.say("sunpilot/wattpilot/1/status", _status("idle"), retain=True)
    await world.settle(5)
    assert world.retained(OVERRIDE) is not None


async def test_an_override_set_while_all_is_read_again_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.learn()
    was_read, may_go_on, read = asyncio.Event(), asyncio.Event(), Store.configuration

    async def slowly(store: Store) -> Configuration:
        configuration = await read(store)
        was_read.set()
        await may_go_on.wait()
        return configuration

    monkeypatch.setattr(Store, "configuration", slowly)
    world.bus.disconnect()
    world.bus.connect()
    await was_read.wait()
    order = asyncio.create_task(world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full", "seconds": 60}))
    await world.settle()
    may_go_on.set()
    assert (await order).status_code == 200
    await world.settle(1)
    assert world.retained(OVERRIDE) is not None
    await world.settle(62)
    assert world.retained(OVERRIDE) is None


async def test_an_override_that_follows_one_that_just_ended_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.learn()
    path = "/api/v1/wattpilots/1/override"
    await world.http.put(path, json={"kind": "off", "seconds": 60})
    wrote, write = asyncio.Event(), Journal._write

    async def slowly(journal: Journal, commands: Sequence[Command]) -> None:
        wrote.set()
        await asyncio.sleep(5)
        await write(journal, commands)

    await world.settle(59)
    monkeypatch.setattr(Journal, "_write", slowly)
    order = asyncio.create_task(world.http.put(path, json={"kind": "full", "seconds": 600}))
    await wrote.wait()
    await world.settle(20)
    assert (await order).status_code == 200
    assert json.loads(world.retained(OVERRIDE) or b"{}").get("kind") == "full"


@pytest.mark.parametrize("is_put", [True, False])
async def test_an_override_whose_write_was_not_confirmed_is_put_right(
    world: World, monkeypatch: pytest.MonkeyPatch, is_put: bool
) -> None:
    await world.learn()
    path = "/api/v1/wattpilots/1/override"
    if not is_put:
        await world.http.put(path, json={"kind": "full"})
    world.lose_answers(monkeypatch)
    answer = await (world.http.put(path, json={"kind": "full"}) if is_put else world.http.delete(path))
    assert answer.status_code == 503
    monkeypatch.undo()
    await world.settle()
    assert json.loads(world.broker.sent("sunpilot/config")[-1])["kind"] == "override"
    await world.settle(3)
    assert (world.retained(OVERRIDE) is not None) is is_put


async def test_a_wattpilot_whose_deletion_was_not_confirmed_is_put_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.learn()
    world.lose_answers(monkeypatch)
    assert (await world.http.delete("/api/v1/wattpilots/1")).status_code == 503
    monkeypatch.undo()
    await world.settle(3)
    assert world.retained(MODE) is None
    await world.learn()
    assert world.retained(MODE) == b"sun"


async def test_an_override_ends_although_the_store_was_away_at_its_end(world: World) -> None:
    await world.learn()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full", "seconds": 60})
    world.server.connected = False
    await world.settle(120)
    world.server.connected = True
    await world.settle(5)
    assert world.retained(OVERRIDE) is None


async def test_an_override_can_be_set_and_cleared_by_mqtt(world: World) -> None:
    await world.learn()
    await world.say(f"{OVERRIDE}/set", '{"kind":"fixed","amps":8,"seconds":60}')
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["override"]["amps"] == 8
    await world.say(f"{OVERRIDE}/set", b"")
    assert world.retained(OVERRIDE) is None
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["override"] is None


async def test_an_override_can_be_cleared_by_rest_twice(world: World) -> None:
    await world.learn()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "off"})
    for _ in range(2):
        assert (await world.http.delete("/api/v1/wattpilots/1/override")).status_code == 204
    await world.settle()
    assert world.retained(OVERRIDE) is None


FAULTY_OVERRIDES = [
    {},
    {"kind": "fast"},
    {"kind": "fixed"},
    {"kind": "full", "amps": 10},
    {"kind": "fixed", "amps": 5},
    {"kind": "fixed", "amps": 33},
    {"kind": "fixed", "amps": 7.5},
    {"kind": "full", "seconds": 0},
    {"kind": "full", "seconds": 24 * 3600 + 1},
]


@pytest.mark.parametrize("request_", FAULTY_OVERRIDES)
async def test_a_faulty_override_is_refused_by_rest_and_by_mqtt(world: World, request_: dict[str, Any]) -> None:
    await world.learn()
    assert (await world.http.put("/api/v1/wattpilots/1/override", json=request_)).status_code == 422
    await world.say(f"{OVERRIDE}/set", json.dumps(request_))
    assert await _dropped(world) == 1
    assert world.retained(OVERRIDE) is None


async def test_a_linked_wattpilot_cannot_be_deleted(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    answer = await world.http.delete("/api/v1/wattpilots/1")
    assert answer.status_code == 409
    assert f"inverter {made['id']} (Roof)" in answer.json()["detail"]


async def test_deleting_a_wattpilot_clears_its_mode_and_override(world: World) -> None:
    await world.learn()
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    await world.settle()
    assert (await world.http.delete("/api/v1/wattpilots/1")).status_code == 204
    await world.settle(5)
    assert world.retained(MODE) is None
    assert world.retained(OVERRIDE) is None
    assert await world.store.redis.hgetall("sunpilot:overrides") == {}
    await world.learn()
    assert (await world.http.get("/api/v1/wattpilots/1")).status_code == 200


async def test_modes_and_overrides_are_published_again_when_the_broker_has_forgotten_them(world: World) -> None:
    await world.learn()
    await world.http.patch("/api/v1/wattpilots/1", json={"mode": "off"})
    await world.http.put("/api/v1/wattpilots/1/override", json={"kind": "full"})
    await world.settle()
    world.broker.stop()
    assert world.retained(MODE) is None
    world.bus.connect()
    await world.settle(5)
    assert world.retained(MODE) == b"off"
    assert world.retained(OVERRIDE) is not None


async def _dropped(world: World) -> int:
    services = (await world.http.get("/api/v1/health")).json()["services"]
    return int(next(service["dropped"] for service in services if service["name"] == "api"))


async def test_the_log_of_decisions_comes_oldest_first_a_line_each(world: World) -> None:
    await world.learn()
    for line in ('{"n":1}', '{"n":2}'):
        await world.store.redis.lpush("sunpilot:log:1", line)
    answer = await world.http.get("/api/v1/wattpilots/1/log")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text == '{"n":1}\n{"n":2}\n'
    assert (await world.http.get("/api/v1/wattpilots/9/log")).status_code == 404
