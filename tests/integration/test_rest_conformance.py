"""REST does what its OpenAPI document says, whatever it is sent: schemathesis, in process, with a fixed seed."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth, unsupported_method, use_after_free

from sunpilot.api.app import create_app
from tests.support.virtual_time import VirtualLoop
from tests.unit.api.conftest import KEY, World, running_world

EXAMPLES = int(os.environ.get("SUNPILOT_FUZZ_EXAMPLES", "8"))
"""Requests for each operation."""

SENDS_ITS_OWN = [ignored_auth, unsupported_method, use_after_free]
"""Checks that send requests of their own, to a server that this one is not; other tests look at keys and methods."""

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


class Sender:
    """Sends requests to an api in virtual time, from outside of its loop."""

    def __init__(self, runner: asyncio.Runner, world: World) -> None:
        self._runner = runner
        self._world = world

    def send(self, request: requests.PreparedRequest) -> httpx2.Response:
        """One request, and its answer."""
        return self._runner.run(
            self._world.http.request(
                request.method or "GET", str(request.url), headers=dict(request.headers), content=request.body or b""
            )
        )


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    """An api with an inverter, its house and a Wattpilot, whose live streams end at once."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        running = running_world()
        world = runner.run(running.__aenter__())
        runner.run(world.add(wattpilot_id=1))
        runner.run(world.learn())
        world.api.app.state.context.board.feed.close()
        yield Sender(runner, world)
        runner.run(running.__aexit__(None, None, None))


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], sender: Sender) -> None:
    wanted = requests.Request(
        **case.as_transport_kwargs(base_url="http://api", headers={"Authorization": f"Bearer {KEY}"})
    )
    case.validate_response(sender.send(wanted.prepare()), excluded_checks=SENDS_ITS_OWN)
