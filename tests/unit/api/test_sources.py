"""REST: trying a source. The fetcher's side is played by the test."""

import asyncio
import json
from typing import Any

from sunpilot.contract.source_test import SourceTest
from tests.unit.api.conftest import ROOF, TOKEN, World

MODBUS = {"kind": "solaredge-modbus", "host": "192.0.2.7"}
READING = {
    "v": 1,
    "source": "solaredge-modbus",
    "received_at": "2026-06-21T08:00:00Z",
    "age_s": [0, 0],
    "grid_w": -1200,
}
WORKS = {"v": 1, "outcome": "ok", "text": {"en": "It works.", "de": "Es geht."}, "reading": READING, "device": "SE10K"}


def requests(world: World) -> list[str]:
    topics = [topic for topic, _ in world.broker.log if topic.startswith("sunpilot/source/test/")]
    return [topic.removeprefix("sunpilot/source/test/") for topic in topics if not topic.endswith("/answer")]


async def try_it(world: World, body: dict[str, Any], answer: dict[str, Any] | None = None) -> tuple[Any, SourceTest]:
    """Send a trial, read what the fetcher would read, and answer it."""
    sending = asyncio.ensure_future(world.http.post("/api/v1/sources/test", json=body))
    await world.settle()
    (request,) = requests(world)
    stored = await world.store.redis.get(f"sunpilot:source_test:{request}")
    assert stored is not None
    await world.say(f"sunpilot/source/test/{request}/answer", json.dumps(answer or WORKS))
    return await sending, SourceTest.model_validate_json(stored)


async def test_the_fetchers_answer_comes_back(world: World) -> None:
    answer, test = await try_it(world, {"source": MODBUS})
    assert answer.status_code == 200
    content = answer.json()
    assert (content["outcome"], content["text"]["de"], content["device"]) == ("ok", "Es geht.", "SE10K")
    assert content["reading"]["grid_w"] == -1200
    assert (test.source.kind, test.token, test.slot) == ("solaredge-modbus", None, None)


async def test_the_token_waits_in_the_store_and_goes_over_no_broker(world: World) -> None:
    _, test = await try_it(world, {"source": ROOF["source"]})
    assert test.token == TOKEN
    (request,) = requests(world)
    assert 0 < await world.store.redis.ttl(f"sunpilot:source_test:{request}") <= 30
    assert world.broker.sent(f"sunpilot/source/test/{request}") == [b""]


async def test_a_fault_is_passed_on_in_plain_words(world: World) -> None:
    fault = {"v": 1, "outcome": "auth", "text": {"en": "Check the token.", "de": "Bitte das Token prüfen."}}
    answer, _ = await try_it(world, {"source": ROOF["source"]}, fault)
    assert answer.status_code == 200
    assert (answer.json()["outcome"], answer.json()["reading"]) == ("auth", None)


async def test_a_fetcher_that_does_not_answer_is_said_as_a_problem_within_10_s(world: World) -> None:
    start_s = world.clock.monotonic()
    answer = await world.http.post("/api/v1/sources/test", json={"source": MODBUS})
    assert answer.status_code == 504
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "see whether it runs" in answer.json()["detail"]
    assert world.clock.monotonic() - start_s <= 10.1


async def test_without_broker_or_store_nothing_is_tried(world: World) -> None:
    world.server.connected = False
    assert (await world.http.post("/api/v1/sources/test", json={"source": MODBUS})).status_code == 503
    world.server.connected = True
    await world.settle(2)
    world.bus.disconnect()
    answer = await world.http.post("/api/v1/sources/test", json={"source": MODBUS})
    assert (answer.status_code, "broker" in answer.json()["detail"]) == (503, True)
    assert requests(world) == []


async def test_an_unreadable_answer_is_none(world: World) -> None:
    sending = asyncio.ensure_future(world.http.post("/api/v1/sources/test", json={"source": MODBUS}))
    await world.settle()
    await world.say(f"sunpilot/source/test/{requests(world)[0]}/answer", "nonsense")
    assert (await sending).status_code == 504


async def test_the_stored_token_serves_for_a_change_of_what_is_configured(world: World) -> None:
    made = await world.add()
    source = {name: value for name, value in ROOF["source"].items() if name != "token"} | {"calls_per_day": 10}
    _, test = await try_it(world, {"source": source, "inverter_id": made["id"]})
    assert (test.token, test.slot) == (None, str(made["id"]))


async def test_the_stored_token_is_shown_to_no_other_place(world: World) -> None:
    made = await world.add()
    source = {"kind": "solaredge", "site_id": "1234567", "url": "http://192.0.2.66"}
    for body in ({"source": source, "inverter_id": made["id"]}, {"source": source}):
        answer = await world.http.post("/api/v1/sources/test", json=body)
        assert answer.status_code == 422
        assert [fault["at"] for fault in answer.json()["errors"]] == ["source.token"]
    assert requests(world) == []


async def test_a_faulty_source_is_refused_with_its_place(world: World) -> None:
    answer = await world.http.post("/api/v1/sources/test", json={"source": {"kind": "solaredge-modbus"}})
    assert [fault["at"] for fault in answer.json()["errors"]] == ["source.host"]
    answer = await world.http.post("/api/v1/sources/test", json={"source": MODBUS, "inverter_id": 77})
    assert answer.status_code == 404


async def test_a_trial_needs_the_key(world: World) -> None:
    assert (await world.stranger.post("/api/v1/sources/test", json={"source": MODBUS})).status_code == 401
