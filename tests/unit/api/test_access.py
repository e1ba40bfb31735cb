"""The key, open reading, and errors as problems."""

import json

import pytest

from tests.unit.api.conftest import KEY, ROOF, World

ONLINE = '{"v":1,"online":true,"version":"0.1.0"}'
OFFLINE = '{"v":1,"online":false,"version":"0.1.0"}'
READS = ["inverters", "houses", "wattpilots", "health", "inverters/1", "live"]
CHANGES = [
    ("POST", "inverters"),
    ("PATCH", "inverters/1"),
    ("DELETE", "inverters/1"),
    ("POST", "inverters/1/fetch"),
    ("PATCH", "houses/1"),
    ("PATCH", "wattpilots/1"),
    ("DELETE", "wattpilots/1"),
    ("PUT", "wattpilots/1/override"),
    ("DELETE", "wattpilots/1/override"),
    ("PUT", "open-reading"),
    ("DELETE", "open-reading"),
]


@pytest.mark.parametrize(("method", "path"), [("GET", path) for path in READS] + CHANGES)
async def test_nothing_goes_without_the_key(world: World, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}, {"Authorization": "x"}):
        answer = await world.stranger.request(method, f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Bearer" in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b"x" * 65_537])
async def test_the_key_is_asked_for_before_the_body_is_read(world: World, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.stranger.post("/api/v1/inverters", content=body, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_strangers_do_not_learn_which_addresses_there_are(world: World) -> None:
    assert (await world.stranger.get("/api/v1/nothing")).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/openapi.json"])
async def test_what_holds_no_data_needs_no_key(world: World, path: str) -> None:
    assert (await world.stranger.get(path)).status_code == 200


async def test_liveness_says_nothing_else(world: World) -> None:
    assert (await world.stranger.get("/healthz")).json() == {"status": "ok"}


async def test_open_reading_opens_reading_only_and_lapses_after_180_s(world: World) -> None:
    assert (await world.http.put("/api/v1/open-reading")).json() == {"seconds_left": 180.0}
    await world.settle(179)
    assert (await world.stranger.get("/api/v1/inverters")).status_code == 200
    assert (await world.stranger.post("/api/v1/inverters", json=ROOF)).status_code == 401
    await world.settle(2)
    assert (await world.stranger.get("/api/v1/inverters")).status_code == 401


async def test_open_reading_can_be_renewed_and_closed(world: World) -> None:
    for _ in range(3):
        await world.http.put("/api/v1/open-reading")
        await world.settle(120)
    assert (await world.stranger.get("/api/v1/houses")).status_code == 200
    assert (await world.http.delete("/api/v1/open-reading")).status_code == 204
    assert (await world.stranger.get("/api/v1/houses")).status_code == 401


async def test_a_key_beyond_ascii_is_simply_wrong(world: World) -> None:
    answer = await world.stranger.get("/api/v1/houses", headers={b"Authorization": "Bearer schlüssel".encode()})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("GET", "/nothing", 404), ("PUT", "/api/v1/inverters", 405)],
)
async def test_a_wrong_address_or_method_is_a_problem(world: World, method: str, path: str, status: int) -> None:
    answer = await world.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json().keys() == {"type", "title", "status", "detail"}


async def test_a_wrong_method_says_which_are_right(world: World) -> None:
    answer = await world.http.put("/api/v1/inverters")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'"x"', b"\xff", b'{"name": NaN}'])
async def test_a_body_that_is_no_object_is_refused(world: World, body: bytes) -> None:
    answer = await world.http.post("/api/v1/inverters", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"kind": "off"}', "application/x-www-form-urlencoded"),
        (b'{"kind": "off"}', "text/plain"),
        (b"", "application/json"),
        (b"full", "application/json"),
        (b"[]", "application/json"),
    ],
)
async def test_a_body_that_is_no_json_object_is_told_how_to_be_sent(world: World, body: bytes, media_type: str) -> None:
    """The Content-Type of the first is what curl sends with ``-d`` where none is named."""
    answer = await world.http.put("/api/v1/wattpilots/1/override", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["at"], fault["detail"]) == (
        "body",
        "send one JSON object, with the header Content-Type: application/json",
    )


async def test_a_body_above_64_kib_is_refused(world: World) -> None:
    answer = await world.http.post("/api/v1/inverters", json=ROOF | {"name": "x" * 65_536})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_faulty_number_in_the_address_is_refused(world: World) -> None:
    for number in ("x", "0", "-1", "1" * 30):
        answer = await world.http.get(f"/api/v1/inverters/{number}")
        assert answer.status_code == 422
        assert [fault["at"] for fault in answer.json()["errors"]] == ["inverter_id"]


