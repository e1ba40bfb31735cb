"""The recorder as a process between a real Mosquitto and a real InfluxDB engine, killed and cut off at will.

Each test has a Wattpilot of its own, whose bridge is played here; its lifetime counter counts the messages.
"""

import contextlib
import gzip
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from paho.mqtt.client import Client

from sunpilot.contract.service import ServiceState
from sunpilot.contract.setpoint import Ack, Result
from sunpilot.contract.status import LinkState, Status
from sunpilot.runtime.clock import SystemClock
from sunpilot.setup.issue import issue_all
from sunpilot.setup.vault import Vault
from tests.support.backends import Server, sunpilot_broker
from tests.support.http_door import http_door
from tests.support.influx_engine import TOKEN, Engine, influx_engine
from tests.support.recorder_process import PATIENCE_S, connected, person, recorder, until

BROKER_FOLDER = Path(__file__).parents[2] / "mosquitto"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secrets")


@pytest.fixture(scope="module")
def vault(secrets: Path) -> Vault:
    for path in (secrets, *secrets.parents[:2]):
        path.chmod(0o755)
    vault = Vault(secrets) if os.geteuid() == 0 else Vault(secrets, chown=lambda _path, _uid, _gid: None)
    issue_all(vault, BROKER_FOLDER)
    return vault


@pytest.fixture(scope="module")
def broker(vault: Vault, secrets: Path) -> Iterator[Server]:
    with sunpilot_broker(secrets) as server:
        yield server


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with influx_engine() as engine:
        yield engine


class Bridge:
    """Says a numbered status many times a second."""

    def __init__(self, client: Client, wattpilot: int) -> None:
        self._client = client
        self._clock = SystemClock()
        self.wattpilot = wattpilot
        self.said = 0

    def say(self, seconds: float, a_second: int) -> None:
        for _ in range(int(seconds * a_second)):
            self.said += 1
            status = Status(link=LinkState.ONLINE, energy_wh=self.said, at=self._clock.now())
            sent = self._client.publish(f"sunpilot/wattpilot/{self.wattpilot}/status", status.encode(), qos=1)
            time.sleep(1 / a_second)
        sent.wait_for_publish(10)


@contextlib.contextmanager
def bridge(broker: Server, vault: Vault, wattpilot: int) -> Iterator[Bridge]:
    with connected(broker, vault, f"bridge-{wattpilot}") as client:
        yield Bridge(client, wattpilot)


def counted(engine: Engine, wattpilot: int) -> tuple[int, int]:
    """How many points the engine has, and how many different numbers among them."""
    where = f"FROM status WHERE wattpilot = '{wattpilot}'"
    rows = engine.ask(f"SELECT COUNT(energy_wh), COUNT(DISTINCT(energy_wh)) {where}")
    return (int(rows[0]["count"]), int(rows[0]["count_1"])) if rows else (0, 0)


def is_whole(engine: Engine, side: Bridge) -> None:
    """The counts are equal on both sides, and no point is there twice."""
    until(lambda: counted(engine, side.wattpilot)[1] == side.said, f"{counted(engine, side.wattpilot)} of {side.said}")
    assert counted(engine, side.wattpilot) == (side.said, side.said)


def test_a_stopped_database_gets_everything_once_it_is_back(
    tmp_path: Path, vault: Vault, broker: Server, engine: Engine
) -> None:
    with recorder(tmp_path, vault, broker, engine.url), bridge(broker, vault, 1) as side:
        side.say(2, 300)
        engine.stop()
        side.say(4, 300)
        engine.start()
        side.say(2, 300)
        is_whole(engine, side)


def test_a_recorder_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing(
    tmp_path: Path, vault: Vault, broker: Server, engine: Engine
) -> None:
    with recorder(tmp_path, vault, broker, engine.url) as process, bridge(broker, vault, 2) as side:
        talking = threading.Thread(target=side.say, args=(12, 300))
        talking.start()
        for alive_s in (2.5, 1.7, 3.1, 2.2):
            time.sleep(alive_s)
            process.kill()
            process.start()
        talking.join()
        is_whole(engine, side)


def test_a_recorder_that_is_killed_after_the_database_took_its_batch_doubles_nothing(
    tmp_path: Path, vault: Vault, broker: Server, engine: Engine
) -> None:
    victims: list[int] = []
    written_again = threading.Event()

    class Door(BaseHTTPRequestHandler):
        """Passes a batch on, and kills who sent it before the answer."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Encoding")}
            request = urllib.request.Request(f"{engine.url}{self.path}", data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                status = answer.status
            if b"wattpilot=3 " in gzip.decompress(body):
                if victims:
                    os.kill(victims.pop(), signal.SIGKILL)
                    return
                written_again.set()
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with (
        http_door(Door) as port,
        recorder(tmp_path, vault, broker, f"http://127.0.0.1:{port}") as process,
        bridge(broker, vault, 3) as side,
    ):
        for _ in range(2):
            victims.append(process.pid)
            side.say(1, 100)
            assert process.wait() == -signal.SIGKILL
            written_again.clear()
            process.start()
        assert written_again.wait(PATIENCE_S)
        is_whole(engine, side)


def test_only_points_of_another_type_are_put_aside(
    tmp_path: Path, vault: Vault, broker: Server, engine: Engine
) -> None:
    engine.write('ack,wattpilot=99,result=stored value="a text"')
    with (
        recorder(tmp_path, vault, broker, engine.url) as process,
        connected(broker, vault, "bridge-4") as client,
    ):
        for number in range(60):
            ack = Ack(key="amp", value=6 if number % 20 == 0 else None, result=Result.STORED, at=SystemClock().now())
            client.publish("sunpilot/wattpilot/4/ack", ack.encode(), qos=1).wait_for_publish(10)
        where = "FROM ack WHERE wattpilot = '4'"
        until((process.spool / "refused.lines").exists, "points are put aside")
        until(lambda: engine.ask(f"SELECT SUM(count) {where}") != [], "the others arrive")
        assert [row["sum"] for row in engine.ask(f"SELECT SUM(count) {where}")] == [57]
        text = (process.spool / "refused.lines").read_text(encoding="utf-8")
        assert text.count("value=6.0") == 3
        assert "conflict" in text
        with person(broker, vault, f"sunpilot/service/recorder/{tmp_path.name}") as heard:
            until(lambda: bool(heard) and b'"refused_for":"type_conflict"' in heard[-1], "it says for what")


def test_a_wrong_token_is_said_and_its_replacement_is_noticed(
    tmp_path: Path, vault: Vault, broker: Server, engine: Engine
) -> None:
    topic = f"sunpilot/service/recorder/{tmp_path.name}"
    with recorder(tmp_path, vault, broker, engine.url) as process, bridge(broker, vault, 5) as side:
        process.token.write_text("wrong", encoding="utf-8")
        with person(broker, vault, topic) as heard:
            side.say(1, 50)
            until(lambda: any(b"a valid token" in payload for payload in heard), "it says that the token is refused")
            process.token.write_text(TOKEN, encoding="utf-8")
            is_whole(engine, side)
            until(lambda: ServiceState.model_validate_json(heard[-1]).waits_for == (), "nothing is waited for")
