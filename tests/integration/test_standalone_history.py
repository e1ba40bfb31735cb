"""Without Docker, history goes to an InfluxDB that the settings name, and waits in the data folder while it is away."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.support.backends import free_port
from tests.support.http_door import http_door

TOKEN = "writes-history-in-this-test"


class Database:
    """Takes lines as InfluxDB does, and keeps them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.asked: set[tuple[str, str | None]] = set()

    @contextmanager
    def listen(self, port: int) -> Iterator[None]:
        """Answer while the context lasts."""
        database = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                database.lines += (gzip.decompress(body) if packed else body).decode().splitlines()
                database.asked.add((self.path.split("?")[0], self.headers["Authorization"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with http_door(Door, port):
            yield


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def sunpilot(folder: Path, port: int) -> Iterator[None]:
    """`make run` with nothing configured but history."""
    settings = {
        "SUNPILOT_DATA": str(folder),
        "SUNPILOT_PORT": str(free_port()),
        "SUNPILOT_MQTT_PORT": "0",
        "SUNPILOT_INFLUX_URL": f"http://127.0.0.1:{port}",
        "SUNPILOT_INFLUX_TOKEN": TOKEN,
        "WATTPILOT_HOST": "127.0.0.1:9",
    }
    command = [sys.executable, "-m", "sunpilot.standalone", "run"]
    with subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert f"what waits for it is in {folder / 'spool'}" in said
    assert TOKEN not in said


def test_what_was_said_while_the_database_was_away_reaches_it_also_after_a_restart(tmp_path: Path) -> None:
    database, port, folder = Database(), free_port(), tmp_path / "data"
    with sunpilot(folder, port):
        wait_for(lambda: any(path.stat().st_size for path in (folder / "spool").glob("*") if path.is_file()))
    assert database.lines == []
    restarted_ns = time.time_ns()
    with database.listen(port), sunpilot(folder, port):
        wait_for(lambda: any(line.startswith("service,") for line in database.lines))
    assert min(int(line.rsplit(" ", 1)[1]) for line in database.lines) < restarted_ns
    assert database.asked == {("/api/v2/write", f"Token {TOKEN}")}
