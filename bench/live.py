"""How fast a message on the broker reaches those who follow it live: one stream alone, 200 at once, and the page.

The api runs as a process of its own on Mosquitto and an embedded store. This process publishes, and reads all the
streams; its own work for 200 sockets is in the figures. The page is open in Chromium, and counts a message when its
figure stands in the document.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.table import show
from sunpilot.contract.status import LinkState, Status
from sunpilot.runtime.mqtt import without_delay
from sunpilot.standalone.embedded import embedded_store
from tests.support.backends import Server, chromium, free_port, mosquitto, wait_for
from tests.support.browser import browser, choose_password, note_powers, opened, powers_shown_s

MANY = 200
SAMPLES = 200
WARM_UP = 20
PACE_S = 0.1
STREAMED, SHOWN = 1, 2
"""The Wattpilots that the streams and the page are told of."""


class Client:
    """One live client: when it heard of each status, by its power."""

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
            if b'"power_w": ' in line:
                number = int(line.split(b'"power_w": ')[1].split(b".")[0])
                self.heard_s.setdefault(number, time.time())

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
            followers = {str(count): measure_streams(server, port, key, count) for count in (1, MANY)}
            if chromium() is not None:
                followers["page in Chromium"] = measure_page(server, port, key)
            results = {name: asyncio.run(times) for name, times in followers.items()}
            alone = statistics.median(results["1"])
            rows = [(name, *figures(times, alone)) for name, times in results.items()]
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


async def measure_streams(server: Server, port: int, key: str, count: int) -> list[float]:
    """Seconds from publishing to each client's socket."""
    clients = [Client() for _ in range(count)]
    for client in clients:
        await client.open(port, key)
    sent_s = await publish(server, STREAMED, count * 10_000)
    for client in clients:
        await client.close()
    return [delay_s for client in clients for delay_s in delays_s(sent_s, client.heard_s)]


async def measure_page(server: Server, port: int, key: str) -> list[float]:
    """Seconds from publishing to the text in the page's document."""
    async with browser() as running, opened(running, f"http://127.0.0.1:{port}") as page:
        await choose_password(page, key)
        publishing = asyncio.create_task(publish(server, SHOWN, 0))
        await note_powers(page, f"Wattpilot {SHOWN}")  # it is shown as soon as it is heard of
        return delays_s(await publishing, await powers_shown_s(page))


async def publish(server: Server, wattpilot: int, first: int) -> dict[int, float]:
    """Publish statuses whose powers count upwards, in W; gives when each was sent, in seconds since 1970."""
    publisher = paho.Client(CallbackAPIVersion.VERSION2, f"bench-{first}", protocol=MQTTProtocolVersion.MQTTv5)
    publisher.on_socket_open = without_delay
    publisher.connect(server.host, server.port)
    publisher.loop_start()
    sent_s: dict[int, float] = {}
    for power_w in range(first, first + WARM_UP + SAMPLES):
        status = Status(link=LinkState.ONLINE, power_w=float(power_w))
        sent_s[power_w] = time.time()
        publisher.publish(f"sunpilot/wattpilot/{wattpilot}/status", status.encode(), qos=1)
        await asyncio.sleep(PACE_S)
    await asyncio.sleep(1)
    publisher.disconnect()
    publisher.loop_stop()
    return sent_s


def delays_s(sent_s: Mapping[int, float], heard_s: Mapping[int, float]) -> list[float]:
    """How long each message took until it was heard, or a newer one that took its place on the way."""
    counted = list(sent_s.items())[WARM_UP:]
    return [min(at_s for heard, at_s in heard_s.items() if heard >= number) - begin_s for number, begin_s in counted]


def figures(times: Sequence[float], alone: float) -> tuple[int, str, str, str]:
    """Count, median and 99th percentile in ms, and the median as a multiple of one client's."""
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return len(times), f"{1000 * p50:.2f}", f"{1000 * p99:.2f}", f"{p50 / alone:.2f}"


if __name__ == "__main__":
    main()
