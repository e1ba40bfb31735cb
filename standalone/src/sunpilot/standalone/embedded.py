"""The embedded broker and store, each a child in a process group of its own, on a free loopback port."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
START_S = 10.0
END_S = 2.0

# Only a [v5.*] listener speaks MQTT 5. Small segments: nothing here is replayed from the broker's log.
_BROKER_CONFIG = """
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 262144
max_segment_count = 4
[v5.1]
name = "embedded"
listen = "{address}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 5000
max_payload_size = 262144
max_inflight_count = 200
dynamic_filters = true
"""


class Embedded:
    """A server in a child process, as a context manager; raises RuntimeError when it does not come up."""

    def __init__(self, what: str, port: int, *arguments: str) -> None:
        self.what = what
        self.port = port
        self._command = [sys.executable, "-m", "sunpilot.standalone.keeper", what, *arguments]
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # A process group of its own: Ctrl-C at the terminal must reach the services first.
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        deadline = time.monotonic() + START_S
        while not _answers(self.port):
            if self._child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the embedded {self.what} did not start; its messages stand above")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server; at once if it does not end by itself within 2 s."""
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                child.stdin.close()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def embedded_broker(folder: Path, port: int | None = None) -> Embedded:
    """An MQTT 5 broker; its configuration is written into the folder."""
    port = free_port() if port is None else port
    config = folder / "broker.toml"
    config.write_text(_BROKER_CONFIG.format(address=f"{LOOPBACK}:{port}"), encoding="utf-8")
    return Embedded("broker", port, str(config))


def embedded_store(folder: Path, port: int | None = None) -> Embedded:
    """A Redis-compatible store that keeps its data in the folder."""
    port = free_port() if port is None else port
    return Embedded("store", port, str(port), str(folder))


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        number: int = probe.getsockname()[1]
        return number


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=0.2):
        return True
    return False
