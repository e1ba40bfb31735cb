"""The encrypted listener, on a real Mosquitto, with the certificate that `setup` makes."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sunpilot.runtime.address import Broker
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.setup.certificate import BadCertificateError, Certificate, brought, signed
from sunpilot.setup.issue import issue_all
from sunpilot.setup.vault import Vault
from tests.support.backends import Server, not_run, sunpilot_broker

BROKER_FOLDER = Path(__file__).parents[2] / "mosquitto"


@dataclass
class Place:
    server: Server
    vault: Vault
    authority: Path
    other_authority: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if shutil.which("openssl") is None:
        not_run("openssl", "openssl is not installed")
    folder, other = tmp_path_factory.mktemp("secrets"), tmp_path_factory.mktemp("other")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    vault = Vault(folder) if os.geteuid() == 0 else Vault(folder, chown=lambda _path, _uid, _gid: None)
    certificate = signed(["localhost", "127.0.0.1"], folder / "setup")
    signed(["localhost"], other)
    issue_all(vault, BROKER_FOLDER, certificate=certificate)
    with sunpilot_broker(folder, port=8883) as server:
        authority = folder / "setup" / "tls-ca.crt"
        yield Place(server, vault, authority, other / "tls-ca.crt")


async def connects(place: Place, host: str = "127.0.0.1", *, tls: bool = True, ca_file: Path | None = None) -> bool:
    secret = SecretStr(place.vault.secret("bridge-2"))
    broker = Broker(host, place.server.port, "bridge-2", secret, tls, ca_file or place.authority)
    bus = MqttBus(broker, "test", make_log("test", "critical"))
    connected = asyncio.Event()
    bus.on_connection(lambda up: connected.set() if up else None)
    bus.start()
    try:
        async with asyncio.timeout(1.5):
            await connected.wait()
    except TimeoutError:
        return False
    finally:
        await bus.stop()
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_bridge_that_trusts_the_authority_logs_in_by_every_name(place: Place, host: str) -> None:
    assert await connects(place, host)


# paho leaves a socket open when the handshake fails; the garbage collector closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_another_authority_another_name_and_no_encryption_are_refused(place: Place) -> None:
    assert not await connects(place, ca_file=place.other_authority)
    assert not await connects(place, "127.0.0.2")
    assert not await connects(place, tls=False)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ca_file": "other"}, "its certificate is not trusted"),
        ({"password": SecretStr("wrong")}, "it refuses the account: Not authorized"),
        ({"port": 1}, "it does not answer"),
    ],
    ids=["authority", "password", "port"],
)
async def test_why_a_broker_cannot_be_used_is_known(place: Place, changes: dict[str, Any], expected: str) -> None:
    secret = SecretStr(place.vault.secret("bridge-2"))
    broker = Broker("127.0.0.1", place.server.port, "bridge-2", secret, True, place.authority)
    changes = {name: place.other_authority if value == "other" else value for name, value in changes.items()}
    bus = MqttBus(replace(broker, **changes), "test", make_log("test", "critical"))
    bus.start()
    try:
        async with asyncio.timeout(5):
            while bus.trouble != expected:
                await asyncio.sleep(0.05)
    finally:
        await bus.stop()


def test_the_certificate_is_kept_until_its_names_change(tmp_path: Path) -> None:
    first = signed(["nas.lan"], tmp_path)
    authority = (tmp_path / "tls-ca.crt").read_bytes()
    assert signed(["nas.lan"], tmp_path) == first
    assert signed(["nas.lan", "192.168.1.5"], tmp_path) != first
    assert (tmp_path / "tls-ca.crt").read_bytes() == authority


@pytest.mark.parametrize("name", ["", "a b", "nas,DNS:evil", "näs"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCertificateError):
        signed([name], tmp_path)


def test_a_certificate_of_ones_own_comes_first(tmp_path: Path) -> None:
    assert brought(tmp_path) is None
    (tmp_path / "server.crt").write_text("chain", encoding="ascii")
    (tmp_path / "server.key").write_text("key", encoding="ascii")
    assert brought(tmp_path) == Certificate("chain", "key")
