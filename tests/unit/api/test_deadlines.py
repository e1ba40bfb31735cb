"""Deadlines and resume by REST, and Wattpilots that choose their house."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sunpilot.api.deadlines import resolved
from tests.unit.api.conftest import World

BERLIN = ZoneInfo("Europe/Berlin")
DEADLINE = "/api/v1/wattpilots/1/deadline"


async def test_a_deadline_is_kept_until_its_time_and_then_taken_away(world: World) -> None:
    await world.add(wattpilot_id=1)
    answer = await world.http.put(DEADLINE, json={"energy_kwh": 20, "at": "11:00"})  # it is 10:00 in Berlin
    assert answer.status_code == 200
    assert answer.json()["energy_kwh"] == 20
    assert answer.json()["at"] == "2026-06-21T09:00:00Z"
    await world.settle()
    assert json.loads(world.broker.sent("sunpilot/config")[-1]) == {"v": 1, "kind": "deadline", "id": 1}
    await world.settle(3580)
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["deadline"]["seconds_left"] < 30
    await world.settle(40)
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["deadline"] is None
    assert await world.store.redis.hgetall("sunpilot:deadlines") == {}


async def test_a_deadline_without_energy_means_a_full_car_and_can_be_cleared(world: World) -> None:
    await world.add(wattpilot_id=1)
    assert (await world.http.put(DEADLINE, json={"at": "07:00"})).json()["energy_kwh"] is None
    for _ in range(2):
        assert (await world.http.delete(DEADLINE)).status_code == 204
    assert (await world.http.get("/api/v1/wattpilots/1")).json()["deadline"] is None


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"at": "7:00"}, "at"),
        ({"at": "24:00"}, "at"),
        ({"at": "tomorrow"}, "at"),
        ({"at": "2026-06-22T07:00:00"}, "at"),
        ({"at": "2026-06-20T07:00:00Z"}, "at"),
        ({"at": "2027-06-20T07:00:00Z"}, "at"),
        ({"at": 7}, "at"),
        ({}, "at"),
        ({"at": "07:00", "energy_kwh": 0}, "energy_kwh"),
        ({"at": "07:00", "energy_kwh": "20"}, "energy_kwh"),
    ],
)
async def test_a_faulty_deadline_is_refused(world: World, body: dict[str, Any], at: str) -> None:
    await world.add(wattpilot_id=1)
    answer = await world.http.put(DEADLINE, json=body)
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == [at]


async def test_a_deadline_needs_a_wattpilot_in_a_house(world: World) -> None:
    assert (await world.http.put(DEADLINE, json={"at": "07:00"})).status_code == 404
    assert (await world.http.delete(DEADLINE)).status_code == 404
    await world.learn()
    refused = await world.http.put(DEADLINE, json={"at": "07:00"})
    assert refused.status_code == 409
    assert "is in no house" in refused.json()["detail"]


def test_a_time_of_day_is_the_next_one_there() -> None:
    evening = datetime(2026, 6, 21, 22, 0, tzinfo=BERLIN).astimezone(UTC)
    assert resolved("07:00", BERLIN, evening) == datetime(2026, 6, 22, 5, 0, tzinfo=UTC)
    assert resolved("22:30", BERLIN, evening) == evening + timedelta(minutes=30)
    assert resolved("22:00", BERLIN, evening) == evening + timedelta(days=1)
    before_winter_time = datetime(2026, 10, 24, 23, 0, tzinfo=BERLIN).astimezone(UTC)
    assert resolved("07:00", BERLIN, before_winter_time) - before_winter_time == timedelta(hours=9)


async def test_resume_is_stored_for_the_controller(world: World) -> None:
    await world.learn()
    assert (await world.http.post("/api/v1/wattpilots/1/resume")).status_code == 202
    stored = json.loads((await world.store.redis.hgetall("sunpilot:resumes"))["1"])
    assert stored["at"] == world.clock.now().isoformat().replace("+00:00", "Z")
    assert json.loads(world.broker.sent("sunpilot/config")[-1]) == {"v": 1, "kind": "resume", "id": 1}
    assert (await world.http.post("/api/v1/wattpilots/9/resume")).status_code == 404


async def test_a_wattpilot_may_choose_its_house(world: World) -> None:
    grid, barn = await world.add(wattpilot_id=1), await world.add(name="Barn")
    await world.learn(2)
    path = "/api/v1/wattpilots/2"
    answer = await world.http.patch(path, json={"house_id": grid["house_id"], "priority": 2})
    assert answer.json()["house_id"] == grid["house_id"]
    assert (await world.http.patch(path, json={"house_id": 99})).status_code == 422
    clash = await world.http.patch(f"/api/v1/inverters/{barn['id']}", json={"wattpilot_id": 2})
    assert clash.status_code == 409
    assert f"stands in house {grid['house_id']}" in clash.json()["detail"]
    other = await world.http.patch("/api/v1/wattpilots/1", json={"house_id": barn["house_id"]})
    assert other.status_code == 409
    assert (await world.http.patch(path, json={"house_id": None})).json()["house_id"] is None


async def test_who_goes_first_is_a_setting_of_the_house(world: World) -> None:
    house = f"/api/v1/houses/{(await world.add())['house_id']}"
    assert (await world.http.get(house)).json()["battery"] == "car_first"
    change = {"battery": "battery_first", "battery_soc_pct": 60, "battery_discharge": True}
    seen = (await world.http.patch(house, json=change)).json()
    assert {name: seen[name] for name in change} == change
    assert (await world.http.patch(house, json={"battery": "never"})).status_code == 422


async def test_the_knob_and_the_phases_are_settings_of_the_policy(world: World) -> None:
    await world.learn()
    change = {
        "eagerness": "eager",
        "kwh_value": 0.2,
        "reserve_w": 100,
        "phases": 1,
        "min_phases_s": 900,
        "manual_s": 60,
    }
    seen = (await world.http.patch("/api/v1/wattpilots/1", json={"policy": change})).json()["policy"]
    assert {name: seen[name] for name in change} == change
    back = {"kwh_value": None, "phases": None}
    seen = (await world.http.patch("/api/v1/wattpilots/1", json={"policy": back})).json()["policy"]
    assert {name: seen[name] for name in back} == back
