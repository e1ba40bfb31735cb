"""The whole swarm with its own broker and store, as `make demo` runs it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.standalone.embedded import LOOPBACK, embedded_broker, embedded_store
from sunpilot.standalone.swarm import Place


@contextlib.contextmanager
def embedded_place(folder: Path) -> Iterator[Place]:
    """Broker and store of their own, for as long as it lasts."""
    with embedded_broker(folder) as broker, embedded_store(folder) as store:
        yield Place(
            broker=Broker(LOOPBACK, broker.port),
            store=StoreAddress(LOOPBACK, store.port),
            host=LOOPBACK,
            port=0,
            key=SecretStr("end-to-end-key-of-a-test"),
            log_level="error",
        )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with embedded_place(tmp_path) as made:
        yield made
