"""A real InfluxDB engine for tests, and questions to it in InfluxQL."""

import contextlib
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.backends import free_port, not_run, why_not

IMAGE = "influxdb:2.9"
TOKEN = "writes-and-reads-in-tests"
BUCKET = "sunpilot"


@dataclass(frozen=True, slots=True)
class Engine:
    """Where it answers, and what to ask it. It keeps its port and its data over a stop."""

    port: int
    container: Any

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The rows of all series, with their tags; times in nanoseconds."""
        parameters = urllib.parse.urlencode({"db": BUCKET, "q": query, "epoch": "ns"})
        request = urllib.request.Request(f"{self.url}/query?{parameters}", headers={"Authorization": f"Token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            (result,) = json.load(answer)["results"]
        assert "error" not in result, result
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], row, strict=True))}
            for series in result.get("series", [])
            for row in series["values"]
        ]

    def count(self, measurement: str, field: str) -> int:
        """How many points have the field."""
        rows = self.ask(f'SELECT COUNT("{field}") FROM "{measurement}"')
        return int(rows[0]["count"]) if rows else 0

    def write(self, lines: str) -> None:
        """Write past everybody."""
        request = urllib.request.Request(
            f"{self.url}/api/v2/write?org=sunpilot&bucket={BUCKET}&precision=ns",
            data=lines.encode(),
            headers={"Authorization": f"Token {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204

    def stop(self) -> None:
        self.container.get_wrapped_container().stop(timeout=5)

    def start(self) -> None:
        self.container.get_wrapped_container().start()
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError, AssertionError, json.JSONDecodeError):
                self.ask("SHOW MEASUREMENTS")
                return
            if time.monotonic() > deadline:
                raise TimeoutError("InfluxDB does not answer")
            time.sleep(0.1)


@contextlib.contextmanager
def influx_engine() -> Iterator[Engine]:
    """InfluxDB in a container."""
    if why := why_not(IMAGE):
        not_run("influxdb", why)
        return
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  (slow to import)

    port = free_port()
    settings = {"MODE": "setup", "USERNAME": "admin", "PASSWORD": "only-in-tests", "ORG": "sunpilot", "BUCKET": BUCKET}
    container = DockerContainer(IMAGE).with_bind_ports(8086, port)
    for name, value in {**settings, "ADMIN_TOKEN": TOKEN}.items():
        container = container.with_env(f"DOCKER_INFLUXDB_INIT_{name}", value)
    with container:
        engine = Engine(port, container)
        engine.wait()
        yield engine
