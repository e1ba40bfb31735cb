"""What all tests share: the list of real servers at hand, and an id for each test."""

from collections import Counter

import pytest

from tests.support import backends


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
