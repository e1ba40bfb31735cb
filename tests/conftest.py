"""What all tests share: the list of real servers at hand, and an id for each test."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support import backends

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # a busy machine is slow, and no test is about that


def pytest_report_header(config: pytest.Config) -> list[str]:
    return backends.header()


def pytest_itemcollected(item: pytest.Item) -> None:
    """With pytest 9.2 schemathesis 4.32 gives all operations one id; only their names differ."""
    name, bracket, operation = item.name.partition("[")
    if bracket and item.nodeid.endswith(f"::{name}"):
        item._id = item.id.with_params(operation.removesuffix("]"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-xdist runs one of the tests that share an id, and passes without the others."""
    shared = [nodeid for nodeid, count in Counter(item.nodeid for item in items).items() if count > 1]
    if shared:
        raise pytest.UsageError(f"tests that share an id would not all be run: {', '.join(shared)}")
