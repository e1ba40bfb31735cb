"""From REST over the fetcher to the simulated SolarEdge cloud and back: tried, consented, measured, no secret told."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import fakeredis
import httpx2
import pytest
import structlog
from pydantic import SecretStr

from sunpilot.api.service import Api
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.service import Fetcher
from sunpilot.runtime.store import Store
from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.call import Call
from tests.support import cloud_wire
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run

MORNING = datetime(2026, 6, 21, 9, 47, tzinfo=UTC)
KEY = "API-KEY-OF-SUNPILOT-0123456789"
V1_KEY = "V1KEYV1KEYV1KEYV1KEYV1KEYV1KEY01"
V2_KEY = "V2KEYV2KEYV2KEYV2KEYV2KEYV2KEY02"
SECRET = "CLIENTSECRETCLIENTSECRET"
TOPICS = Topics()
V1 = {"kind": "solaredge", "site_id": "7", "token": V1_KEY}
V2 = {"kind": "solaredge", "api": "v2", "site_id": "7", "token": V2_KEY}
OAUTH = {"kind": "solaredge", "api": "v2", "site_id": "7", "access": "oauth", "client_id": "app", "token": SECRET}


@pytest.fixture(autouse=True)
def rare_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    """What both services look after every few seconds would be nearly all the work of hours in virtual time."""
    for name in (
        "runtime.leader.RENEW_S",
        "api.service.STORE_CHECK_S",
        "api.service.ROLL_S",
        "fetcher.service.RETRY_S",
    ):
        monkeypatch.setattr(f"sunpilot.{name}", 600.0)


class Scene:
    """An api and a fetcher on a broker and a store in memory; a cloud that sees a house exporting 4100 W."""

    def __init__(self) -> None:
        self.clock = VirtualClock(MORNING)
        subscription = Subscription(
            7, V1_KEY, ZoneInfo("Europe/Berlin"), api_key=V2_KEY, client_id="app", client_secret=SECRET
        )
        self.cloud = Cloud(self.clock.now, subscription)
        for second in range(0, 2 * 3600, 10):
            at = MORNING - timedelta(hours=2) + timedelta(seconds=second)
            self.cloud.observe(Truth(at, at, pv_w=5000.0, load_w=900.0, car_w=0.0, grid_w=-4100.0))
        self.broker = MemoryBroker()
        self.server = fakeredis.FakeServer()
        self.redis = fakeredis.FakeAsyncRedis(server=self.server, decode_responses=True)
        self.logs = structlog.testing.LogCapture()
        self.log = structlog.wrap_logger(None, processors=[self.logs])
        self.asked: list[HttpRequest] = []
        self.answers: list[str] = []
        self.secrets = {V1_KEY, V2_KEY, SECRET, KEY}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Scene"]:
        """Both services at work; afterwards, no secret may have been told."""
        store = Store(self.redis, Keys())
        buses = [self.broker.client(), self.broker.client()]
        api = Api(buses[0], store, self.clock, TOPICS, "test", self.log, key=SecretStr(KEY), durable=False)
        fetcher = Fetcher(buses[1], store, self.clock, TOPICS, "test", self.log, ask=self.ask, rng=random.Random(1))
        tasks = [asyncio.ensure_future(api.run_without_socket()), asyncio.ensure_future(fetcher.run())]
        for bus in buses:
            bus.connect()
        transport = httpx2.ASGITransport(app=api.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://api") as self.http:
            world = asyncio.ensure_future(self.live())
            await asyncio.sleep(1)
            yield self
        for task in [world, *tasks]:
            task.cancel()
        await asyncio.gather(world, *tasks, return_exceptions=True)
        for bus in buses:
            bus.disconnect()
        await self.redis.aclose()
        self.check_secrets()

    def check_secrets(self) -> None:
        said = [*self.answers, repr(self.logs.entries), *(repr(message) for message in self.broker.log)]
        assert len(said) > 5
        assert not [secret for secret in self.secrets for text in said if secret in text]

    async def live(self) -> None:
        while True:
            await asyncio.sleep(60)
            at = self.clock.now()
            self.cloud.observe(Truth(at, at, pv_w=5000.0, load_w=900.0, car_w=0.0, grid_w=-4100.0))

    async def ask(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request)
        answer = await cloud_wire.ask(self.cloud, request)
        with contextlib.suppress(ValueError):
            content = json.loads(answer.body)
            for name in ("access_token", "refresh_token"):
                if isinstance(content, dict) and name in content:
                    self.secrets.add(content[name])
        return answer

    async def rest(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = await self.http.request(
            method, f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {KEY}"}
        )
        self.answers.append(answer.text)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def add(self, **inverter: Any) -> int:
        made = await self.rest("POST", "/inverters", {"name": "Roof", **inverter}, status=201)
        number: int = made["id"]
        await asyncio.sleep(5)
        return number

    async def consent(self, number: int, source: str = "source") -> str:
        """A person opens the page, clicks on it, and sees where the browser ends; gives that page."""
        url = (await self.rest("POST", f"/inverters/{number}/consent", {"source": source}))["url"]
        query = dict(parse_qsl(urlsplit(url).query))
        answer = self.cloud.answer(Call("/authorize", query, method="POST"))
        back = urlsplit(answer.headers["Location"])
        self.secrets.add(parse_qs(back.query)["code"][0])
        landed = await self.http.get(f"{back.path}?{back.query}", follow_redirects=True)
        self.answers.append(landed.text)
        await asyncio.sleep(10)
        return landed.text

    def reading(self, number: int) -> Reading | None:
        payload = self.broker.retained.get(TOPICS.inverter(number, "reading"))
        return decode(Reading, payload) if payload else None

    def state(self, number: int) -> SourceState:
        return decode(SourceState, self.broker.retained[TOPICS.inverter(number, "source")])


def tell(story: Callable[[Scene], Awaitable[None]]) -> Scene:
    async def play() -> Scene:
        async with Scene().running() as scene:
            await story(scene)
        return scene

    return run(play())


@pytest.mark.parametrize(("source", "averaged_s"), [(V1, 0), (V2, 900)])
def test_a_source_is_tried_and_then_configured(source: dict[str, Any], averaged_s: float) -> None:
    async def story(scene: Scene) -> None:
        tried = await scene.rest("POST", "/sources/test", {"source": source})
        assert (tried["outcome"], tried["reading"]["grid_w"]) == ("ok", -4100.0)
        number = await scene.add(source=source)
        reading = scene.reading(number)
        assert reading is not None
        assert (reading.grid_w, reading.averaged_s, reading.battery_w) == (-4100.0, averaged_s, None)
        shown = await scene.rest("GET", f"/inverters/{number}")
        assert shown["reading"]["grid_w"] == -4100.0

    tell(story)


def test_a_wrong_key_is_said_by_the_trial_in_plain_words() -> None:
    async def story(scene: Scene) -> None:
        tried = await scene.rest("POST", "/sources/test", {"source": V2 | {"token": "WRONG-KEY"}})
        assert (tried["outcome"], tried["reading"]) == ("auth", None)
        assert "API key" in tried["text"]["en"]

    tell(story)


def test_a_retired_v1_says_what_to_use_instead() -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.faults.set("retired")
        number = await scene.add(source=V1)
        state = scene.state(number)
        assert state.outcome is Outcome.RETIRED
        assert "SolarEdge V2" in state.text.en
        assert scene.reading(number) is None

    tell(story)


def test_a_consent_by_browser_makes_the_source_measure() -> None:
    async def story(scene: Scene) -> None:
        number = await scene.add(source=OAUTH)
        assert scene.state(number).outcome is Outcome.AUTH
        assert "consent" in scene.state(number).text.en
        assert scene.asked == []
        assert "exchanges it now" in await scene.consent(number)
        reading = scene.reading(number)
        assert reading is not None
        assert (reading.grid_w, scene.state(number).outcome) == (-4100.0, Outcome.OK)
        assert await scene.redis.hgetall("sunpilot:codes") == {}
        assert await scene.redis.hexists("sunpilot:grants", str(number))

    tell(story)


def test_a_consent_for_a_source_that_stands_by_is_exchanged_at_once_and_the_source_then_left_alone() -> None:
    async def story(scene: Scene) -> None:
        number = await scene.add(source=V1, fallback=OAUTH)
        await scene.consent(number, "fallback")
        assert await scene.redis.hgetall("sunpilot:codes") == {}
        assert await scene.redis.hexists("sunpilot:grants", f"{number}:fallback")
        asked = [request for request in scene.asked if "/v2/" in request.url]
        await asyncio.sleep(600)
        assert [request for request in scene.asked if "/v2/" in request.url] == asked
        reading = scene.reading(number)
        assert reading is not None
        assert not reading.is_from_fallback

    tell(story)


def test_access_is_renewed_through_the_day_and_an_ended_consent_heals_by_a_new_one() -> None:
    async def story(scene: Scene) -> None:
        number = await scene.add(source=OAUTH)
        await scene.consent(number)
        await asyncio.sleep(2.2 * 3600)
        assert scene.state(number).outcome in (Outcome.OK, Outcome.UNCHANGED)
        assert len([request for request in scene.asked if request.json_body is not None]) >= 2
        scene.cloud.faults.set("consent_expired")
        await asyncio.sleep(2.2 * 3600)
        assert scene.state(number).outcome is Outcome.AUTH
        scene.cloud.faults.set("consent_expired", 0)
        await scene.consent(number)
        assert scene.state(number).outcome in (Outcome.OK, Outcome.UNCHANGED)

    tell(story)


@pytest.mark.parametrize("change", [("PATCH", {"source": {"calls_per_month": 1500}}), ("POST", None)])
def test_a_renewal_that_the_store_missed_outlives_the_open_source(change: tuple[str, Any]) -> None:
    async def story(scene: Scene) -> None:
        number = await scene.add(source=OAUTH)
        await scene.consent(number)
        await asyncio.sleep(1.9 * 3600)
        scene.server.connected = False
        await asyncio.sleep(0.4 * 3600)
        assert "see to the store" in scene.state(number).text.en
        scene.server.connected = True
        method, body = change
        if method == "PATCH":
            await scene.rest("PATCH", f"/inverters/{number}", body)
        else:
            tried = {key: value for key, value in OAUTH.items() if key != "token"}
            await scene.rest("POST", "/sources/test", {"source": tried, "inverter_id": number})
        await asyncio.sleep(3600)
        assert scene.state(number).outcome in (Outcome.OK, Outcome.UNCHANGED)

    tell(story)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("unauthorized", Outcome.AUTH),
        ("access_denied", Outcome.FORBIDDEN),
        ("not_found", Outcome.NOT_FOUND),
        ("retired", Outcome.RETIRED),
    ],
)
def test_what_a_person_must_mend_is_asked_at_most_once_an_hour(fault: str, outcome: Outcome) -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.faults.set(fault)
        number = await scene.add(source=V1)
        await asyncio.sleep(3 * 3600)
        assert scene.state(number).outcome is outcome
        assert 1 <= len(scene.asked) <= 4
        assert scene.reading(number) is None

    tell(story)
