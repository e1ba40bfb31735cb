"""REST: inverters and their houses."""

import json
from typing import Any

import pytest

from tests.unit.api.conftest import ROOF, TOKEN, World


async def test_a_new_inverter_gets_an_id_a_house_and_the_role_grid(world: World) -> None:
    answer = await world.http.post("/api/v1/inverters", json=ROOF)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == f"/api/v1/inverters/{made['id']}"
    assert made["role"] == "grid"
    assert made["smart_charging_enabled"] is True
    assert made["source"] == {
        "kind": "solaredge",
        "api": "v1",
        "site_id": "1234567",
        "calls_per_day": 290,
        "floor_s": 75.0,
        "age_s": [0.0, 360.0],
        "url": None,
        "has_token": True,
    }
    house = (await world.http.get(f"/api/v1/houses/{made['house_id']}")).json()
    assert house["name"] == "Roof"
    assert (await world.http.get(answer.headers["Location"])).json() == made
    assert (await world.http.get("/api/v1/inverters")).json() == [made]


async def test_the_token_goes_to_the_store_and_nowhere_else(world: World) -> None:
    made = await world.add()
    assert await world.store.redis.hgetall("sunpilot:tokens") == {str(made["id"]): TOKEN}
    assert TOKEN not in json.dumps(await world.store.redis.hgetall("sunpilot:inverters"))


