"""Health for scripts: one status code, and each part in plain words."""

import json
from datetime import timedelta
from typing import Any

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from tests.unit.api.conftest import World


async def all_at_work(world: World) -> None:
    for name in ("fetcher", "controller", "bridge"):
        await world.say(f"sunpilot/service/{name}/main", '{"v":1,"online":true,"version":"1"}', retain=True)


async def _parts(world: World) -> dict[str, Any]:
    return {part["subject"]["en"]: part for part in (await world.http.get("/api/v1/health")).json()["parts"]}


async def test_what_is_missing_is_a_503_that_says_where_to_look(world: World) -> None:
    answer = await world.http.get("/api/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "faulty")
    fetcher = (await _parts(world))["fetcher"]
    assert (fetcher["area"], fetcher["verdict"]) == ("service", "faulty")
    assert "docker compose logs fetcher" in fetcher["advice"]["en"]


async def test_what_is_only_waited_for_is_a_200(world: World) -> None:
    await all_at_work(world)
    answer = await world.http.get("/api/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "waiting")
    assert (await _parts(world))["inverters"]["advice"]["en"].startswith("add one")


async def test_a_source_at_work_tells_ages_and_quota(world: World) -> None:
    await all_at_work(world)
    number = (await world.add())["id"]
    now = world.clock.now()
    state = SourceState(outcome=Outcome.OK, text=Text(en="", de=""), at=now, calls_left=120)
    reading = Reading(source="solaredge", measured_at=now - timedelta(minutes=4), received_at=now, grid_w=10.0)
    await world.say(f"sunpilot/inverter/{number}/source", state.encode(), retain=True)
    await world.say(f"sunpilot/inverter/{number}/reading", reading.encode(), retain=True)
    answer = await world.http.get("/api/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    parts = await _parts(world)
    source, measured = parts["source of Roof"], parts["reading of Roof"]
    assert (source["id"], source["calls_left"], source["verdict"], source["advice"]) == (number, 120, "ok", None)
    assert 240 <= measured["age_s"] < 250
    failed = SourceState(outcome=Outcome.AUTH, text=Text(en="The key is wrong.", de=""), at=now)
    await world.say(f"sunpilot/inverter/{number}/source", failed.encode(), retain=True)
    answer = await world.http.get("/api/v1/health")
    assert (answer.status_code, (await _parts(world))["source of Roof"]["text"]["en"]) == (503, "The key is wrong.")


async def test_without_broker_or_store_the_answer_still_comes(world: World) -> None:
    world.bus.disconnect()
    world.server.connected = False
    answer = await world.http.get("/api/v1/health")
    health = answer.json()
    assert (answer.status_code, health["broker_connected"], health["store_reachable"]) == (503, False, False)
    assert [part["area"] for part in health["parts"]] == ["broker", "store"]
    assert "TOKEN" not in json.dumps(health)


async def test_swapped_prices_are_taken_but_said(world: World) -> None:
    await all_at_work(world)
    house_id = (await world.add())["house_id"]
    answer = await world.http.patch(f"/api/v1/houses/{house_id}", json={"import_price": 0.08, "feed_in_price": 0.32})
    assert answer.status_code == 200
    prices = (await _parts(world))["prices of Roof"]
    assert (prices["area"], prices["id"], prices["verdict"]) == ("house", house_id, "waits")
    assert "swapped" in prices["advice"]["en"]
