"""The broker between bridge and recorder is killed and comes back: what is missing is what docs/history.md says."""

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from pydantic import SecretStr

from sunpilot.contract.service import Recording, ServiceState
from sunpilot.contract.status import LinkState, Status
from sunpilot.runtime.address import Broker
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.setup.issue import issue_all
from sunpilot.setup.vault import Vault
from tests.support.backends import MOSQUITTO_IMAGE, Server, free_port, has_image, not_run, wait_for
from tests.support.influx_engine import Engine, influx_engine
from tests.support.recorder_process import person, recorder, until

BROKER_FOLDER = Path(__file__).parents[2] / "mosquitto"
A_SECOND = 25
UNDER_WAY_S = 0.5
"""What was said in the moment before the broker died may not have reached it."""
BACK_S = 10.0
"""A client notices a broker's end at once, and tries again every 5 s at the latest."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with influx_engine() as engine:
        yield engine


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for path in (secrets, *secrets.parents[:3]):
        path.chmod(0o755)
    vault = Vault(secrets) if os.geteuid() == 0 else Vault(secrets, chown=lambda _path, _uid, _gid: None)
    issue_all(vault, BROKER_FOLDER)
    return vault


class KillableBroker:
    """Mosquitto as Sunpilot configures it; port and data outlive it."""

    def __init__(self, container: Any, port: int) -> None:
        self._container = container.get_wrapped_container()
        self.server = Server("mosquitto, killed", "127.0.0.1", port)

    def save(self) -> None:
        """As it does once a minute by itself."""
        self._container.kill(signal="SIGUSR1")
        time.sleep(1)

    def kill(self) -> None:
        self._container.kill(signal="SIGKILL")
        self._container.wait(timeout=10)

    def start(self) -> None:
        self._container.start()
        wait_for(self.server.port)


@pytest.fixture
def broker(tmp_path: Path, vault: Vault) -> Iterator[KillableBroker]:
    if not has_image(MOSQUITTO_IMAGE):
        not_run("mosquitto", "a broker is killed in a container only, and no Docker Engine has it")
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  (slow to import)

    secrets, data, port = tmp_path / "secrets", tmp_path / "data", free_port()
    owner = (secrets / "broker" / "mosquitto.conf").stat()
    data.mkdir()
    os.chown(data, owner.st_uid, owner.st_gid)
    container = (
        DockerContainer(MOSQUITTO_IMAGE)
        .with_volume_mapping(str(secrets), "/secrets")
        .with_volume_mapping(str(data), "/mosquitto/data", "rw")
        .with_command("mosquitto -c /secrets/broker/mosquitto.conf")
        .with_kwargs(user=f"{owner.st_uid}:{owner.st_gid}")
        .with_bind_ports(1883, port)
    )
    with container:
        wait_for(port)
        yield KillableBroker(container, port)


class Said(NamedTuple):
    """The number of a status, and when it was said."""

    number: int
    at_s: float


class Bridge:
    """Says a numbered status again and again, over the same bus as every service; nobody helps it to come back."""

    def __init__(self, broker: Server, vault: Vault) -> None:
        self._address = Broker(broker.host, broker.port, "bridge-1", SecretStr(vault.secret("bridge-1")))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._talk()))
        self.said: list[Said] = []
        self.begun_s = 0.0
        self.is_connected = False

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.is_connected, "the bridge is connected")
        self.begun_s = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    async def _talk(self) -> None:
        bus, clock = MqttBus(self._address, "bridge-1", make_log("bridge", "critical")), SystemClock()
        bus.start()
        for number in itertools.count(1):
            if self._stopped.is_set():
                break
            self.is_connected = bus.is_connected
            self.said.append(Said(number, time.monotonic()))
            status = Status(link=LinkState.ONLINE, energy_wh=number, at=clock.now())
            bus.publish("sunpilot/wattpilot/1/status", status.encode(), retain=True)
            await asyncio.sleep(1 / A_SECOND)
        await bus.stop()

    def live(self, seconds: float) -> None:
        """It says what it says."""
        time.sleep(seconds)

    def between(self, begin_s: float, end_s: float) -> set[int]:
        return {one.number for one in self.said if begin_s <= one.at_s < end_s}


def recorded(engine: Engine) -> list[int]:
    """The numbers of all points, in the order of their times."""
    return [int(row["energy_wh"]) for row in engine.ask("SELECT energy_wh FROM status WHERE wattpilot = '1'")]


@pytest.fixture
def empty(engine: Engine) -> Engine:
    engine.ask("DROP MEASUREMENT status")
    return engine


def counts(heard: list[bytes]) -> Recording:
    recording = ServiceState.model_validate_json(heard[-1]).recording
    assert recording is not None
    return recording


def test_all_but_what_was_said_while_the_broker_was_away_is_there_and_nothing_twice(
    tmp_path: Path, vault: Vault, broker: KillableBroker, empty: Engine
) -> None:
    with recorder(tmp_path, vault, broker.server, empty.url), Bridge(broker.server, vault) as side:
        side.live(3)
        killed_s = time.monotonic()
        broker.kill()
        side.live(4)
        broker.start()
        started_s = time.monotonic()
        until(lambda: side.is_connected, "the bridge is back by itself")
        side.live(BACK_S)
        ended_s = time.monotonic()
        side.live(1)
        after = side.between(started_s + BACK_S, ended_s)
        until(lambda: after <= set(recorded(empty)), "the recorder is back by itself, and what was said then is there")
        found = recorded(empty)
        assert side.between(side.begun_s, killed_s - UNDER_WAY_S) <= set(found)
        assert len(found) == len(set(found))
        missing = set(range(found[0], found[-1] + 1)) - set(found)
        assert missing == set(range(min(missing), max(missing) + 1))  # one gap
        assert missing <= side.between(killed_s - UNDER_WAY_S, started_s + BACK_S)
        assert len(missing) >= 2 * A_SECOND
        with person(broker.server, vault, f"sunpilot/service/recorder/{tmp_path.name}") as heard:
            until(lambda: bool(heard) and counts(heard).gaps == 1, "the gap is counted")
            assert counts(heard).lost == 0
            assert ServiceState.model_validate_json(heard[-1]).waits == ()


def test_a_killed_broker_forgets_for_an_absent_recorder_only_what_came_since_it_last_saved(
    tmp_path: Path, vault: Vault, broker: KillableBroker, empty: Engine
) -> None:
    with recorder(tmp_path, vault, broker.server, empty.url) as process:
        with Bridge(broker.server, vault) as side:
            side.live(2)
            process.stop()
            side.live(2)
            saving_s = time.monotonic()
            broker.save()
            side.live(2)
            broker.kill()
            broker.start()
            started_s = time.monotonic()
            until(lambda: side.is_connected, "the bridge is back by itself")
            side.live(BACK_S)
        process.start()
        kept = side.between(side.begun_s, saving_s)
        after = side.between(started_s + BACK_S / 2, time.monotonic()) - {side.said[-1].number}
        until(lambda: kept | after <= set(recorded(empty)), "what was kept and what came after are there")
        found = recorded(empty)
        assert len(found) == len(set(found))
        missing = set(range(found[0], found[-1] + 1)) - set(found)
        assert missing <= side.between(saving_s, started_s + BACK_S / 2)
        assert len(missing) >= A_SECOND
        with person(broker.server, vault, f"sunpilot/service/recorder/{tmp_path.name}") as heard:
            until(lambda: bool(heard) and counts(heard).written >= len(found), "it reports")
            assert counts(heard).gaps == 0  # the broker knew it still
