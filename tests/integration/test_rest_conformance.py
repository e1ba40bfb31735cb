"""REST does what its OpenAPI document says, whatever it is sent: schemathesis, in process, with a fixed seed.

Each operation meets a world of its own in which all that it may name is there, and must have succeeded at least once:
what is only ever refused would prove nothing.
"""

import asyncio
import copy
import io
import json
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import pytest
import requests
import schemathesis
import urllib3
from hypothesis import HealthCheck, settings
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig

from sunpilot.api.app import create_app
from sunpilot.contract.history import DayTotal
from tests.support.virtual_time import VirtualLoop
from tests.unit.api.conftest import KEY, World, running_world
from tests.unit.api.test_consent import OAUTH
from tests.unit.api.test_health import all_at_work
from tests.unit.api.test_past import keep_samples
from tests.unit.api.test_sessions import keep, session
from tests.unit.api.test_sources import WORKS

EXAMPLES = int(os.environ.get("SUNPILOT_FUZZ_EXAMPLES", "8"))
"""Requests for each operation."""

PASSWORD = "correct horse battery"
"""The one in the document's examples."""

THERE = {"inverter_id": 1, "house_id": 2, "wattpilot_id": 1, "target_id": 4, "key_id": 3, "session_id": session(0).id}
"""What an address may name; any other number is nothing that there is."""

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "checks": {
            # What a schema cannot say is refused with 412 (an old ETag) or 422 (fields that do not go together).
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422", "429", "503", "504"]
            },
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503", "504"]},
        },
    }
)

DOCUMENT = create_app(MagicMock()).openapi()


def _of_what_is_there() -> dict[str, Any]:
    """The document, in which each address names what there is."""
    document = copy.deepcopy(DOCUMENT)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    number = THERE[parameter["name"]]
                    parameter["schema"] = {"type": "integer", "minimum": number, "maximum": number}
    return document


schema = schemathesis.openapi.from_dict(_of_what_is_there(), config=CONFIG)

ADDRESS = "http://api"


async def _furnish(world: World) -> None:
    """An inverter with its house, a Wattpilot in it, what they did, a key, a target, a password, and a fetcher."""
    world.api.app.openapi_schema = DOCUMENT
    await all_at_work(world)
    made = await world.add(source=OAUTH)
    await keep(world, session(0))
    await keep_samples(world, made["house_id"], 30)
    day = DayTotal(day="2026-06-20", measured_s=86_400.0)
    await world.store.redis.hset(world.store.keys.days(made["house_id"]), "2026-06-20", day.model_dump_json())
    await world.store.redis.lpush(world.store.keys.log(1), "{}")
    answers = [
        await world.http.patch("/api/v1/wattpilots/1", json={"house_id": made["house_id"]}),
        await world.http.put("/api/v1/password", json={"current": KEY, "new": PASSWORD}),
        await world.http.post("/api/v1/keys", json={"name": "display", "scope": "read"}),
        await world.http.post("/api/v1/notifications", json={"name": "phone", "url": "json://192.0.2.9/hook"}),
    ]
    assert [answer.is_success for answer in answers] == [True] * 4, [answer.text for answer in answers]

    def try_source(delivery: Any) -> None:
        if not delivery.topic.endswith("/answer"):
            world.outside.publish(f"{delivery.topic}/answer", json.dumps(WORKS).encode())

    world.outside.subscribe("sunpilot/source/test/+", try_source)
    world.http.cookies.clear()
    world.api.app.state.context.board.feed.close()  # live streams end at once


@pytest.fixture
def statuses() -> Iterator[set[int]]:
    """What was answered; all that requests sends goes to an api in virtual time, also what a check sends besides."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner, pytest.MonkeyPatch.context() as patch:
        running = running_world()
        world = runner.run(running.__aenter__())
        runner.run(_furnish(world))

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **_: Any) -> requests.Response:
            method, body = request.method or "GET", request.body or b""
            http = world.stranger
            answer = runner.run(http.request(method, str(request.url), headers=dict(request.headers), content=body))
            http.cookies.clear()  # each request stands for itself
            if answer.status_code == 429:
                runner.run(world.clock.sleep(float(answer.headers["Retry-After"])))
            content = io.BytesIO(answer.content)  # unpacked already
            packing = ("content-encoding", "content-length")
            headers = {name: value for name, value in answer.headers.items() if name not in packing}
            raw = urllib3.HTTPResponse(content, headers, answer.status_code, preload_content=False)
            return adapter.build_response(request, raw)

        patch.setattr(HTTPAdapter, "send", send)
        answered: set[int] = set()
        yield answered
        runner.run(running.__aexit__(None, None, None))
    assert any(200 <= status < 300 for status in answered), f"it was never done, only refused: {sorted(answered)}"


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], statuses: set[int]) -> None:
    answer = case.call_and_validate(ADDRESS, headers={"Authorization": f"Bearer {KEY}"})
    statuses.add(answer.status_code)