async def test_services_hear_of_a_new_inverter_at_once(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    await world.settle()
    changes = [json.loads(payload) for payload in world.broker.sent("sunpilot/config")]
    assert [(change["kind"], change["id"]) for change in changes] == [
        ("house", made["house_id"]),
        ("wattpilot", 1),
        ("inverter", made["id"]),
    ]


async def test_an_inverter_makes_its_wattpilot_known(world: World) -> None:
    await world.add(wattpilot_id=7)
    await world.settle()
    wattpilot = (await world.http.get("/api/v1/wattpilots/7")).json()
    assert (wattpilot["name"], wattpilot["mode"], wattpilot["online"]) == ("Wattpilot 7", "sun", False)
    assert world.retained("sunpilot/wattpilot/7/mode") == b"sun"


async def test_an_inverter_shows_its_last_reading_and_how_its_source_is_doing(world: World) -> None:
    made = await world.add()
    assert (made["reading"], made["source_state"]) == (None, None)
    topic = f"sunpilot/inverter/{made['id']}"
    reading = {"v": 1, "source": "solaredge", "received_at": "2026-06-21T08:00:00Z", "age_s": [0, 360], "grid_w": -1200}
    state = {"v": 1, "outcome": "ok", "text": {"en": "Measured.", "de": "Gemessen."}, "at": "2026-06-21T08:00:00Z"}
    await world.say(f"{topic}/reading", json.dumps(reading), retain=True)
    await world.say(f"{topic}/source", json.dumps(state), retain=True)
    seen = (await world.http.get(f"/api/v1/inverters/{made['id']}")).json()
    assert seen["reading"]["grid_w"] == -1200.0
    assert seen["reading"]["pv_w"] is None
    assert seen["source_state"]["text"]["de"] == "Gemessen."


async def test_a_change_leaves_the_rest_and_the_token(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    answer = await world.http.patch(
        f"/api/v1/inverters/{made['id']}", json={"smart_charging_enabled": False, "source": {"calls_per_day": 100}}
    )
    assert answer.status_code == 200
    assert answer.json() == made | {
        "smart_charging_enabled": False,
        "source": made["source"] | {"calls_per_day": 100},
    }
    assert await world.store.redis.hget("sunpilot:tokens", str(made["id"])) == TOKEN


async def test_a_new_token_replaces_the_old_one(world: World) -> None:
    made = await world.add()
    token = TOKEN + "2"
    answer = await world.http.patch(f"/api/v1/inverters/{made['id']}", json={"source": {"token": token}})
    assert answer.json()["source"] == made["source"]
    assert await world.store.redis.hget("sunpilot:tokens", str(made["id"])) == token


URL = "http://127.0.0.1:8080"


@pytest.mark.parametrize(("stored", "new"), [(None, URL), (URL, "http://127.0.0.1:8081"), (URL, None)])
async def test_a_token_never_goes_to_another_address_than_it_was_given_for(
    world: World, stored: str | None, new: str | None
) -> None:
    made = await world.add(source=ROOF["source"] | {"url": stored})
    path = f"/api/v1/inverters/{made['id']}"
    answer = await world.http.patch(path, json={"source": {"url": new}})
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["at"], "same request" in fault["detail"]) == ("source.token", True)
    assert (await world.http.get(path)).json() == made
    answer = await world.http.patch(path, json={"source": {"url": new, "token": TOKEN + "2"}})
    assert (answer.status_code, answer.json()["source"]["url"]) == (200, new)
    assert await world.store.redis.hget("sunpilot:tokens", str(made["id"])) == TOKEN + "2"


async def test_the_same_address_again_needs_no_token(world: World) -> None:
    made = await world.add(source=ROOF["source"] | {"url": URL})
    answer = await world.http.patch(f"/api/v1/inverters/{made['id']}", json={"source": {"url": URL, "floor_s": 5}})
    assert answer.status_code == 200


async def test_a_name_is_given_once(world: World) -> None:
    first, second = await world.add(), await world.add(name="Barn")
    for answer in (
        await world.http.post("/api/v1/inverters", json=ROOF),
        await world.http.patch(f"/api/v1/inverters/{second['id']}", json={"name": "Roof"}),
    ):
        assert answer.status_code == 409
        assert f"Roof exists already as inverter {first['id']}" in answer.json()["detail"]
    answer = await world.http.patch(f"/api/v1/inverters/{first['id']}", json={"name": "Roof"})
    assert answer.status_code == 200


async def test_a_write_that_may_stand_is_announced_and_not_doubled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.lose_answers(monkeypatch)
    assert (await world.http.post("/api/v1/inverters", json=ROOF | {"wattpilot_id": 1})).status_code == 503
    monkeypatch.undo()
    await world.settle()
    changes = [json.loads(payload)["kind"] for payload in world.broker.sent("sunpilot/config")]
    assert changes == ["house", "wattpilot", "inverter"]
    again = await world.http.post("/api/v1/inverters", json=ROOF | {"wattpilot_id": 1})
    assert again.status_code == 409
    assert "Roof exists already as inverter" in again.json()["detail"]
    await world.settle(3)
    assert world.retained("sunpilot/wattpilot/1/mode") == b"sun"


async def test_a_house_that_has_gone_holds_no_wattpilot(world: World) -> None:
    old = await world.add()
    await world.learn()
    assert (await world.http.patch("/api/v1/wattpilots/1", json={"house_id": old["house_id"]})).status_code == 200
    assert (await world.http.delete(f"/api/v1/inverters/{old['id']}?with_house=true")).status_code == 204
    assert (await world.add(wattpilot_id=1))["wattpilot_id"] == 1


async def test_a_house_may_have_several_wattpilots(world: World) -> None:
    grid = await world.add(wattpilot_id=1)
    pv = await world.add(name="Garage", role="pv", house_id=grid["house_id"], wattpilot_id=2)
    assert (grid["wattpilot_id"], pv["wattpilot_id"]) == (1, 2)


async def test_the_same_source_never_counts_twice(world: World) -> None:
    first = await world.add()
    pv = ROOF | {"name": "Garage", "role": "pv", "house_id": first["house_id"]}
    by_v2 = ROOF["source"] | {"api": "v2"}
    other = await world.add(name="Barn")
    change = {"source": {"site_id": ROOF["source"]["site_id"]}}
    for answer in (
        await world.http.post("/api/v1/inverters", json=pv),
        await world.http.post("/api/v1/inverters", json=ROOF | {"name": "Shed"}),
        await world.http.post("/api/v1/inverters", json=ROOF | {"name": "Shed", "source": by_v2}),
        await world.http.patch(f"/api/v1/inverters/{other['id']}", json=change),
    ):
        assert answer.status_code == 409
        assert f"Inverter {first['id']} (Roof) reads the same source already" in answer.json()["detail"]


async def test_a_clash_of_old_keeps_nobody_from_switching_smart_charging_off(world: World) -> None:
    grid = await world.add()
    pv = await world.add(name="Garage", role="pv", house_id=grid["house_id"])
    stored = {key: value for key, value in pv.items() if key not in ("reading", "source_state")}
    stored["source"] = {key: value for key, value in grid["source"].items() if key != "has_token"}
    await world.store.redis.hset("sunpilot:inverters", str(pv["id"]), json.dumps(stored))
    answer = await world.http.patch(f"/api/v1/inverters/{grid['id']}", json={"smart_charging_enabled": False})
    assert answer.status_code == 200


async def test_a_house_with_other_inverters_keeps_its_grid_inverter(world: World) -> None:
    grid, barn = await world.add(), await world.add(name="Barn")
    pv = await world.add(name="Garage", role="pv", house_id=grid["house_id"])
    path = f"/api/v1/inverters/{grid['id']}"
    for answer in (
        await world.http.delete(path),
        await world.http.patch(path, json={"role": "pv", "house_id": barn["house_id"]}),
    ):
        assert answer.status_code == 409
        assert f"inverter {pv['id']} (Garage) is still in it; delete that one" in answer.json()["detail"]
    assert (await world.http.delete(f"/api/v1/inverters/{pv['id']}")).status_code == 204
    assert (await world.http.delete(path, params={"with_house": True})).status_code == 204


async def test_the_only_grid_inverter_of_a_house_stays_one(world: World) -> None:
    made = await world.add()
    answer = await world.http.patch(f"/api/v1/inverters/{made['id']}", json={"role": "pv"})
    assert answer.status_code == 409
    assert "without a grid inverter" in answer.json()["detail"]
    assert (await world.http.get(f"/api/v1/inverters/{made['id']}")).json() == made


async def test_null_lets_the_wattpilot_go_so_that_another_inverter_can_have_it(world: World) -> None:
    first, second = await world.add(wattpilot_id=1), await world.add(name="Barn")
    taken = await world.http.patch(f"/api/v1/inverters/{second['id']}", json={"wattpilot_id": 1})
    assert taken.status_code == 409
    assert f"inverter {first['id']} (Roof)" in taken.json()["detail"]
    assert (await world.http.patch(f"/api/v1/inverters/{first['id']}", json={"wattpilot_id": None})).status_code == 200
    given = await world.http.patch(f"/api/v1/inverters/{second['id']}", json={"wattpilot_id": 1})
    assert given.json()["wattpilot_id"] == 1


async def test_a_house_has_one_grid_inverter(world: World) -> None:
    first = await world.add()
    answer = await world.http.post("/api/v1/inverters", json=ROOF | {"name": "Barn", "house_id": first["house_id"]})
    assert answer.status_code == 409
    assert f"{first['id']} (Roof)" in answer.json()["detail"]


async def test_a_pv_inverter_joins_a_house_and_the_house_goes_with_the_last(world: World) -> None:
    grid = await world.add()
    pv = await world.add(name="Garage", role="pv", house_id=grid["house_id"])
    assert pv["house_id"] == grid["house_id"]
    for inverter, houses_left in ((pv, 1), (grid, 0)):
        path = f"/api/v1/inverters/{inverter['id']}?with_house=true"
        assert (await world.http.delete(path)).status_code == 204
        assert len((await world.http.get("/api/v1/houses")).json()) == houses_left
    assert await world.store.redis.hgetall("sunpilot:tokens") == {}
    assert (await world.http.get("/api/v1/inverters")).json() == []


async def test_the_last_inverter_takes_its_house_and_prices_along_only_when_asked_to(world: World) -> None:
    first, last = await world.add(), await world.add(name="Barn")
    path = f"/api/v1/inverters/{last['id']}"
    for answer in (
        await world.http.delete(path),
        await world.http.patch(path, json={"role": "pv", "house_id": first["house_id"]}),
    ):
        assert answer.status_code == 409
        assert f"last of house {last['house_id']} (Barn)" in answer.json()["detail"]
        assert "?with_house=true" in answer.json()["detail"]
    assert (await world.http.get(path)).status_code == 200
    assert (await world.http.get(f"/api/v1/houses/{last['house_id']}")).status_code == 200


async def test_a_house_left_empty_by_a_move_goes(world: World) -> None:
    first, second = await world.add(), await world.add(name="Barn")
    answer = await world.http.patch(
        f"/api/v1/inverters/{second['id']}?with_house=true", json={"role": "pv", "house_id": first["house_id"]}
    )
    assert answer.status_code == 200
    assert [house["id"] for house in (await world.http.get("/api/v1/houses")).json()] == [first["house_id"]]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"source": {"kind": "solaredge", "site_id": "abc", "token": TOKEN}}, "source.site_id"),
        ({"source": {"kind": "other", "site_id": "1", "token": TOKEN}}, "source"),
        ({"source": {"kind": "solaredge", "api": "v3", "site_id": "1", "token": TOKEN}}, "source"),
        ({"source": {"kind": "solaredge", "site_id": "1"}}, "source.token"),
        ({"source": {"kind": "solaredge", "site_id": "1", "token": f"{TOKEN} {TOKEN}"}}, "source.token"),
        ({"source": {"kind": "solaredge", "site_id": "1", "token": ""}}, "source.token"),
        ({"source": {"kind": "solaredge", "site_id": "1", "token": [TOKEN]}}, "source.token"),
        ({"source": {"kind": "solaredge", "site_id": "1", "token": TOKEN, "url": f"ftp://{TOKEN}"}}, "source.url"),
        ({"source": TOKEN}, "source"),
        ({"source": {"kind": "solaredge", "site_id": "1", "token": TOKEN, "age_s": [0]}}, "source.age_s.1"),
        ({"wattpilot_id": 1000}, "wattpilot_id"),
        ({"wattpilot_id": "1"}, "wattpilot_id"),
        ({"role": "pv"}, "house_id"),
        ({"house_id": 99}, "house_id"),
        ({"role": "both"}, "role"),
        ({"colour": TOKEN}, "colour"),
        ({"smart_charging_enabled": "yes"}, "smart_charging_enabled"),
    ],
)
async def test_a_faulty_inverter_is_refused_with_the_place_of_the_fault(
    world: World, changes: dict[str, Any], at: str
) -> None:
    answer = await world.http.post("/api/v1/inverters", json=ROOF | changes)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [fault["at"] for fault in answer.json()["errors"]] == [at]
    assert (await world.http.get("/api/v1/inverters")).json() == []


