"""What was deleted is gone: from its own address, and from every address under it."""

from typing import Any

from tests.unit.api.conftest import World

TARGET = {"name": "Phone", "url": "ntfys://ntfy.sh/a-topic-of-mine", "events": ["fault"], "language": "en"}


def under(world: World, path: str) -> list[str]:
    """The addresses of all that can be read of an entity, by the OpenAPI document."""
    whole, number = path.rsplit("/", 1)
    operations = world.api.app.openapi()["paths"].items()
    return [
        f"{whole}/{number}{rest}"
        for template, methods in operations
        if "get" in methods and template.startswith(whole + "/{")
        for rest in [template.partition("}")[2].replace("{session_id}", "1")]
    ]


async def assert_gone(world: World, path: str, least: int) -> None:
    """Deleted, it answers 404 everywhere, also to a second deletion."""
    assert (await world.http.delete(path, params={"with_house": "true"})).status_code == 204
    addresses = under(world, path)
    assert len(addresses) >= least
    for address in addresses:
        assert (await world.http.get(address)).status_code == 404, address
    assert (await world.http.delete(path)).status_code == 404


async def test_nothing_is_read_of_what_was_deleted(world: World) -> None:
    roof: dict[str, Any] = await world.add(wattpilot_id=1)
    await world.learn()
    await assert_gone(world, f"/api/v1/inverters/{roof['id']}", 1)
    house = f"/api/v1/houses/{roof['house_id']}"
    houses = under(world, house)
    assert len(houses) >= 3
    for address in houses:  # the house went with its only inverter
        assert (await world.http.get(address)).status_code == 404, address
    await world.say("sunpilot/wattpilot/1/status", "", retain=True)
    await assert_gone(world, "/api/v1/wattpilots/1", 3)


async def test_a_target_and_a_key_that_were_deleted_are_gone(world: World) -> None:
    target = (await world.http.post("/api/v1/notifications", json=TARGET)).json()
    await assert_gone(world, f"/api/v1/notifications/{target['id']}", 1)
    made = (await world.http.post("/api/v1/keys", json={"name": "wall", "scope": "read"})).json()
    await assert_gone(world, f"/api/v1/keys/{made['id']}", 0)
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert (await world.stranger.get("/api/v1/houses", headers=headers)).status_code == 401
