"""REST does what its OpenAPI document says, whatever it is sent: schemathesis, in process, with a fixed seed."""

import asyncio
import io
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
from tests.support.virtual_time import VirtualLoop
from tests.unit.api.conftest import KEY, running_world

EXAMPLES = int(os.environ.get("SUNPILOT_FUZZ_EXAMPLES", "8"))
"""Requests for each operation."""

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "parameters": {"house_id": 2},  # the one that there is
        "checks": {
            # What a schema cannot say is refused with 412 (an old ETag) or 422 (fields that do not go together).
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422", "429", "503", "504"]
            },
            # No fetcher answers here, and health says so.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503", "504"]},
        },
    }
)
schema = schemathesis.openapi.from_dict(create_app(MagicMock()).openapi(), config=CONFIG)


ADDRESS = "http://api"


@pytest.fixture(scope="module", autouse=True)
def line() -> Iterator[None]:
    """All that requests sends goes to an api in virtual time: also what a check sends besides, as without the key.

    The api has an inverter, its house and a Wattpilot, and its live streams end at once.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner, pytest.MonkeyPatch.context() as patch:
        running = running_world()
        world = runner.run(running.__aenter__())
        runner.run(world.add(wattpilot_id=1))
        runner.run(world.learn())
        world.api.app.state.context.board.feed.close()

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **_: Any) -> requests.Response:
            method, body = request.method or "GET", request.body or b""
            http = world.stranger
            answer = runner.run(http.request(method, str(request.url), headers=dict(request.headers), content=body))
            http.cookies.clear()  # each request stands for itself
            content, headers = io.BytesIO(answer.content), dict(answer.headers.items())
            raw = urllib3.HTTPResponse(content, headers, answer.status_code, preload_content=False)
            return adapter.build_response(request, raw)

        patch.setattr(HTTPAdapter, "send", send)
        yield
        runner.run(running.__aexit__(None, None, None))


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_answer_is_as_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(ADDRESS, headers={"Authorization": f"Bearer {KEY}"})