@pytest.mark.parametrize(
    "changes", [{"name": None}, {"source": {"token": None}}, {"house_id": None}, {"id": 5}, {"house_id": 77}]
)
async def test_a_faulty_change_is_refused_and_changes_nothing(world: World, changes: dict[str, Any]) -> None:
    made = await world.add()
    path = f"/api/v1/inverters/{made['id']}"
    assert (await world.http.patch(path, json=changes)).status_code == 422
    assert (await world.http.get(path)).json() == made


async def test_a_fetch_is_passed_on(world: World) -> None:
    made = await world.add()
    answer = await world.http.post(f"/api/v1/inverters/{made['id']}/fetch")
    assert answer.status_code == 202
    await world.settle()
    assert world.broker.sent(f"sunpilot/inverter/{made['id']}/fetch") == [b""]


async def test_a_fetch_without_broker_says_so(world: World) -> None:
    made = await world.add()
    world.bus.disconnect()
    answer = await world.http.post(f"/api/v1/inverters/{made['id']}/fetch")
    assert answer.status_code == 503
    assert "broker" in answer.json()["detail"]


async def test_a_house_can_be_changed_in_part(world: World) -> None:
    path = f"/api/v1/houses/{(await world.add())['house_id']}"
    before = (await world.http.get(path)).json()
    change = {"latitude": 46.8, "longitude": 6.9, "time_zone": "Europe/Zurich", "import_price": 0.4, "fuse_a": 25}
    assert (await world.http.patch(path, json=change)).json() == before | change
    assert (await world.http.get("/api/v1/houses")).json() == [before | change]


