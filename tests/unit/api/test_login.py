"""The way in for a person: the first password, log-ins and their cookies, and what ends them."""

import asyncio
import json
from datetime import date

import httpx2
import pytest
from pydantic import SecretStr

from sunpilot.api.service import Api
from sunpilot.contract.topics import Topics
from tests.support.memory_bus import MemoryBus
from tests.unit.api.conftest import KEY, PASSWORD, ROOF, QuickHasher, World

OTHER_PASSWORD = "another long password"
OWN = {"Origin": "http://api"}
COOKIE = "sunpilot_login"


@pytest.fixture
def browser(world: World) -> httpx2.AsyncClient:
    """Keeps its cookies, and says whose page sends what it sends."""
    world.stranger.headers.update(OWN)
    return world.stranger


async def first_visit(browser: httpx2.AsyncClient, current: str = KEY) -> httpx2.Response:
    return await browser.put("/api/v1/password", json={"current": current, "new": PASSWORD})


async def log_in(browser: httpx2.AsyncClient, password: str = PASSWORD) -> httpx2.Response:
    return await browser.post("/api/v1/login", json={"password": password})


async def test_the_first_visit_sets_a_password_with_the_setup_code_and_is_logged_in(
    world: World, browser: httpx2.AsyncClient
) -> None:
    assert (await browser.get("/api/v1/access")).json() == {
        "password_is_set": False,
        "asker": None,
        "open_reading": False,
    }
    refused = await browser.get("/api/v1/houses")
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:sunpilot:no-password-yet")
    assert "sunpilot-key" in refused.json()["detail"]
    answer = await first_visit(browser)
    assert (answer.status_code, answer.json()) == (200, {"scope": "configure"})
    assert (await browser.get("/api/v1/access")).json() == {
        "password_is_set": True,
        "asker": {"kind": "login", "scope": "configure"},
        "open_reading": False,
    }
    assert (await browser.post("/api/v1/inverters", json=ROOF)).status_code == 201


async def test_whoever_comes_first_without_the_setup_code_owns_nothing(
    world: World, browser: httpx2.AsyncClient
) -> None:
    for guess in ("guess", "", PASSWORD, "x" * 257):
        answer = await first_visit(browser, current=guess)
        assert answer.status_code in (401, 422)
        assert "Set-Cookie" not in answer.headers
    assert (await log_in(browser)).json()["type"] == "urn:sunpilot:no-password-yet"
    assert not (await world.http.get("/api/v1/access")).json()["password_is_set"]


async def test_a_key_for_scripts_is_no_setup_code(world: World, browser: httpx2.AsyncClient) -> None:
    made = (await world.http.post("/api/v1/keys", json={"name": "all", "scope": "configure"})).json()
    assert (await first_visit(browser, current=made["key"])).status_code == 401


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    world: World, browser: httpx2.AsyncClient
) -> None:
    answer = await first_visit(browser)
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    value, *attributes = rest.split("; ")
    assert name == COOKIE
    assert len(value) >= 43  # 32 random bytes in base64
    assert set(attributes) == {"Max-Age=2592000", "Path=/api/v1", "HttpOnly", "SameSite=Strict"}
    again = await log_in(browser)
    assert value not in again.headers["Set-Cookie"]


async def test_over_tls_the_cookie_never_travels_in_plain(world: World) -> None:
    answer = await first_visit(world.stranger)
    assert "Secure" not in answer.headers["Set-Cookie"]
    world.stranger.headers["Origin"] = "https://api"  # a proxy in front ends TLS
    assert answer.headers["Set-Cookie"] != (again := await log_in(world.stranger)).headers["Set-Cookie"]
    assert again.headers["Set-Cookie"].endswith("; Secure")


async def test_what_is_stored_opens_nothing(world: World, browser: httpx2.AsyncClient) -> None:
    token = (await first_visit(browser)).cookies[COOKIE]
    key = (await world.http.post("/api/v1/keys", json={"name": "all", "scope": "configure"})).json()["key"]
    await world.settle(120)
    stored = repr([await world.store.redis.dump(name) for name in await world.store.redis.keys("*")])
    logins = await world.store.redis.hgetall("sunpilot:logins")
    stored += repr(logins) + repr(await world.store.redis.hgetall("sunpilot:api_keys"))
    stored += str(await world.store.redis.get("sunpilot:password"))
    assert logins
    for secret in (token, key, PASSWORD, KEY):
        assert secret not in stored
        assert secret not in repr(world.log)


