"""The recorder as a process of its own, and people and bridges around it on a broker with accounts."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from sunpilot.setup.vault import Vault
from tests.support.backends import Server
from tests.support.influx_engine import TOKEN

PATIENCE_S = 60.0


class Process:
    """The recorder; a killed one may be started again."""

    def __init__(self, folder: Path, vault: Vault, broker: Server, url: str) -> None:
        self.spool = folder / "spool"
        self.token = folder / "token"
        self.token.write_text(TOKEN, encoding="utf-8")
        self._environment = {
            **os.environ,
            "SUNPILOT_INSTANCE": folder.name,
            "SUNPILOT_BROKER_PORT": str(broker.port),
            "SUNPILOT_BROKER_USERNAME": "recorder",
            "SUNPILOT_BROKER_PASSWORD": vault.secret("recorder"),
            "SUNPILOT_INFLUX_URL": url,
            "SUNPILOT_INFLUX_TOKEN_FILE": str(self.token),
            "SUNPILOT_SPOOL": str(self.spool),
            "SUNPILOT_LOG_LEVEL": "error",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "sunpilot.recorder"], env=self._environment)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(20)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            assert self.wait() == 0


@contextlib.contextmanager
def recorder(folder: Path, vault: Vault, broker: Server, url: str) -> Iterator[Process]:
    """A recorder whose session the broker has."""
    process = Process(folder, vault, broker, url)
    process.start()
    try:
        with person(broker, vault, f"sunpilot/service/recorder/{folder.name}") as heard:
            until(lambda: any(b'"online":true' in payload for payload in heard), "the recorder reports")
        time.sleep(0.5)  # its subscriptions are a matter of one round trip
        yield process
    finally:
        process.stop()


@contextlib.contextmanager
def person(broker: Server, vault: Vault, topic_filter: str) -> Iterator[list[bytes]]:
    """Somebody who listens."""
    heard: list[bytes] = []
    with connected(broker, vault, "explorer") as client:
        client.on_message = lambda _c, _d, message: heard.append(bytes(message.payload))
        client.subscribe(topic_filter, qos=1)
        yield heard


@contextlib.contextmanager
def connected(broker: Server, vault: Vault, account: str) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(account, vault.secret(account))
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