@pytest.mark.parametrize("change", [{"time_zone": "Mars/Base"}, {"latitude": 91}, {"fuse_a": 1}, {"id": 3}])
async def test_a_faulty_house_is_refused(world: World, change: dict[str, Any]) -> None:
    path = f"/api/v1/houses/{(await world.add())['house_id']}"
    answer = await world.http.patch(path, json=change)
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == list(change)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "inverters/5"),
        ("PATCH", "inverters/5"),
        ("DELETE", "inverters/5"),
        ("POST", "inverters/5/fetch"),
        ("GET", "houses/5"),
        ("PATCH", "houses/5"),
        ("GET", "wattpilots/5"),
        ("PATCH", "wattpilots/5"),
        ("DELETE", "wattpilots/5"),
        ("DELETE", "wattpilots/5/override"),
    ],
)
async def test_what_is_not_there_is_a_404_that_says_where_to_look(world: World, method: str, path: str) -> None:
    answer = await world.http.request(method, f"/api/v1/{path}", json={} if method == "PATCH" else None)
    assert answer.status_code == 404
    assert f"GET /api/v1/{path.split('/', maxsplit=1)[0]}" in answer.json()["detail"]


async def test_ages_in_the_wrong_order_are_refused_with_a_sentence(world: World) -> None:
    made = await world.add()
    answer = await world.http.patch(f"/api/v1/inverters/{made['id']}", json={"source": {"age_s": [50, 10]}})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "lowest, highest" in answer.text
    source = ROOF["source"] | {"age_s": [500, 10]}
    answer = await world.http.post("/api/v1/inverters", json=ROOF | {"name": "Other", "source": source})
    assert answer.status_code == 422
    assert TOKEN not in answer.text


