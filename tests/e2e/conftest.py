"""The whole swarm with its own broker and store, as `make demo` runs it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.standalone.embedded import LOOPBACK, embedded_broker, embedded_store
from sunpilot.standalone.swarm import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with contextlib.ExitStack() as servers:
        broker = servers.enter_context(embedded_broker(tmp_path))
        store = servers.enter_context(embedded_store(tmp_path))
        yield Place(
            broker=Broker(LOOPBACK, broker.port),
            store=StoreAddress(LOOPBACK, store.port),
            host=LOOPBACK,
            port=0,
            key=SecretStr("end-to-end-key-of-a-test"),
            log_level="error",
        )
