"""Named API keys: made, listed, used and revoked."""

import pytest

from tests.unit.api.conftest import World


async def make(world: World, name: str = "wall display", scope: str = "read") -> dict[str, str]:
    answer = await world.http.post("/api/v1/keys", json={"name": name, "scope": scope})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/keys/{answer.json()['id']}"
    return {"Authorization": f"Bearer {answer.json()['key']}", "id": str(answer.json()["id"])}


async def test_a_key_is_shown_once_and_then_never_again(world: World) -> None:
    key = await make(world)
    assert key["Authorization"].startswith("Bearer sunpilot_")
    listed = (await world.http.get("/api/v1/keys")).json()
    assert listed == [
        {"id": int(key["id"]), "name": "wall display", "scope": "read", "made_on": "2026-06-21", "used_on": None}
    ]
    assert not any(key["Authorization"].split()[1] in answer.text for answer in world.answers[1:])


async def test_the_day_of_the_last_use_is_known_also_after_a_restart(world: World) -> None:
    key = await make(world)
    world.clock.step(3 * 86_400)
    assert (await world.stranger.get("/api/v1/houses", headers=key)).status_code == 200
    assert (await world.http.get("/api/v1/keys")).json()[0]["used_on"] == "2026-06-24"

    async def a_while() -> None:
        pass

    await world.settle(120)
    await world.restart(a_while)
    assert (await world.http.get("/api/v1/keys")).json()[0]["used_on"] == "2026-06-24"


async def test_a_revoked_key_is_worthless_at_once_and_after_a_restart(world: World) -> None:
    key = await make(world)
    await world.stranger.get("/api/v1/houses", headers=key)
    assert (await world.http.delete(f"/api/v1/keys/{key['id']}")).status_code == 204

    async def a_while() -> None:
        pass

    for _ in range(2):
        assert (await world.stranger.get("/api/v1/houses", headers=key)).status_code == 401
        assert (await world.http.get("/api/v1/keys")).json() == []
        await world.settle(120)
        await world.restart(a_while)
    assert (await world.http.delete(f"/api/v1/keys/{key['id']}")).status_code == 404


async def test_a_control_key_gives_orders_and_configures_nothing(world: World) -> None:
    await world.add(wattpilot_id=1)
    key = await make(world, scope="control")
    url = "/api/v1/wattpilots/1"
    assert (await world.stranger.put(f"{url}/override", json={"kind": "full"}, headers=key)).status_code == 200
    answer = await world.stranger.put(f"{url}/mode", json={"mode": "minimum"}, headers=key)
    assert (answer.status_code, answer.json()) == (200, {"mode": "minimum"})
    assert (await world.stranger.get(url, headers=key)).json()["mode"] == "minimum"
    assert (await world.stranger.patch(url, json={"mode": "sun"}, headers=key)).status_code == 403
    assert (await world.stranger.get("/api/v1/keys", headers=key)).status_code == 403
    assert (await world.stranger.get(url, headers=key)).json()["mode"] == "minimum"


async def test_two_keys_of_one_name_are_refused(world: World) -> None:
    await make(world)
    answer = await world.http.post("/api/v1/keys", json={"name": "wall display", "scope": "control"})
    assert answer.status_code == 409
    assert "remove it first" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["same ", " same", "\u00a0same\u2003"])
async def test_blanks_around_a_name_make_no_other_one(world: World, name: str) -> None:
    await make(world, name="same")
    assert (await world.http.post("/api/v1/keys", json={"name": name, "scope": "read"})).status_code == 409
    await make(world, name=f"not {name}")
    assert (await world.http.get("/api/v1/keys")).json()[1]["name"] == f"not {name}".strip()


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\ufeff", "\u00ad", "\u2060"])
async def test_what_nobody_sees_in_a_name_is_refused(world: World, unseen: str) -> None:
    answer = await world.http.post("/api/v1/keys", json={"name": f"sa{unseen}me", "scope": "read"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["text"]["de"] == "ein Name ist eine Zeile sichtbarer Zeichen"


@pytest.mark.parametrize("name", ["👩\u200d🔧 charger", "می\u200cخواهم"])
async def test_a_name_may_have_what_its_script_needs(world: World, name: str) -> None:
    assert (await make(world, name=name))["id"]


async def test_keys_are_bounded(world: World) -> None:
    for number in range(64):
        await make(world, name=f"script {number}")
    answer = await world.http.post("/api/v1/keys", json={"name": "one more", "scope": "read"})
    assert answer.status_code == 409
    assert "64" in answer.json()["detail"]


@pytest.mark.parametrize("body", [{"name": "x"}, {"name": "", "scope": "read"}, {"name": "x", "scope": "admin"}])
async def test_a_key_without_name_or_scope_is_refused(world: World, body: dict[str, str]) -> None:
    assert (await world.http.post("/api/v1/keys", json=body)).status_code == 422


async def test_a_stored_key_that_cannot_be_read_lets_nobody_in_and_is_said(world: World) -> None:
    async def spoil() -> None:
        await world.store.redis.hset("sunpilot:api_keys", "1", "{}")

    await world.restart(spoil)
    answer = await world.stranger.get("/api/v1/houses", headers={"Authorization": "Bearer sunpilot_x"})
    assert answer.status_code == 503
    assert any("StoredKey" in str(entry) for entry in world.log)