# --- every kind of source -----------------------------------------------------------------------------------------

KINDS: dict[str, dict[str, Any]] = {
    "v1": {"kind": "solaredge", "site_id": "7", "token": TOKEN},
    "v2 by key": {"kind": "solaredge", "api": "v2", "site_id": "7", "token": TOKEN, "power_flow": True},
    "v2 by oauth": {
        "kind": "solaredge",
        "api": "v2",
        "site_id": "7",
        "access": "oauth",
        "client_id": "our-app",
        "token": TOKEN,
    },
    "modbus": {"kind": "solaredge-modbus", "host": "192.0.2.7"},
    "meter by preset": {"kind": "mqtt-meter", "preset": "shelly-pro-3em", "device": "shelly-1"},
    "meter elsewhere": {
        "kind": "mqtt-meter",
        "broker": {"host": "192.0.2.8", "tls": True, "username": "sun"},
        "phases": [{"topic": f"meter/{phase}"} for phase in "abc"],
        "token": TOKEN,
    },
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_source_is_taken_kept_and_shown_without_its_token(world: World, kind: str) -> None:
    source = KINDS[kind]
    made = await world.add(source=source, fallback={"kind": "solaredge-modbus", "host": "192.0.2.99"})
    shown = made["source"]
    assert shown["has_token"] is ("token" in source)
    for name, value in source.items():
        if name not in ("token", "broker", "phases"):
            assert shown[name] == value
    assert made["fallback"]["host"] == "192.0.2.99"
    (stored,) = (await world.store.redis.hgetall("sunpilot:inverters")).values()
    assert TOKEN not in stored
    assert (await world.http.get(f"/api/v1/inverters/{made['id']}")).json() == made


async def test_each_of_two_sources_has_a_token_of_its_own(world: World) -> None:
    made = await world.add(fallback=KINDS["v2 by key"] | {"token": TOKEN + "2"})
    number = str(made["id"])
    tokens = {number: TOKEN, f"{number}:fallback": TOKEN + "2"}
    assert await world.store.redis.hgetall("sunpilot:tokens") == tokens
    path = f"/api/v1/inverters/{number}"
    changed = (await world.http.patch(path, json={"fallback": {"calls_per_month": 500}})).json()
    assert (changed["fallback"]["calls_per_month"], changed["fallback"]["has_token"]) == (500, True)
    assert changed["source"] == made["source"]
    assert (await world.http.patch(path, json={"fallback": None})).json()["fallback"] is None
    assert await world.store.redis.hgetall("sunpilot:tokens") == {number: TOKEN}
    await world.http.delete(f"{path}?with_house=true")
    assert await world.store.redis.hgetall("sunpilot:tokens") == {}


async def test_a_source_becomes_one_of_another_kind_and_its_token_goes(world: World) -> None:
    made = await world.add()
    path = f"/api/v1/inverters/{made['id']}"
    answer = await world.http.patch(path, json={"source": KINDS["modbus"]})
    assert (answer.status_code, answer.json()["source"]["kind"]) == (200, "solaredge-modbus")
    assert "site_id" not in answer.json()["source"]
    assert await world.store.redis.hgetall("sunpilot:tokens") == {}
    refused = await world.http.patch(path, json={"source": {k: v for k, v in KINDS["v1"].items() if k != "token"}})
    assert [fault["at"] for fault in refused.json()["errors"]] == ["source.token"]
    assert (await world.http.patch(path, json={"source": KINDS["v1"]})).json()["source"]["has_token"] is True


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"source": {"api": "v2"}}, "source.site_id"),
        ({"source": {"kind": "solaredge-modbus"}}, "source.host"),
        ({"source": {"kind": "mqtt-meter", "preset": "shelly-3em"}}, "source"),
        ({"source": {"kind": "abacus"}}, "source"),
        ({"source": {"colour": TOKEN}}, "source.colour"),
        ({"source": {"token": f"{TOKEN} {TOKEN}"}}, "source.token"),
        ({"fallback": {"site_id": "8"}}, "fallback.token"),
        ({"fallback": {"kind": "solaredge", "api": "v2", "site_id": "8", "access": "oauth"}}, "fallback"),
    ],
)
async def test_a_faulty_change_of_a_source_is_refused_with_its_place(
    world: World, change: dict[str, Any], at: str
) -> None:
    made = await world.add()
    path = f"/api/v1/inverters/{made['id']}"
    answer = await world.http.patch(path, json=change)
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == [at]
    assert (await world.http.get(path)).json() == made


@pytest.mark.parametrize("name", ["Roof\nBcc: all", "Ro\0of", " ", "\u2028", "Roof\x85"])
async def test_a_name_is_one_line_of_visible_characters(world: World, name: str) -> None:
    house = await world.add(name="Dach über Süd, 12 kWp 👩‍🌾")
    for method, path, body in (
        ("POST", "/api/v1/inverters", ROOF | {"name": name}),
        ("PATCH", f"/api/v1/houses/{house['house_id']}", {"name": name}),
        ("POST", "/api/v1/keys", {"name": name, "scope": "read"}),
    ):
        answer = await world.http.request(method, path, json=body)
        assert answer.status_code == 422, path
        (fault,) = answer.json()["errors"]
        assert (fault["at"], fault["detail"]) == ("name", "write a name in one line of visible characters")
