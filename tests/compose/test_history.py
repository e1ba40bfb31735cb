"""History in containers: it fills by itself, loses nothing while parts of it are down, and a backup brings it back."""

import asyncio
import base64
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from sunpilot.contract.decision import Decision
from sunpilot.contract.message import decode
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from tests.compose.project import DEMO, HISTORY, ROOT, SERVICES, Project, eventually
from tests.support.backends import INFLUXDB_IMAGE, not_run, why_not

GRAFANA_IMAGE = re.findall(r"^FROM (\S+)", (ROOT / "grafana/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[0]
DECISIONS = Topics().wattpilot(900, "decision")


@dataclass
class Archive:
    """The history, asked from this machine: the engine's host reaches its internal networks."""

    project: Project
    began_s: float

    def query(self, text: str) -> list[list[object]]:
        """The rows of an InfluxQL query; times are in microseconds."""
        (result,) = self.get("/query", db="sunpilot", q=text, epoch="u")["results"]
        return [row for series in result.get("series", []) for row in series["values"]]

    def get(self, path: str, **parameters: str) -> Any:
        """What the database answers; raises `HTTPError`."""
        networks = self.project.inspect("influxdb")["NetworkSettings"]["Networks"]
        (address,) = (network["IPAddress"] for network in networks.values())
        url = f"http://{address}:8086{path}?{urllib.parse.urlencode(parameters)}"
        request = urllib.request.Request(url, headers={"Authorization": f"Token {self.token()}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def token(self) -> str:
        """The administrator's, as InfluxDB itself reads it."""
        return self.project.compose("exec", "-T", "influxdb", "cat", "/secrets/influxdb/admin-token").strip()

    def sums(self) -> dict[str, list[object]]:
        """Count and sum of a field of each kind of measurement."""
        fields = {"reading": "grid_w", "status": "power_w", "decision": "grid_w", "setpoint": "lease_s"}
        return {
            name: self.query(f'SELECT COUNT("{one}"), SUM("{one}") FROM "{name}"')[0][1:]
            for name, one in fields.items()
        }


@dataclass
class Witness:
    """When each decision was made that was published live."""

    times_us: set[int] = field(default_factory=set)

    def hear(self, delivery: Delivery) -> None:
        if not delivery.retained and delivery.payload:
            since_1970 = decode(Decision, delivery.payload).at - datetime(1970, 1, 1, tzinfo=UTC)
            self.times_us.add(round(since_1970.total_seconds() * 1e6))


@pytest.fixture(scope="module")
def archive(project: Project) -> Iterator[Archive]:
    if why := why_not(INFLUXDB_IMAGE):
        not_run("docker", why)
    began_s = time.monotonic()
    project.environment = {"COMPOSE_PROFILES": "history,demo"}
    project.compose("up", "--detach", "--wait", *SERVICES, *DEMO, *HISTORY)
    yield Archive(project, began_s)
    project.environment = {}


def test_readings_arrive_within_a_minute_of_the_first_up(archive: Archive) -> None:
    def arrived() -> bool:
        return bool(archive.query('SELECT "grid_w" FROM "reading" LIMIT 1'))

    eventually("a reading is in the database", arrived, 60 - (time.monotonic() - archive.began_s))


@pytest.mark.parametrize(("service", "most_mib"), [("influxdb", 768), ("history-setup", 128), ("recorder", 128)])
def test_a_container_may_do_no_more_than_it_must(archive: Archive, service: str, most_mib: int) -> None:
    archive.project.require_confined(service, most_mib)


def test_the_database_is_open_to_nobody_else(archive: Archive) -> None:
    program = "import socket; socket.create_connection(('influxdb', 8086), 2)"
    assert not archive.project.inspect("influxdb")["HostConfig"]["PortBindings"]
    assert archive.project.try_compose("exec", "-T", "recorder", "python", "-c", program).returncode == 0
    for service in ("api", "wp-bridge"):
        assert archive.project.try_compose("exec", "-T", service, "python", "-c", program).returncode != 0
    for secret in ("influxdb/admin-token", "grafana/influxdb-token", "setup/influxdb-token"):
        assert archive.project.try_compose("exec", "-T", "recorder", "cat", f"/secrets/{secret}").returncode != 0


def test_the_bucket_keeps_two_years(archive: Archive) -> None:
    try:
        (bucket,) = archive.get("/api/v2/buckets", name="sunpilot")["buckets"]
    except urllib.error.HTTPError as error:
        error.close()
        not_run("influxdb-buckets", f"what runs here as {INFLUXDB_IMAGE} answers {error.code} to /api/v2/buckets")
        return
    (rule,) = bucket["retentionRules"]
    assert rule["everySeconds"] == (365 + 366) * 86_400


def test_a_second_up_changes_nothing(archive: Archive) -> None:
    before = [archive.project.inspect(service)["State"]["StartedAt"] for service in HISTORY]
    archive.project.compose("up", "--detach", "--wait", *SERVICES, *HISTORY)
    assert [archive.project.inspect(service)["State"]["StartedAt"] for service in HISTORY] == before


def test_grafana_shows_the_dashboards_to_who_has_its_password_and_reaches_the_data(archive: Archive) -> None:
    if why := why_not(GRAFANA_IMAGE):
        not_run("grafana", why)
    archive.project.compose("up", "--detach", "--wait", "grafana")
    archive.project.require_confined("grafana", 384)
    text = archive.project.compose("run", "--rm", "setup", "show", "grafana")
    password = next(line.split()[-1] for line in text.splitlines() if line.strip().startswith("Password"))

    def status(path: str, login: str) -> int:
        token = base64.b64encode(login.encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{archive.project.grafana_port}{path}", headers={"Authorization": f"Basic {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    for path in ("/api/dashboards/uid/sunpilot-today", "/api/datasources/uid/sunpilot/health"):
        assert (status(path, f"admin:{password}"), status(path, "admin:admin")) == (200, 401)


def test_page_and_doctor_know_of_it(archive: Archive) -> None:
    assert archive.project.get("/api/v1/history")["recording"] is True
    assert archive.project.get("/api/v1/history")["grafana_port"] == archive.project.grafana_port
    assert "recorder main: works" in archive.project.try_compose("exec", "-T", "api", "sunpilot-doctor").stdout.decode()


async def test_nothing_is_lost_or_doubled_while_the_database_is_down_and_the_recorder_is_killed(
    archive: Archive,
) -> None:
    project, witness = archive.project, Witness()
    password = SecretStr(project.password("explorer"))
    bus = MqttBus(
        Broker("127.0.0.1", project.broker_port, "explorer", password), "witness", make_log("test", "critical")
    )
    bus.subscribe(DECISIONS, witness.hear)
    bus.start()

    async def more(count: int) -> None:
        async with asyncio.timeout(90):
            wanted = len(witness.times_us) + count
            while len(witness.times_us) < wanted:
                await asyncio.sleep(0.1)

    try:
        await more(1)
        await asyncio.to_thread(project.compose, "stop", "influxdb")
        await more(2)
        await asyncio.to_thread(project.try_compose, "exec", "-T", "recorder", "sh", "-c", "kill -9 -1")
        await more(2)
        await asyncio.to_thread(project.compose, "start", "influxdb")
        await more(1)
    finally:
        await bus.stop()

    first, last = min(witness.times_us), max(witness.times_us)

    def recorded() -> list[object]:
        rows = archive.query(
            f'SELECT "text_en" FROM "decision" WHERE "wattpilot" = \'900\' AND time >= {first}u AND time <= {last}u'
        )
        return sorted(row[0] for row in rows)  # type: ignore[type-var]

    await asyncio.to_thread(eventually, "all is there", lambda: recorded() == sorted(witness.times_us), 60)
    assert project.inspect("recorder")["RestartCount"] == 1


def test_a_backup_brings_the_history_back_on_an_empty_machine(archive: Archive) -> None:
    project = archive.project
    project.compose("stop", "recorder")
    before, token = archive.sums(), archive.token()
    assert all(row[0] for row in before.values())
    project.compose("stop", "influxdb")
    history = project.try_compose("run", "--rm", "-T", "archive", "backup").stdout
    rest = project.try_compose("run", "--rm", "-T", "setup", "backup").stdout
    token = archive.project.compose(
        "run", "--rm", "-T", "--entrypoint", "cat", "setup", "/secrets/setup/influxdb-token"
    )
    project.down()
    project.compose("run", "--rm", "-T", "setup", "restore", stdin=rest)
    assert "files restored" in project.compose("run", "--rm", "-T", "archive", "restore", stdin=history)
    project.compose("up", "--detach", "--wait", "influxdb")
    assert archive.sums() == before
    assert archive.token() == token


def test_no_secret_stands_in_a_log(archive: Archive) -> None:
    logs = archive.project.compose("logs", "--no-color")
    assert archive.token() not in logs
