"""The consent at SolarEdge: out to its page, back with a code, and no code anywhere but in the store."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sunpilot.api.consent_page import TEXTS, language_of
from sunpilot.api.consents import Said
from tests.unit.api.conftest import TOKEN, World

CODE = "CODEMUSTNOTCOMEOUTEITHER"
OAUTH = {"kind": "solaredge", "api": "v2", "site_id": "7", "access": "oauth", "client_id": "our-app", "token": TOKEN}


async def begin(world: World, **asked: str) -> tuple[int, dict[str, str]]:
    """An inverter that needs a consent, and what its address says."""
    made = await world.add(source=OAUTH)
    answer = await world.http.post(f"/api/v1/inverters/{made['id']}/consent", json=asked or None)
    assert answer.status_code == 200
    address = urlsplit(answer.json()["url"])
    assert address.path == "/authorize"
    return made["id"], {name: values[0] for name, values in parse_qs(address.query).items()}


async def come_back(world: World, language: str = "en", **query: str) -> str:
    """What the browser of a stranger shows in the end."""
    answer = await world.stranger.get("/oauth/solaredge", params=query, headers={"Accept-Language": language})
    if answer.status_code == 303:
        assert CODE not in answer.headers["Location"]
        answer = await world.stranger.get(answer.headers["Location"], headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert CODE not in answer.text
    return answer.text


async def codes(world: World) -> dict[str, str]:
    stored = await world.store.redis.hgetall("sunpilot:codes")
    return {str(name): str(code) for name, code in stored.items()}


@pytest.fixture(autouse=True)
async def no_code_comes_out(world: World) -> Any:
    yield
    said = [answer.text for answer in world.answers] + [repr(one) for one in world.broker.log] + [repr(world.log)]
    assert not any(CODE in text for text in said)


async def test_the_address_names_app_scopes_and_a_state(world: World) -> None:
    _, query = await begin(world, redirect_uri="http://nas:7080/oauth/solaredge")
    assert query.pop("state")
    assert query == {
        "response_type": "code",
        "client_id": "our-app",
        "scope": "SITE_DATA DEVICE_DATA",
        "access_duration": "24",
        "redirect_uri": "http://nas:7080/oauth/solaredge",
    }


async def test_the_code_is_stored_for_the_fetcher_which_hears_of_it(world: World) -> None:
    number, query = await begin(world)
    world.broker.log.clear()
    text = await come_back(world, code=CODE, site_id="7", state=query["state"])
    assert "exchanges it now" in text
    assert await codes(world) == {str(number): CODE}
    (change,) = [json.loads(payload) for payload in world.broker.sent("sunpilot/config")]
    assert (change["kind"], change["id"]) == ("inverter", number)


async def test_a_state_is_good_once(world: World) -> None:
    number, query = await begin(world)
    await come_back(world, code=CODE, site_id="7", state=query["state"])
    assert "begun too long ago" in await come_back(world, code=CODE + "2", site_id="7", state=query["state"])
    assert await codes(world) == {str(number): CODE}


async def test_a_state_lasts_a_quarter_of_an_hour(world: World) -> None:
    _, query = await begin(world)
    await world.settle(901)
    assert "begun too long ago" in await come_back(world, code=CODE, site_id="7", state=query["state"])
    assert await codes(world) == {}


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000])
async def test_a_way_back_that_nobody_began_stores_nothing(world: World, state: str) -> None:
    await begin(world)
    await come_back(world, code=CODE, site_id="7", state=state)
    assert await codes(world) == {}


async def test_an_address_with_far_too_many_fields_brings_nothing(world: World) -> None:
    answer = await world.stranger.get(f"/oauth/solaredge?{'&'.join(f'a{number}=1' for number in range(99))}")
    assert answer.status_code == 200


async def test_without_a_state_a_person_is_told_to_paste_the_address(world: World) -> None:
    await begin(world)
    assert "Copy the whole address" in await come_back(world, code=CODE, site_id="7")
    assert await codes(world) == {}


async def test_a_consent_for_another_site_is_not_taken(world: World) -> None:
    _, query = await begin(world)
    assert "another site" in await come_back(world, code=CODE, site_id="8", state=query["state"])
    assert await codes(world) == {}


async def test_a_declined_consent_is_said_as_such(world: World) -> None:
    _, query = await begin(world)
    assert "was not given" in await come_back(world, error="access_denied", state=query["state"])


async def test_a_store_that_is_away_is_said_on_the_page(world: World) -> None:
    _, query = await begin(world)
    world.server.connected = False
    assert "does not answer" in await come_back(world, code=CODE, site_id="7", state=query["state"])
    world.server.connected = True
    await world.settle(2)
    assert await codes(world) == {}


async def test_an_inverter_deleted_meanwhile_gets_no_code(world: World) -> None:
    number, query = await begin(world)
    await world.http.delete(f"/api/v1/inverters/{number}?with_house=true")
    await come_back(world, code=CODE, site_id="7", state=query["state"])
    assert await codes(world) == {}


async def test_the_page_speaks_the_browsers_language(world: World) -> None:
    _, query = await begin(world)
    text = await come_back(world, "de-CH,de;q=0.9,en;q=0.8", code=CODE, site_id="7", state=query["state"])
    assert '<html lang="de">' in text
    assert "Sunpilot hat den Code" in text
    assert '<link rel="stylesheet" href="/page/page.css">' in text


@pytest.mark.parametrize("said", ["<script>alert(1)</script>", "stored%22", "unheard"])
async def test_the_page_shows_nothing_that_the_address_says(world: World, said: str) -> None:
    answer = await world.stranger.get("/oauth/solaredge", params={"said": said})
    assert said not in answer.text


@pytest.mark.parametrize(
    ("accepted", "language"), [("", "en"), ("fr", "en"), ("fr,de", "de"), ("en-GB,de", "en"), ("DE", "de")]
)
def test_german_only_where_it_is_wanted_before_english(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_there_are_words_for_everything_that_can_happen() -> None:
    assert TEXTS.keys() == set(Said)
    assert all(text.en != text.de for text in TEXTS.values())


@pytest.mark.parametrize(
    "pasted", [CODE, f"  {CODE}\n", f"http://nas:7080/oauth/solaredge?code={CODE}&site_id=7&state=lost"]
)
async def test_a_code_can_be_pasted_alone_or_with_its_address(world: World, pasted: str) -> None:
    number, _ = await begin(world)
    answer = await world.http.post(f"/api/v1/inverters/{number}/consent/code", json={"code": pasted})
    assert answer.status_code == 202
    assert await codes(world) == {str(number): CODE}


@pytest.mark.parametrize(
    "pasted",
    [
        "http://nas/?site_id=7",
        f"http://nas/?code={CODE}&site_id=8",
        f"{CODE} {CODE}",
        "?error=access_denied",
        "http://[::1?x",
    ],
)
async def test_what_brings_no_code_for_this_site_is_refused(world: World, pasted: str) -> None:
    number, _ = await begin(world)
    answer = await world.http.post(f"/api/v1/inverters/{number}/consent/code", json={"code": pasted})
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["errors"]] == ["code"]
    assert await codes(world) == {}


async def test_pasting_needs_the_key(world: World) -> None:
    number, _ = await begin(world)
    answer = await world.stranger.post(f"/api/v1/inverters/{number}/consent/code", json={"code": CODE})
    assert answer.status_code == 401


async def test_a_source_that_needs_no_consent_says_so(world: World) -> None:
    made = await world.add()
    answer = await world.http.post(f"/api/v1/inverters/{made['id']}/consent")
    assert (answer.status_code, "needs no consent" in answer.json()["detail"]) == (409, True)
    assert (await world.http.post("/api/v1/inverters/77/consent")).status_code == 404


async def test_the_fallbacks_consent_is_its_own(world: World) -> None:
    made = await world.add(fallback=OAUTH)
    answer = await world.http.post(f"/api/v1/inverters/{made['id']}/consent", json={"source": "fallback"})
    state = parse_qs(urlsplit(answer.json()["url"]).query)["state"][0]
    await come_back(world, code=CODE, site_id="7", state=state)
    assert await codes(world) == {f"{made['id']}:fallback": CODE}


async def test_a_source_that_goes_takes_its_code_along(world: World) -> None:
    number, query = await begin(world)
    await come_back(world, code=CODE, site_id="7", state=query["state"])
    await world.http.delete(f"/api/v1/inverters/{number}?with_house=true")
    assert await codes(world) == {}
