"""The api as a process of its own: a signal ends it in time, whoever follows the live stream."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sunpilot.standalone.embedded import free_port

KEY = "a-key-for-the-tests-0123456789"
REQUEST = f"GET /api/v1/live HTTP/1.1\r\nHost: sunpilot\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()


@contextmanager
def api(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """An api whose broker and store are away; the first key reads the live stream all the same."""
    (folder / "key").write_text(KEY)
    settings = {
        "SUNPILOT_API_PORT": str(port),
        "SUNPILOT_API_KEY_FILE": str(folder / "key"),
        "SUNPILOT_BROKER_PORT": "9",
        "SUNPILOT_STORE_PORT": "9",
    }
    command = [sys.executable, "-m", "sunpilot.api"]
    with subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def follow(port: int) -> socket.socket:
    """A client of the live stream that has read its snapshot, and reads on only when told."""
    deadline = time.monotonic() + 20
    while True:
        try:
            client = socket.create_connection(("127.0.0.1", port), timeout=10)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    client.sendall(REQUEST)
    seen = b""
    while b"event: snapshot" not in seen:
        received = client.recv(65536)
        assert received, seen
        seen += received
    return client


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_3_s_though_streams_are_open(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with api(tmp_path, port) as process, ExitStack() as clients:
        following = [clients.enter_context(follow(port)) for _ in range(20)]
        process.send_signal(number)
        assert process.wait(3) == 0
        for client in following:  # each is sent home, not left hanging
            while client.recv(65536):
                pass
        assert process.stdout is not None
        said = process.stdout.read()
        assert "Traceback" not in said, said
        assert KEY not in said
