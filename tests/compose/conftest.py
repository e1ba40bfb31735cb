"""One build and one project for all tests of a module."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.compose.project import Project
from tests.support.backends import MOSQUITTO_IMAGE, VALKEY_IMAGE, not_run, why_not


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """Built and never started; whatever it made is removed at the end."""
    for image in ("python:3.13-slim", MOSQUITTO_IMAGE, VALKEY_IMAGE):
        if why := why_not(image):
            not_run("docker", why)
    project = Project(f"sunpilot-test-{os.getpid()}")
    project.compose("build", "--quiet")
    try:
        yield project
    finally:
        project.down()
        subprocess.run(["docker", "image", "rm", project.image], capture_output=True, timeout=60, check=False)
