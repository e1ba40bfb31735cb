"""Every test here runs on both brokers, and says on which."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sunpilot.standalone.embedded import embedded_broker
from tests.support.backends import Server, mosquitto


@pytest.fixture(scope="module", params=["mosquitto", "embedded"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("broker")
    if request.param == "mosquitto":
        with mosquitto(folder) as server:
            yield server
    else:
        with embedded_broker(folder) as broker:
            yield Server("embedded broker", "127.0.0.1", broker.port)