@pytest.mark.parametrize("body", [r'{"password": "\ud800"}', r'{"password": "\u0000"}', '{"password": {}}', "{", "[]"])
async def test_nonsense_instead_of_a_password_is_refused(world: World, browser: httpx2.AsyncClient, body: str) -> None:
    await first_visit(browser)
    answer = await browser.post("/api/v1/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 401, 422)


async def test_a_cookie_of_nonsense_is_nobodys(world: World) -> None:
    for cookie in ("sunpilot_login", "sunpilot_login=", "sunpilot_login=ü", '=;;"', "a=b; sunpilot_login=x; c"):
        answer = await world.stranger.get("/api/v1/houses", headers={b"Cookie": cookie.encode()})
        assert answer.status_code == 401


async def test_a_wrong_password_is_refused_and_the_right_one_taken(world: World, browser: httpx2.AsyncClient) -> None:
    await first_visit(browser)
    browser.cookies.clear()
    answer = await log_in(browser, "a wrong password")
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:sunpilot:wrong-password")
    assert "Forgotten?" in answer.json()["detail"]
    assert "Set-Cookie" not in answer.headers
    assert (await log_in(browser)).status_code == 200
    assert (await browser.get("/api/v1/houses")).status_code == 200


async def test_the_setup_code_logs_in_too_with_space_around_it_as_terminals_copy_it(
    world: World, browser: httpx2.AsyncClient
) -> None:
    assert (await log_in(browser, f" {KEY}\n")).status_code == 200
    assert (await browser.put("/api/v1/open-reading")).status_code == 200


async def test_wrong_passwords_are_slowed_the_setup_code_never(world: World, browser: httpx2.AsyncClient) -> None:
    await first_visit(browser)
    browser.cookies.clear()
    answers = [await log_in(browser, f"wrong {number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[3].json()["type"] == "urn:sunpilot:slow-down"
    assert answers[3].headers["Retry-After"] == "1"
    assert (await log_in(browser)).status_code == 429
    change = {"current": PASSWORD, "new": OTHER_PASSWORD}
    assert (await browser.put("/api/v1/password", json=change)).status_code == 429
    assert (await log_in(browser, KEY)).status_code == 200
    await world.settle(1)
    assert (await log_in(browser)).status_code == 200


async def test_log_out_ends_this_log_in_only(world: World, browser: httpx2.AsyncClient) -> None:
    first = (await first_visit(browser)).cookies[COOKIE]
    second = (await log_in(browser)).cookies[COOKIE]
    answer = await browser.delete("/api/v1/login")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    browser.cookies.clear()
    for token, status in ((second, 401), (first, 200)):
        got = await browser.get("/api/v1/houses", headers={"Cookie": f"{COOKIE}={token}"})
        assert got.status_code == status


async def test_another_password_logs_everybody_else_out(world: World, browser: httpx2.AsyncClient) -> None:
    before = (await first_visit(browser)).cookies[COOKIE]
    answer = await browser.put("/api/v1/password", json={"current": PASSWORD, "new": OTHER_PASSWORD})
    assert (await browser.get("/api/v1/houses")).status_code == 200
    browser.cookies.clear()
    assert (await browser.get("/api/v1/houses", headers={"Cookie": f"{COOKIE}={before}"})).status_code == 401
    after = {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}
    assert (await browser.get("/api/v1/houses", headers=after)).status_code == 200
    assert [(await log_in(browser, password)).status_code for password in (PASSWORD, OTHER_PASSWORD)] == [401, 200]


@pytest.mark.parametrize("path", ["login", "password"])
async def test_who_proves_the_old_password_while_it_is_changed_comes_too_late(
    world: World, browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    await first_visit(browser)
    is_changed = asyncio.Event()

    async def matches_late(hasher: QuickHasher, hashed: str, password: SecretStr) -> bool:
        await is_changed.wait()
        return hashed == await hasher.hash(password)

    monkeypatch.setattr(QuickHasher, "matches", matches_late)
    body = {"password": PASSWORD} if path == "login" else {"current": PASSWORD, "new": "a third long password"}
    method = "POST" if path == "login" else "PUT"
    late = asyncio.create_task(browser.request(method, f"/api/v1/{path}", json=body))
    await world.settle()
    assert (await browser.put("/api/v1/password", json={"current": KEY, "new": OTHER_PASSWORD})).status_code == 200
    is_changed.set()
    assert (await late).status_code == 401
    assert (await log_in(browser, OTHER_PASSWORD)).status_code == 200


async def test_a_forgotten_password_is_set_anew_with_the_setup_code(world: World, browser: httpx2.AsyncClient) -> None:
    await first_visit(browser)
    browser.cookies.clear()
    answer = await browser.put("/api/v1/password", json={"current": KEY, "new": OTHER_PASSWORD})
    assert answer.status_code == 200
    assert (await log_in(browser, OTHER_PASSWORD)).status_code == 200


@pytest.mark.parametrize("new", ["", "too short", "x" * 129, None, 1234567890])
async def test_a_bad_new_password_is_refused_without_being_repeated(
    world: World, browser: httpx2.AsyncClient, new: object
) -> None:
    answer = await browser.put("/api/v1/password", json={"current": KEY, "new": new})
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == ["new"]
    assert not new or str(new) not in answer.text


async def test_a_log_in_lasts_as_long_as_it_is_used(world: World, browser: httpx2.AsyncClient) -> None:
    token = (await first_visit(browser)).cookies[COOKIE]
    for _ in range(3):
        world.clock.step(29 * 86_400)
        answer = await browser.get("/api/v1/houses")
        assert answer.status_code == 200
        assert answer.headers["Set-Cookie"].startswith(f"{COOKIE}={token}; Max-Age=2592000")
        assert "Set-Cookie" not in (await browser.get("/api/v1/houses")).headers  # once a day is enough
        await world.settle(120)
        stored = json.loads((await world.store.redis.hvals("sunpilot:logins"))[0])
        assert date.fromisoformat(stored["used_on"]) == world.clock.now().date()
    world.clock.step(31 * 86_400)
    await world.settle(120)
    assert await world.store.redis.hlen("sunpilot:logins") == 0
    assert (await browser.get("/api/v1/houses")).status_code == 401


async def test_a_clock_that_was_behind_at_the_start_logs_nobody_out(world: World, browser: httpx2.AsyncClient) -> None:
    await first_visit(browser)
    world.clock.step(-20 * 365 * 86_400)
    assert (await browser.get("/api/v1/houses")).status_code == 200
    await world.settle(120)
    world.clock.step(20 * 365 * 86_400)
    assert (await browser.get("/api/v1/houses")).status_code == 200


async def test_log_ins_are_bounded_and_the_least_used_goes(world: World, browser: httpx2.AsyncClient) -> None:
    first = (await first_visit(browser)).cookies[COOKIE]
    world.clock.step(86_400)
    for _ in range(64):
        await log_in(browser, KEY)
    browser.cookies.clear()
    assert await world.store.redis.hlen("sunpilot:logins") == 64
    assert (await browser.get("/api/v1/houses", headers={"Cookie": f"{COOKIE}={first}"})).status_code == 401


async def test_a_restart_keeps_password_log_ins_and_keys(world: World, browser: httpx2.AsyncClient) -> None:
    await first_visit(browser)
    made = (await world.http.post("/api/v1/keys", json={"name": "display", "scope": "read"})).json()

    async def meanwhile() -> None:
        pass

    await world.restart(meanwhile)
    assert (await browser.get("/api/v1/houses")).status_code == 200
    browser.cookies.clear()
    assert (await log_in(browser)).status_code == 200
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert (await world.http.get("/api/v1/houses", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://api:8080"},  # another program of the same machine
        {"Origin": "null"},
        {"Origin": "nonsense"},
        {"Origin": "http://api", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://api", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
)
async def test_no_other_page_makes_a_browser_change_anything(world: World, headers: dict[str, str]) -> None:
    await first_visit(world.stranger)
    for method, path, body in (
        ("POST", "inverters", ROOF),
        ("DELETE", "login", None),
        ("PUT", "open-reading", None),
        ("PUT", "password", {"current": PASSWORD, "new": OTHER_PASSWORD}),
        ("POST", "login", {"password": PASSWORD}),
    ):
        answer = await world.stranger.request(method, f"/api/v1/{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:sunpilot:foreign-origin"), path
        assert "Set-Cookie" not in answer.headers
    assert (await world.stranger.get("/api/v1/inverters", headers=headers)).json() == []
    world.stranger.cookies.clear()  # nor may it guess passwords from there
    answer = await world.stranger.post("/api/v1/login", json={"password": PASSWORD}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:sunpilot:foreign-origin")


async def test_a_cookie_without_word_of_whose_page_sends_it_changes_nothing(world: World) -> None:
    await first_visit(world.stranger)
    answer = await world.stranger.post("/api/v1/inverters", json=ROOF)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:sunpilot:foreign-origin")
    assert (await world.stranger.get("/api/v1/houses")).status_code == 200


async def test_without_store_who_is_known_reads_on_and_nothing_changes(
    world: World, browser: httpx2.AsyncClient
) -> None:
    await first_visit(browser)
    world.server.connected = False
    assert (await browser.get("/api/v1/keys")).status_code == 200
    for method, path, body in (
        ("POST", "login", {"password": PASSWORD}),
        ("DELETE", "login", None),
        ("PUT", "password", {"current": PASSWORD, "new": OTHER_PASSWORD}),
        ("POST", "keys", {"name": "display", "scope": "read"}),
        ("PUT", "wattpilots/1/override", {"kind": "full"}),
    ):
        answer = await browser.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code == 503, path
        assert "store" in answer.json()["detail"]
    world.server.connected = True
    await world.settle(3)
    assert (await browser.get("/api/v1/houses")).status_code == 200  # nothing of it has happened
    assert (await log_in(browser)).status_code == 200


async def test_after_a_start_without_store_only_the_first_key_is_known_and_nobody_is_turned_away_for_good(
    world: World, browser: httpx2.AsyncClient
) -> None:
    await first_visit(browser)

    async def lose_store() -> None:
        world.server.connected = False

    await world.restart(lose_store)
    assert (await world.http.get("/api/v1/keys")).status_code == 200
    assert (await browser.get("/api/v1/access")).json()["password_is_set"] is None
    assert (await browser.get("/api/v1/keys")).status_code == 503  # it may be a right cookie
    assert (await log_in(browser)).status_code == 503
    assert (await log_in(browser, KEY)).status_code == 503
    browser.cookies.clear()
    refused = await browser.get("/api/v1/keys")
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:sunpilot:log-in")
    world.server.connected = True
    await world.settle(3)
    assert (await log_in(browser)).status_code == 200


def given(world: World, password: str) -> None:
    """From the next start on, the password comes from a file."""

    def make(bus: MemoryBus) -> Api:
        return Api(
            bus,
            world.store,
            world.clock,
            Topics(),
            "test",
            world.api.app.state.context.log,
            key=SecretStr(KEY),
            password=SecretStr(password),
            hasher=QuickHasher(),
            durable=False,
        )

    world.make = make


async def test_a_password_from_a_file_holds_and_is_changed_there(world: World, browser: httpx2.AsyncClient) -> None:
    async def nothing() -> None:
        pass

    given(world, PASSWORD)
    await world.restart(nothing)
    assert (await log_in(browser)).status_code == 200
    await world.restart(nothing)
    assert (await browser.get("/api/v1/houses")).status_code == 200  # the same password logs nobody out
    answer = await browser.put("/api/v1/password", json={"current": PASSWORD, "new": OTHER_PASSWORD})
    assert answer.status_code == 409
    assert "SUNPILOT_PASSWORD_FILE" in answer.json()["detail"]
    given(world, OTHER_PASSWORD)
    await world.restart(nothing)
    assert (await browser.get("/api/v1/houses")).status_code == 401
    assert [(await log_in(browser, password)).status_code for password in (PASSWORD, OTHER_PASSWORD)] == [401, 200]


async def test_open_reading_is_for_names_that_no_stranger_can_own(world: World) -> None:
    await world.http.put("/api/v1/open-reading")
    for host, status in (
        ("192.168.1.10:7080", 200),
        ("[fd00::1]:7080", 200),
        ("nas", 200),
        ("nas.local:7080", 200),
        ("rebound.example:7080", 401),
        ("192.168.1.10.example", 401),
    ):
        assert (await world.stranger.get("/api/v1/houses", headers={"Host": host})).status_code == status, host
