"""Public clients of the Wattpilot, written by others against real devices, work with the simulated one."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer
from tests.support.backends import not_run, why_not

ROOT = Path(__file__).parents[2]
PYTHON_IMAGE = "python:3.13-slim"
PASSWORD = "Pässwört 12€"
STOPPED = {"amp": 10, "frc": 1, "alw": False, "modelStatus": 4}


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """An image with both clients, removed at the end."""
    if why := why_not(PYTHON_IMAGE):
        not_run("docker", why)
    name = f"sunpilot-interop-{os.getpid()}"
    command = ["docker", "build", "--quiet", "--tag", name, "--file", "tests/interop/Dockerfile", "."]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    yield name
    subprocess.run(["docker", "image", "rm", name], capture_output=True, timeout=60, check=False)


class Charger:
    """A box behind its server on loopback, in real time, with a car at its cable."""

    def __init__(self, profile: str) -> None:
        self.box = Box(lambda: datetime.now(UTC), profile=profile)
        self.box.plug_in()
        self.server = WattpilotServer(self.box, password=PASSWORD, sleep=asyncio.sleep)

    async def live(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.box.step(1.0)

    async def visit(self, image: str, client: str) -> dict[str, Any]:
        """Let a client talk to the box; what it saw."""
        port = await self.server.start()
        command = ["docker", "run", "--rm", "--network", "host", image, "python", f"clients/{client}.py"]
        process = await asyncio.create_subprocess_exec(
            *command, f"127.0.0.1:{port}", PASSWORD, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said, complaint = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, complaint.decode()[-2000:]
        seen: dict[str, Any] = json.loads(said)
        return seen


@pytest.fixture
async def charger(request: pytest.FixtureRequest) -> AsyncIterator[Charger]:
    one = Charger(request.param)
    living = asyncio.create_task(one.live())
    yield one
    living.cancel()
    with suppress(asyncio.CancelledError):
        await living
    await one.server.stop()


@pytest.mark.parametrize(
    "charger", ["v2-36", "v2-42", "flex-43", "flex-early", "nopartial", "cloud"], indirect=True, ids=str
)
async def test_wattpilot_api_logs_in_reads_and_writes(image: str, charger: Charger) -> None:
    """But for `open`: this library waits for a login that such a listener never asks for."""
    seen = await charger.visit(image, "modern")
    assert (seen["serial"], seen["found"]["amp"], seen["after"]) == (charger.box.serial, 16, STOPPED)
    assert (charger.box.properties["amp"], charger.box.properties["frc"]) == (10, 1)


@pytest.mark.parametrize("charger", ["v2-36", "v2-42", "nopartial"], indirect=True, ids=str)
async def test_the_older_wattpilot_library_logs_in_by_pbkdf2_reads_and_writes(image: str, charger: Charger) -> None:
    seen = await charger.visit(image, "classic")
    assert (seen["serial"], seen["found"]["amp"], seen["after"]) == (charger.box.serial, 16, STOPPED)
    assert (charger.box.properties["amp"], charger.box.properties["frc"]) == (10, 1)
