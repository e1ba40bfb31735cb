"""What all tests share: the list of real servers at hand."""

import pytest

from tests.support import backends


def pytest_report_header(config: pytest.Config) -> list[str]:
    return backends.header()
