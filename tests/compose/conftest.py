"""One build and one project for all tests of a module."""

import os
from collections.abc import Iterator

import pytest

from tests.compose.project import Project
from tests.support.backends import docker_engine, not_run


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """Built and never started; whatever it made is removed at the end."""
    if docker_engine() is None:
        not_run("docker", "no Docker Engine answers")
    project = Project(f"sunpilot-test-{os.getpid()}")
    project.compose("build", "--quiet")
    try:
        yield project
    finally:
        project.try_compose("--profile", "demo", "down", "--volumes", "--timeout", "2")
