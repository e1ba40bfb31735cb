"""A bridge on another machine: a network namespace of its own, reaching the broker over TLS and nothing else.

``SUNPILOT_CUT_S`` is how long the line is cut, 20 s by default.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.project import Project, eventually
from tests.support.backends import free_port

CUT_S = float(os.environ.get("SUNPILOT_CUT_S", "20"))
SERVICE = "sunpilot/service/bridge/2"


def gateway() -> str:
    """This machine's address, as containers on any network reach it."""
    command = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() or "172.17.0.1"


@pytest.fixture(scope="module")
def tls_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def home(project: Project, tls_port: int) -> Project:
    """The swarm, listening for bridges elsewhere."""
    project.environment = {
        "COMPOSE_FILE": "docker-compose.yml:compose.tls.yml",
        "BROKER_TLS_NAMES": f"nas.lan,{gateway()}",
        "BROKER_TLS_PORT": str(tls_port),
    }
    project.compose("up", "--detach", "--wait")
    return project


@pytest.fixture(scope="module")
def elsewhere(home: Project, tls_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The bridge's own project, with the two files that a person carries over."""
    folder: Path = tmp_path_factory.mktemp("bridge")
    (folder / "ca.crt").write_text(home.compose("run", "--rm", "-T", "setup", "authority"), encoding="ascii")
    password = home.compose("run", "--rm", "-T", "setup", "password", "bridge-2")
    (folder / "broker-password").write_text(password, encoding="ascii")
    bridge = Project(f"{home.name}-bridge")
    bridge.environment = {
        "COMPOSE_FILE": "compose.bridge.yml",
        "SUNPILOT_IMAGE": home.image,
        "BRIDGE_FOLDER": str(folder),
        "BRIDGE_UID": str(os.getuid()),
        "BROKER_HOST": gateway(),
        "BROKER_TLS_PORT": str(tls_port),
        "WATTPILOT_ID": "2",
    }
    try:
        bridge.compose("up", "--detach", "--wait")
        yield bridge
    finally:
        bridge.try_compose("down", "--timeout", "2")


def reported_uptime_s(home: Project) -> float:
    """What the bridge last said of itself."""
    client = ["mosquitto_sub", "-u", "explorer", "-P", home.password("explorer"), "-t", SERVICE, "-C", "1", "-W", "4"]
    return float(json.loads(home.compose("exec", "-T", "broker", *client))["uptime_s"])


def test_the_bridge_logs_in_from_elsewhere(home: Project, elsewhere: Project) -> None:
    assert "WATTPILOT_HOST" in elsewhere.health("wp-bridge")
    assert reported_uptime_s(home) > 0


def test_after_a_cut_the_bridge_comes_back_by_itself(home: Project, elsewhere: Project) -> None:
    container = elsewhere.inspect("wp-bridge")
    network = f"{elsewhere.name}_default"
    before_s = reported_uptime_s(home)
    subprocess.run(["docker", "network", "disconnect", network, container["Id"]], check=True)
    eventually("the bridge notices", lambda: "waits for the MQTT broker" in elsewhere.health("wp-bridge"), 60)
    time.sleep(CUT_S)
    subprocess.run(["docker", "network", "connect", network, container["Id"]], check=True)
    eventually("the bridge reports again", lambda: reported_uptime_s(home) > before_s + CUT_S, 30)
    assert elsewhere.inspect("wp-bridge")["State"]["StartedAt"] == container["State"]["StartedAt"]


def test_the_listener_speaks_nothing_but_tls(home: Project, tls_port: int) -> None:
    secret = home.password("explorer")
    client = ["mosquitto_sub", "-p", "8883", "-u", "explorer", "-P", secret, "-t", SERVICE, "-C", "1", "-W", "3"]
    assert home.try_compose("exec", "-T", "broker", *client).returncode != 0
