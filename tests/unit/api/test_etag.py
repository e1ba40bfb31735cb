"""Entity tags: a change may name the version that it means."""

from typing import Any

import pytest

from tests.unit.api.conftest import World

CHANGES: dict[str, dict[str, Any]] = {
    "inverters": {"name": "Barn"},
    "houses": {"import_price": 0.4},
    "wattpilots": {"priority": 2},
}


async def _path(world: World, kind: str) -> str:
    made = await world.add(wattpilot_id=1)
    number = {"inverters": made["id"], "houses": made["house_id"], "wattpilots": 1}[kind]
    return f"/api/v1/{kind}/{number}"


@pytest.mark.parametrize("kind", CHANGES)
async def test_a_change_of_what_was_seen_is_made_and_a_second_of_the_same_is_refused(world: World, kind: str) -> None:
    path = await _path(world, kind)
    tag = (await world.http.get(path)).headers["ETag"]
    changed = await world.http.patch(path, json=CHANGES[kind], headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert (await world.http.get(path)).headers["ETag"] == changed.headers["ETag"]
    late = await world.http.patch(path, json={"name": "Late"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.headers["Content-Type"] == "application/problem+json"
    assert "read it again" in late.json()["detail"]
    assert (await world.http.get(path)).json()["name"] != "Late"


@pytest.mark.parametrize("tag", ["*", 'W/"x", {tag}', "W/{tag}", None])
async def test_any_version_one_of_several_or_none_named_is_changed(world: World, tag: str | None) -> None:
    path = await _path(world, "houses")
    present = (await world.http.get(path)).headers["ETag"]
    headers = {} if tag is None else {"If-Match": tag.replace("{tag}", present)}
    assert (await world.http.patch(path, json=CHANGES["houses"], headers=headers)).status_code == 200


@pytest.mark.parametrize("tag", ['W/"old"', "W/", "w/{tag}", "", "nonsense", '""'])
async def test_an_old_or_broken_tag_matches_nothing(world: World, tag: str) -> None:
    path = await _path(world, "houses")
    present = (await world.http.get(path)).headers["ETag"]
    headers = {"If-Match": tag.replace("{tag}", present)}
    assert (await world.http.patch(path, json=CHANGES["houses"], headers=headers)).status_code == 412


@pytest.mark.parametrize("kind", ["inverters", "wattpilots"])
async def test_a_deletion_may_name_its_version_too(world: World, kind: str) -> None:
    path = await _path(world, kind)
    assert (await world.http.delete(path, headers={"If-Match": '"old"'})).status_code == 412
    assert (await world.http.get(path)).status_code == 200


async def test_a_new_inverter_comes_with_its_tag(world: World) -> None:
    answer = await world.http.post(
        "/api/v1/inverters", json={"name": "A", "source": {"kind": "solaredge-modbus", "host": "192.0.2.1"}}
    )
    assert (await world.http.get(answer.headers["Location"])).headers["ETag"] == answer.headers["ETag"]


async def test_a_reading_changes_no_tag_for_it_is_nobodys_change(world: World) -> None:
    path = await _path(world, "wattpilots")
    before = (await world.http.get(path)).headers["ETag"]
    await world.learn()
    answer = await world.http.get(path)
    assert answer.json()["status"] is not None
    assert answer.headers["ETag"] == before


async def test_who_has_a_house_already_is_not_sent_it_again(world: World) -> None:
    path = await _path(world, "houses")
    tag = (await world.http.get(path)).headers["ETag"]
    for seen in (tag, f"W/{tag}", f'W/"old", W/{tag}'):  # a proxy that compresses makes a tag weak
        again = await world.http.get(path, headers={"If-None-Match": seen})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    for other in ('"old"', 'W/"old"'):
        assert (await world.http.get(path, headers={"If-None-Match": other})).status_code == 200


ORDERS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PUT", "mode", {"mode": "full"}),
    ("PUT", "override", {"kind": "full"}),
    ("DELETE", "override", None),
    ("PUT", "deadline", {"energy_kwh": 5, "at": "07:00"}),
    ("DELETE", "deadline", None),
    ("POST", "resume", None),
]


@pytest.mark.parametrize(("method", "order", "body"), ORDERS)
async def test_an_order_may_name_the_version_of_its_wattpilot(
    world: World, method: str, order: str, body: dict[str, Any] | None
) -> None:
    path = await _path(world, "wattpilots")
    tag = (await world.http.get(path)).headers["ETag"]
    before = len(world.broker.log)
    old = await world.http.request(method, f"{path}/{order}", json=body, headers={"If-Match": '"old"'})
    assert old.status_code == 412
    assert old.headers["Content-Type"] == "application/problem+json"
    shown = (await world.http.get(path)).json()
    assert (shown["mode"], shown["override"], shown["deadline"]) == ("sun", None, None)
    assert len(world.broker.log) == before
    assert (await world.http.request(method, f"{path}/{order}", json=body, headers={"If-Match": tag})).is_success


@pytest.mark.parametrize(("method", "order", "body"), ORDERS)
async def test_an_order_to_a_wattpilot_that_there_is_not_is_unknown_whatever_version_it_names(
    world: World, method: str, order: str, body: dict[str, Any] | None
) -> None:
    path = f"/api/v1/wattpilots/7/{order}"
    answer = await world.http.request(method, path, json=body, headers={"If-Match": '"old"'})
    assert answer.status_code == 404
