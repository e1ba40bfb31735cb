"""The whole simulator on loopback: in this process, and as a process of its own."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from websockets.sync.client import connect

from sunpilot.simulator.world import World, WorldSettings

TOKEN = "PROCESSTOKEN00000000000000000000"
PORT = re.compile(r"127\.0\.0\.1:(\d+)")


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_world_opens_its_doors_and_closes_them_again() -> None:
    world = World.build(now, asyncio.sleep, WorldSettings(start=datetime(2026, 6, 21, 10, 30, tzinfo=UTC)))
    await world.start()
    try:
        state = (
            await asyncio.to_thread(requests.get, f"http://127.0.0.1:{world.http_port}/_sim/state", timeout=5)
        ).json()
        assert state["day_time"].startswith("2026-06-21T10:30")
        assert state["pv_w"] > 5000
        assert state["car"]["plugged_in"] is True
    finally:
        await world.stop()
    await world.stop()
    assert world.http_port is not None
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", world.http_port)


async def test_a_taken_port_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        world = World.build(now, asyncio.sleep, WorldSettings())
        with pytest.raises(OSError, match="address already in use"):
            await world.start(box_port=taken.getsockname()[1])
    assert world.http_port is not None
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", world.http_port)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sunpilot.simulator", "--http-port", "0", "--box-port", "0", "--modbus-port", "0"]
    environment = {**os.environ, "SIMULATOR_SOLAREDGE_TOKEN": TOKEN}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as started:
        yield started
        started.kill()


def next_port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    line = process.stderr.readline()
    found = PORT.search(line)
    assert found, line
    return int(found[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_serves_both_twins_and_ends_within_a_second(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    http_port, box_port = next_port(process), next_port(process)
    url = f"http://127.0.0.1:{http_port}/site/900900/currentPowerFlow"
    with requests.Session() as session, connect(f"ws://127.0.0.1:{box_port}/ws") as box:
        answer = session.get(url, params={"api_key": TOKEN}, timeout=5)
        assert answer.json()["siteCurrentPowerFlow"]["unit"] == "kW"
        assert '"hello"' in str(box.recv(timeout=5))
        signalled = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - signalled < 1
    assert process.stderr is not None
    assert TOKEN not in process.stderr.read()


def test_a_taken_port_ends_the_process_with_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "sunpilot.simulator", "--http-port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("cannot listen: ")
