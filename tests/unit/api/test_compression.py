"""What is sent compressed, and what never is."""

from typing import Any

import pytest

from tests.unit.api.conftest import KEY, PASSWORD, World
from tests.unit.api.test_past import keep_samples

POWER = "/api/v1/houses/2/power?hours=48&every_s=10"
PLAIN = {"Accept-Encoding": "identity"}
LARGE = "x" * 2000


async def _house(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    await keep_samples(world, made["house_id"], 500)


async def test_a_long_answer_is_a_fifth_as_long_and_says_the_same(world: World) -> None:
    await _house(world)
    plain = await world.http.get(POWER, headers=PLAIN)
    packed = await world.http.get(POWER)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) * 5 < int(plain.headers["Content-Length"])


@pytest.mark.parametrize("path", [POWER, "/openapi.json", "/docs"])
async def test_head_has_the_headers_of_the_compressed_answer(world: World, path: str) -> None:
    await _house(world)
    got, head = await world.http.get(path), await world.http.head(path)
    assert got.headers["Content-Encoding"] == "gzip"
    assert head.headers == got.headers


@pytest.mark.parametrize(
    ("taken", "is_packed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("deflate,gzip ; q=1.0", True),
        ("gzip;q=0", False),
        ("gzip;q=0.00, br", False),
        ("br", False),
        ("", False),
        ("xgzip", False),
    ],
)
async def test_only_who_takes_gzip_gets_it(world: World, taken: str, is_packed: bool) -> None:
    await _house(world)
    answer = await world.http.get(POWER, headers={"Accept-Encoding": taken})
    assert ("Content-Encoding" in answer.headers) == is_packed
    assert len(answer.json()) == 500


async def test_what_has_a_tag_is_left_as_it_is_so_that_the_tag_holds_for_a_change(world: World) -> None:
    await world.add(wattpilot_id=1)
    await world.say(
        "sunpilot/wattpilot/1/status",
        f'{{"v":1,"link":"online","car":"idle","device_type":"{LARGE}"}}',
        retain=True,
    )
    answer = await world.http.get("/api/v1/wattpilots/1")
    assert len(answer.content) > len(LARGE)
    assert "Content-Encoding" not in answer.headers
    tag = answer.headers["ETag"]
    assert tag == (await world.http.get("/api/v1/wattpilots/1", headers=PLAIN)).headers["ETag"]
    changed = await world.http.patch("/api/v1/wattpilots/1", json={"priority": 2}, headers={"If-Match": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/keys", {"name": "display", "scope": "read"}),
        ("PUT", "/api/v1/password", {"current": KEY, "new": PASSWORD}),
        ("POST", "/api/v1/login", {"password": KEY}),
    ],
)
async def test_an_answer_that_may_hold_a_secret_is_never_compressed_however_long(
    world: World, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: dict[str, Any]
) -> None:
    monkeypatch.setattr("sunpilot.api.compression.LEAST_BYTES", 1)
    answer = await world.http.request(method, path, json=body, headers={"Origin": "http://api"})
    assert answer.is_success, answer.text
    assert "Content-Encoding" not in answer.headers


async def test_the_live_stream_is_never_compressed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sunpilot.api.compression.LEAST_BYTES", 1)
    world.api.app.state.context.board.feed.close()
    answer = await world.http.get("/api/v1/live")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "Content-Encoding" not in answer.headers
    assert "Content-Length" not in answer.headers