async def test_without_store_everything_that_needs_it_is_a_503_and_recovers(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    world.server.connected = False
    for method, path, body in (
        ("GET", "inverters", None),
        ("POST", "inverters", ROOF),
        ("PATCH", f"inverters/{made['id']}", {"name": "x"}),
        ("GET", "wattpilots/1", None),
        ("PUT", "wattpilots/1/override", {"kind": "full"}),
    ):
        answer = await world.http.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "store" in answer.json()["detail"]
    await world.settle(3)
    health = (await world.http.get("/api/v1/health")).json()
    assert (health["status"], health["store_reachable"]) == ("faulty", False)
    assert "store" in health["services"][0]["waits_for"][0]
    world.server.connected = True
    await world.settle(3)
    health = (await world.http.get("/api/v1/health")).json()
    assert (health["store_reachable"], health["services"][0]["waits_for"]) == (True, [])
    assert (await world.http.get("/api/v1/inverters")).json() == [made]


async def test_an_unreadable_store_is_a_503_that_says_so(world: World) -> None:
    await world.store.redis.hset("sunpilot:inverters", "1", "{}")
    answer = await world.http.get("/api/v1/inverters")
    assert answer.status_code == 503
    assert "Inverter" in answer.json()["detail"]


async def test_without_broker_changes_are_stored_all_the_same(world: World) -> None:
    world.bus.disconnect()
    made = await world.add()
    assert (await world.http.get("/api/v1/inverters")).json() == [made]
    assert (await world.http.get("/api/v1/health")).json()["broker_connected"] is False


async def test_a_service_that_falls_silent_is_a_fault_until_it_speaks(world: World) -> None:
    await world.say("sunpilot/service/bridge/nas", ONLINE, retain=True)
    assert await _standing(world) == "ok"
    await world.settle(89)
    assert await _standing(world) == "ok"
    await world.settle(3)
    assert await _standing(world) == "silent"
    world.bus.disconnect()
    world.bus.connect()  # the broker's stored copy says nothing about now
    await world.settle()
    assert await _standing(world) == "silent"
    await world.say("sunpilot/service/bridge/nas", ONLINE, retain=True)
    assert await _standing(world) == "ok"


async def test_the_api_is_never_silent_to_itself(world: World) -> None:
    world.bus.disconnect()
    await world.settle(3600)
    values = json.loads(world.api.app.state.context.board.feed.snapshot())
    assert values["service/api/test"]["standing"] == "waiting"


async def test_a_service_that_was_away_for_a_day_is_forgotten_until_it_comes_back(world: World) -> None:
    for _ in range(2):
        await world.say("sunpilot/service/bridge/nas", OFFLINE, retain=True)
        assert await _standing(world) == "offline"
        await world.settle(12 * 3600 - 60)
    await world.settle(300)
    assert await _standing(world) is None
    await world.say("sunpilot/service/bridge/nas", ONLINE, retain=True)
    assert await _standing(world) == "ok"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(["turn"], "standby"), (["turn", "store"], "waiting"), (["store"], "waiting")],
)
async def test_a_healthy_standby_is_no_fault(world: World, codes: list[str], expected: str) -> None:
    waits = [{"code": code, "text": {"en": "a thing", "de": "etwas"}} for code in codes]
    state = {"v": 1, "online": True, "version": "0.1.0", "waits_for": ["a thing"] * len(codes), "waits": waits}
    await world.say("sunpilot/service/bridge/nas", json.dumps(state), retain=True)
    assert await _standing(world) == expected


async def _standing(world: World) -> str | None:
    health = (await world.http.get("/api/v1/health")).json()
    found: list[str] = [service["standing"] for service in health["services"] if service["name"] == "bridge"]
    return found[0] if found else None


async def test_health_shows_every_service_and_what_it_waits_for(world: World) -> None:
    state = {"v": 1, "online": True, "version": "0.1.0", "waits_for": ["a first reading"]}
    await world.say("sunpilot/service/controller/nas", json.dumps(state), retain=True)
    health = (await world.http.get("/api/v1/health")).json()
    assert [(service["name"], service["waits_for"]) for service in health["services"]] == [
        ("api", []),
        ("controller", ["a first reading"]),
    ]


async def test_our_own_fault_gives_no_details_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_store: object) -> None:
        raise RuntimeError("inner details")

    monkeypatch.setattr("sunpilot.runtime.store.Store.configuration", broken)
    answer = await world.http.get("/api/v1/inverters")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "inner" not in answer.text


async def test_every_error_is_described_as_a_problem(world: World) -> None:
    schema = (await world.http.get("/openapi.json")).json()
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            if path.startswith("/api/"):
                assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
