"""How fast a message on the broker reaches the browsers that follow it live: one alone, and 200 at once.

The api runs as a process of its own on Mosquitto and an embedded store. This process publishes, and reads all the
streams; its own work for 200 sockets is in the figures.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.table import show
from sunpilot.contract.status import LinkState, Status
from sunpilot.runtime.mqtt import without_delay
from sunpilot.standalone.embedded import embedded_store
from tests.support.backends import Server, free_port, mosquitto, wait_for

MANY = 200
SAMPLES = 200
WARM_UP = 20
PACE_S = 0.1
TOPIC = "sunpilot/wattpilot/1/status"


class Client:
    """One live client: when it heard of each status, by the number in it."""

    def __init__(self) -> None:
        self.heard_s: dict[int, float] = {}
        self._reading: asyncio.Task[None] | None = None

    async def open(self, port: int, key: str) -> None:
        """Connect, and read on until `close`; returns after the snapshot."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._writer.write(f"GET /api/v1/live HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        await reader.readuntil(b"event: snapshot\n")
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if b'"energy_wh": ' in line:
                number = int(line.split(b'"energy_wh": ')[1].split(b".")[0])
                self.heard_s.setdefault(number, time.perf_counter())

    def heard_at_s(self, number: int) -> float:
        """When it knew a status, or a newer one that took its place on the way."""
        return min(at_s for heard, at_s in self.heard_s.items() if heard >= number)

    async def close(self) -> None:
        """Leave."""
        if self._reading is not None:
            self._reading.cancel()
        self._writer.transport.abort()


def main() -> None:
    """Measure with one client and with many, in one run, and print both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mosquitto(folder) as server, embedded_store(folder) as store, api(folder, server, store.port) as port:
            key = (folder / "api-key").read_text(encoding="utf-8").strip()
            results = {clients: asyncio.run(measure(server, port, key, clients)) for clients in (1, MANY)}
            alone = statistics.median(results[1])
            rows = [(clients, *figures(times, alone)) for clients, times in results.items()]
            title = f"MQTT to live stream on {server.kind}, {SAMPLES} messages, all clients together"
            show(title, ("clients", "n", "p50_ms", "p99_ms", "ratio_p50"), rows, "live.csv")


@contextlib.contextmanager
def api(folder: Path, server: Server, store_port: int) -> Iterator[int]:
    """The api as a process; gives its port."""
    port = free_port()
    settings = {
        "SUNPILOT_BROKER_HOST": server.host,
        "SUNPILOT_BROKER_PORT": str(server.port),
        "SUNPILOT_STORE_HOST": "127.0.0.1",
        "SUNPILOT_STORE_PORT": str(store_port),
        "SUNPILOT_API_PORT": str(port),
        "SUNPILOT_API_KEY_FILE": str(folder / "api-key"),
        "SUNPILOT_HEALTH_FILE": str(folder / "api-health"),
        "SUNPILOT_LOG_LEVEL": "error",
    }
    with subprocess.Popen([sys.executable, "-m", "sunpilot.api"], env={**os.environ, **settings}) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


async def measure(server: Server, port: int, key: str, count: int) -> list[float]:
    """Seconds from publishing to each client's socket."""
    clients = [Client() for _ in range(count)]
    for client in clients:
        await client.open(port, key)
    publisher = paho.Client(CallbackAPIVersion.VERSION2, f"bench-{count}", protocol=MQTTProtocolVersion.MQTTv5)
    publisher.on_socket_open = without_delay
    publisher.connect(server.host, server.port)
    publisher.loop_start()
    sent_s: dict[int, float] = {}
    for turn in range(SAMPLES + WARM_UP):
        number = count * 10_000 + turn
        status = Status(link=LinkState.ONLINE, energy_wh=float(number))
        sent_s[number] = time.perf_counter()
        publisher.publish(TOPIC, status.encode(), qos=1)
        await asyncio.sleep(PACE_S)
    await asyncio.sleep(1)
    publisher.disconnect()
    publisher.loop_stop()
    for client in clients:
        await client.close()
    counted = list(sent_s.items())[WARM_UP:]
    return [client.heard_at_s(number) - begin_s for client in clients for number, begin_s in counted]


def figures(times: Sequence[float], alone: float) -> tuple[int, str, str, str]:
    """Count, median and 99th percentile in ms, and the median as a multiple of one client's."""
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return len(times), f"{1000 * p50:.2f}", f"{1000 * p99:.2f}", f"{p50 / alone:.2f}"


if __name__ == "__main__":
    main()
