"""The embedded broker and store, each a child in a process group of its own, on a free loopback port.

A server that ends by itself is started again on the same port. With passwords, no other account of this computer can
listen in or read what is stored. Broker and store take them from a file that only their owner can read, never from a
command line.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from sunpilot.standalone.secret import write_private

LOOPBACK = "127.0.0.1"
ACCOUNT = "sunpilot"
"""The broker's one account, where it has a password."""

START_S = 10.0
END_S = 2.0
AGAIN_S = (1.0, 60.0)
"""How long a server that ended by itself rests before it is started again, at first and at most."""

# Small segments: nothing here is replayed from the broker's log.
_ROUTER = """
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 262144
max_segment_count = 4
"""
_LISTENER = """
[{version}.1]
name = "{version}"
listen = "{address}"
next_connection_delay_ms = 1
[{version}.1.connections]
connection_timeout_ms = 5000
max_payload_size = 262144
max_inflight_count = 200
dynamic_filters = true
"""
_LOGIN = """
[{version}.1.connections.auth]
{account} = {password}
"""


class Embedded:
    """A server in a child process, as a context manager; raises RuntimeError when it does not come up. The password
    is told through standard input.
    """

    def __init__(self, what: str, port: int, *arguments: str, password: SecretStr | None = None) -> None:
        self.what = what
        self.port = port
        self._password = password.get_secret_value() if password else ""
        self._command = [sys.executable, "-m", "sunpilot.standalone.keeper", what, *arguments]
        self._child: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._guard = threading.Thread(target=self._keep_up, name=f"{what} guard", daemon=True)

    def __enter__(self) -> Self:
        self._child = child = self._start()
        deadline = time.monotonic() + START_S
        while not _answers(self.port):
            if child.poll() is not None or time.monotonic() > deadline:
                self._end(child)
                raise RuntimeError(f"the embedded {self.what} did not start; its messages stand above")
            time.sleep(0.02)
        self._guard.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server; at once if it does not end by itself within 2 s."""
        self._ending.set()
        child = self._child
        if child is not None:
            self._end(child)
        if self._guard.is_alive():
            self._guard.join()

    def _start(self) -> subprocess.Popen[bytes]:
        # A process group of its own: Ctrl-C at the terminal must reach the services first.
        child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        with contextlib.suppress(BrokenPipeError):  # it ended already, which shows at once
            if child.stdin is not None:
                child.stdin.write(f"{self._password}\n".encode())
                child.stdin.flush()
        return child

    def _keep_up(self) -> None:
        rest_s, longest_s = AGAIN_S
        while self._child is not None:
            started = time.monotonic()
            self._child.wait()
            with contextlib.suppress(ProcessLookupError):  # what a killed keeper left behind still holds the port
                os.killpg(self._child.pid, signal.SIGKILL)
            self._end(self._child)
            if time.monotonic() - started > longest_s:
                rest_s = AGAIN_S[0]
            if self._ending.is_set():
                return
            print(f"The embedded {self.what} ended by itself; it is started again in {rest_s:.0f} s.", file=sys.stderr)
            if self._ending.wait(rest_s):
                return
            rest_s = min(2 * rest_s, longest_s)
            self._child = self._start()
            if self._ending.is_set():  # `stop` may have seen the one before
                self._end(self._child)

    @staticmethod
    def _end(child: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                child.stdin.close()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def embedded_broker(
    folder: Path, port: int | None = None, *, password: SecretStr | None = None, onlooker_port: int | None = None
) -> Embedded:
    """An MQTT 5 broker; its configuration is written into the folder. With a password, `ACCOUNT` alone may log in;
    others are cut off without a word.

    A listener of this broker speaks one version. MQTT 3.1.1, which most tools for looking on speak, has a port of its
    own, if one is given. A client that subscribes to ``$SYS/#`` is cut off.
    """
    port = free_port() if port is None else port
    config = _ROUTER + _listener("v5", port, password)
    if onlooker_port is not None:
        config += _listener("v4", onlooker_port, password)
    file = folder / "broker.toml"
    write_private(file, config)
    return Embedded("broker", port, str(file))


def embedded_store(folder: Path, port: int | None = None, *, password: SecretStr | None = None) -> Embedded:
    """A Redis-compatible store that keeps its data in the folder, in files that only their owner can read."""
    port = free_port() if port is None else port
    return Embedded("store", port, str(port), str(folder), password=password)


def free_port(wanted: int = 0) -> int:
    """A port that nothing listens on just now: the wanted one if it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError:
            probe.bind((LOOPBACK, 0))
        number: int = probe.getsockname()[1]
        return number


def _listener(version: str, port: int, password: SecretStr | None) -> str:
    listener = _LISTENER.format(version=version, address=f"{LOOPBACK}:{port}")
    if password is None:
        return listener
    quoted = json.dumps(password.get_secret_value())  # a JSON string is a TOML string
    return listener + _LOGIN.format(version=version, account=ACCOUNT, password=quoted)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=0.2):
        return True
    return False
