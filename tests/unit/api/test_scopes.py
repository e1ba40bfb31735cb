"""Every route of the OpenAPI document: without a key 401, with a smaller scope 403, both with what to do."""

from collections.abc import Iterator
from typing import Any

import httpx2

from sunpilot.api.access.scope import Scope
from sunpilot.api.guard import OPEN_TO_ALL
from tests.unit.api.conftest import KEY, PASSWORD, World

SCHEMES = ("HTTPBearer", "APIKeyCookie")
PLACES = {"inverter_id": "1", "house_id": "1", "wattpilot_id": "1", "key_id": "1", "session_id": "1", "target_id": "1"}
SMALLER = {"read": [], "control": ["read"], "configure": ["read", "control"]}
ENDLESS = "/api/v1/live"


def operations(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of each."""
    for path, methods in world.api.app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.format_map(PLACES), operation


def needed(operation: dict[str, Any]) -> str | None:
    """The scope that the document promises to be enough; None for a route that is open to all."""
    ways = operation.get("security", [])
    scopes = {way[scheme][0] for way, scheme in zip(ways, SCHEMES, strict=False)}
    assert len(ways) in (0, len(SCHEMES)), "a route takes keys and cookies alike"
    assert len(scopes) <= 1
    return next(iter(scopes), None)


async def keys(world: World) -> dict[str, dict[str, str]]:
    """A key of each scope, as headers."""
    made = {}
    for scope in Scope:
        answer = await world.http.post("/api/v1/keys", json={"name": f"one that may {scope}", "scope": scope})
        assert answer.status_code == 201, answer.text
        made[str(scope)] = {"Authorization": f"Bearer {answer.json()['key']}"}
    return made


def assert_says_what_to_do(answer: httpx2.Response, status: int, kind: str, advice: str) -> None:
    where = f"{answer.request.method} {answer.request.url}"
    assert answer.status_code == status, where
    assert answer.headers["Content-Type"] == "application/problem+json", where
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, kind), where
    assert advice in problem["detail"], where


async def test_only_what_lets_one_in_and_the_liveness_is_open_to_all(world: World) -> None:
    open_to_all = {(method, path) for method, path, operation in operations(world) if needed(operation) is None}
    assert open_to_all == OPEN_TO_ALL | {("GET", "/healthz")}


async def test_what_changes_something_never_is_within_the_scope_read(world: World) -> None:
    for method, path, operation in operations(world):
        if method != "GET" and needed(operation) == "read":
            assert (method, path) == ("DELETE", "/api/v1/login")


async def test_without_a_key_every_route_is_a_401(world: World) -> None:
    await world.http.put("/api/v1/password", json={"current": KEY, "new": PASSWORD})
    world.http.cookies.clear()
    for method, path, operation in operations(world):
        if needed(operation) is not None:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "sunpilot_login=wrong"}):
                answer = await world.stranger.request(method, path, headers=headers)
                assert_says_what_to_do(answer, 401, "urn:sunpilot:log-in", "Log in")
                assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_with_a_smaller_scope_every_route_is_a_403(world: World) -> None:
    given = await keys(world)
    for method, path, operation in operations(world):
        scope = needed(operation)
        for smaller in SMALLER[scope] if scope else []:
            answer = await world.stranger.request(method, path, headers=given[smaller])
            assert_says_what_to_do(answer, 403, "urn:sunpilot:scope-too-small", f"'{scope}'")


async def test_with_its_scope_no_route_turns_a_key_away(world: World) -> None:
    await world.add(wattpilot_id=1)
    given = await keys(world)
    for method, path, operation in operations(world):
        scope = needed(operation)
        if scope is not None and path != ENDLESS and "password" not in path:
            answer = await world.stranger.request(method, path, headers=given[scope])
            assert answer.status_code not in (401, 403), f"{method} {path}"


async def test_while_reading_is_open_a_stranger_reads_and_is_asked_to_log_in_for_a_change(world: World) -> None:
    await world.http.put("/api/v1/open-reading")
    for method, path, operation in operations(world):
        scope = needed(operation)
        if scope is None or path == ENDLESS:
            continue
        status = (await world.stranger.request(method, path)).status_code
        assert (status == 401) == (scope != "read" or method != "GET"), f"{method} {path}"


async def test_strangers_do_not_learn_which_addresses_there_are(world: World) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "BREW"):
        assert (await world.stranger.request(method, "/api/v1/nothing")).status_code == 401, method
