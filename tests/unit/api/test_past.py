"""What the controller keeps, by REST."""

from datetime import timedelta

import pytest

from sunpilot.contract.decision import Text
from sunpilot.contract.history import DayTotal, Decided, Sample
from sunpilot.contract.setpoint import Action
from tests.unit.api.conftest import World


async def keep_samples(world: World, house_id: int, count: int) -> None:
    for step in range(count):
        at = world.clock.now() - timedelta(seconds=10 * (count - 1 - step))
        sample = Sample(
            at=at, grid_w=float(step), pv_w=None, load_w=None, battery_w=None, soc_pct=None, car_w=None
        ).model_dump_json()
        await world.store.redis.zadd(world.store.keys.samples(house_id), {sample: at.timestamp()})


async def test_powers_come_oldest_first_and_as_closely_as_asked_for(world: World) -> None:
    house_id = (await world.add())["house_id"]
    await keep_samples(world, house_id, 13)
    by_the_minute = (await world.http.get(f"/api/v1/houses/{house_id}/power")).json()
    assert [sample["grid_w"] for sample in by_the_minute] == [0.0, 6.0, 12.0]
    assert by_the_minute[0]["pv_w"] is None
    every_one = (await world.http.get(f"/api/v1/houses/{house_id}/power?every_s=10")).json()
    assert [sample["grid_w"] for sample in every_one] == [float(step) for step in range(13)]
    last_minute = (await world.http.get(f"/api/v1/houses/{house_id}/power?every_s=10&hours=0.0125")).json()
    assert [sample["grid_w"] for sample in last_minute] == [8.0, 9.0, 10.0, 11.0, 12.0]


async def test_days_come_oldest_first(world: World) -> None:
    house_id = (await world.add())["house_id"]
    for day in ("2026-06-21", "2026-06-20"):
        total = DayTotal(day=day, import_wh=10.0).model_dump_json()
        await world.store.redis.hset(world.store.keys.days(house_id), day, total)
    days = (await world.http.get(f"/api/v1/houses/{house_id}/days")).json()
    assert [day["day"] for day in days] == ["2026-06-20", "2026-06-21"]
    assert days[0]["pv_wh"] is None


async def test_decisions_come_oldest_first_with_their_sentences(world: World) -> None:
    await world.learn()
    for hours_ago, reason in ((30, "no_car"), (2, "started"), (1, "stopped")):
        at = world.clock.now() - timedelta(hours=hours_ago)
        text = Text(en=reason, de=reason)
        decided = Decided(at=at, reason=reason, text=text, action=Action.STOP, amps=None, phases=None)
        await world.store.redis.zadd(world.store.keys.decided(1), {decided.model_dump_json(): at.timestamp()})
    decisions = (await world.http.get("/api/v1/wattpilots/1/decisions")).json()
    assert [decision["reason"] for decision in decisions] == ["started", "stopped"]
    decisions = (await world.http.get("/api/v1/wattpilots/1/decisions?hours=48")).json()
    assert [decision["reason"] for decision in decisions] == ["no_car", "started", "stopped"]


async def test_the_past_of_what_is_not_there_is_refused_and_so_is_more_than_is_kept(world: World) -> None:
    for path in ("houses/7/power", "houses/7/days", "wattpilots/7/decisions"):
        assert (await world.http.get(f"/api/v1/{path}")).status_code == 404
        assert (await world.stranger.get(f"/api/v1/{path}")).status_code == 401
    house_id = (await world.add())["house_id"]
    answer = await world.http.get(f"/api/v1/houses/{house_id}/power?hours=49")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_long_lists_come_page_by_page_and_nothing_twice(world: World) -> None:
    house_id = (await world.add())["house_id"]
    await keep_samples(world, house_id, 25)
    address: str | None = f"/api/v1/houses/{house_id}/power?every_s=20&limit=5"
    seen, pages = [], 0
    while address:
        answer = await world.http.get(address)
        assert len(answer.json()) <= 5
        seen += [sample["grid_w"] for sample in answer.json()]
        address, pages = answer.links.get("next", {}).get("url"), pages + 1
    assert seen == [float(step) for step in range(0, 25, 2)]
    assert pages == 3


async def test_entries_of_the_same_moment_are_not_lost_between_two_pages(world: World) -> None:
    await world.learn()
    at = world.clock.now() - timedelta(minutes=1)
    for reason in "abcde":
        decided = Decided(
            at=at, reason=reason, text=Text(en="", de=""), action=Action.STOP, amps=None, phases=None
        ).model_dump_json()
        await world.store.redis.zadd(world.store.keys.decided(1), {decided: at.timestamp()})
    seen = ""
    address: str | None = "/api/v1/wattpilots/1/decisions?limit=2"
    while address:
        answer = await world.http.get(address)
        seen += "".join(decision["reason"] for decision in answer.json())
        address = answer.links.get("next", {}).get("url")
    assert seen == "abcde"


async def test_days_come_page_by_page(world: World) -> None:
    house_id = (await world.add())["house_id"]
    for day in ("2026-06-19", "2026-06-20", "2026-06-21"):
        total = DayTotal(day=day, import_wh=10.0).model_dump_json()
        await world.store.redis.hset(world.store.keys.days(house_id), day, total)
    first = await world.http.get(f"/api/v1/houses/{house_id}/days?limit=2")
    second = await world.http.get(first.links["next"]["url"])
    assert [day["day"] for day in first.json() + second.json()] == ["2026-06-19", "2026-06-20", "2026-06-21"]
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=1_0", "cursor=-_1", "limit=0", "limit=5001", "cursor=" + "1" * 99]
)
async def test_a_cursor_that_is_none_is_refused(world: World, query: str) -> None:
    house_id = (await world.add())["house_id"]
    answer = await world.http.get(f"/api/v1/houses/{house_id}/power?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == query.partition("=")[0]
