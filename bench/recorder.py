"""What the recorder costs, at one house and at 1 000 messages a second, against a bare subscriber in the same run.

The messages are those of a simulated house. The database is a door that takes everything at once, so that the
recorder's own work is measured; the broker is Mosquitto, with the queues of Sunpilot's. `behind` of the messages are
not written yet when the last is sent; `drained_s` later all are. PSS counts shared pages once. Linux only (`/proc`).
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.footprint import cpu_s, pss_mib
from bench.table import show
from sunpilot.contract.topics import Topics
from sunpilot.recorder.points import Points
from sunpilot.recorder.segment import framed
from sunpilot.runtime.bus import matches
from tests.support.backends import Server, mosquitto
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

HOUSE_S = 1800
FULL_PER_S = 1000
WATCH_S = 20.0
SETTLE_S = 5.0
"""After the recorder's first write, of its own report: what it says at its start is over then."""
START_S = 120.0
PATIENCE_S = 30.0

SUBSCRIBER = """
import sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
client.on_connect = lambda *_: client.subscribe("sunpilot/#", qos=1)
client.on_message = lambda *_: None
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
"""

Messages = list[tuple[str, bytes]]


class Door(BaseHTTPRequestHandler):
    """Takes every batch."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    """Measure and print."""
    messages = house()
    house_per_s = len(messages) / HOUSE_S
    rows = []
    with tempfile.TemporaryDirectory() as name, ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        Path(name).chmod(0o755)
        threading.Thread(target=door.serve_forever, daemon=True).start()
        with mosquitto(Path(name), settings=queues()) as broker:
            for load, per_s in (("one house", house_per_s), ("1 000 messages/s", FULL_PER_S)):
                rows += measure(
                    load, per_s, messages, broker, f"http://127.0.0.1:{door.server_port}", Path(name) / load
                )
        door.shutdown()
    columns = (
        "load",
        "messages_per_s",
        "process",
        "pss_mib",
        "cpu_percent",
        "spool_bytes_per_s",
        "sent",
        "behind",
        "drained_s",
        "written",
    )
    show("The recorder", columns, rows, "recorder.csv")


def queues() -> str:
    """How much Sunpilot's broker keeps for a client; by its own numbers, Mosquitto drops some in a busy moment."""
    lines = (Path(__file__).parents[1] / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith(("max_queued_", "max_inflight_")))


def house() -> Messages:
    """What a house with a charging car says in half an hour, as far as it is recorded."""

    async def live() -> Messages:
        swarm = VirtualSwarm(datetime(2026, 6, 21, 10, 0, tzinfo=ZONE))
        async with swarm.running():
            await asyncio.sleep(HOUSE_S)
        return swarm.broker.log

    filters = Points(Topics()).filters
    return [(topic, payload) for topic, payload in run(live()) if any(matches(one, topic) for one in filters)]


def measure(
    load: str, per_s: float, messages: Messages, broker: Server, url: str, spool: Path
) -> list[tuple[str, ...]]:
    """Both processes under the same load."""
    settings = {
        "SUNPILOT_BROKER_PORT": str(broker.port),
        "SUNPILOT_INFLUX_URL": url,
        "SUNPILOT_SPOOL": str(spool),
        "SUNPILOT_LOG_LEVEL": "error",
        "SUNPILOT_INSTANCE": spool.name.replace(" ", "-"),
    }
    recorder = subprocess.Popen([sys.executable, "-m", "sunpilot.recorder"], env={**os.environ, **settings})
    subscriber = subprocess.Popen([sys.executable, "-c", SUBSCRIBER, str(broker.port)])
    names = {"recorder": recorder.pid, "bare subscriber": subscriber.pid}
    try:
        ledger = spool / "ledger.json"
        await_first_write(ledger)
        had = count(ledger)
        before = {name: cpu_s(pid) for name, pid in names.items()}
        sent, spooled = publish(messages, per_s, broker)
        used = {name: 100 * (cpu_s(pid) - before[name]) / WATCH_S for name, pid in names.items()}
        memory = {name: pss_mib(pid) for name, pid in names.items()}
        behind, drained_s, written = drain(ledger, had, sent)
    finally:
        for process in (recorder, subscriber):
            process.terminate()
            process.wait()
    return [
        (
            load,
            f"{sent / WATCH_S:.1f}",
            name,
            f"{memory[name]:.1f}",
            f"{used[name]:.1f}",
            f"{spooled / WATCH_S:.0f}" if name == "recorder" else "",
            *((str(sent), str(behind), f"{drained_s:.1f}", str(written)) if name == "recorder" else ("",) * 4),
        )
        for name in names
    ]


def await_first_write(ledger: Path) -> None:
    """What is said before the recorder has subscribed is not for it, and a busy machine starts it late."""
    deadline = time.monotonic() + START_S
    while not count(ledger):
        if time.monotonic() > deadline:
            raise TimeoutError("the recorder writes nothing")
        time.sleep(0.1)
    time.sleep(SETTLE_S)


def drain(ledger: Path, had: int, sent: int) -> tuple[int, float, int]:
    """How many are not in the database at first, how long until they are, and how many are there at last.

    Before these, it ``had`` so many; the recorder's own messages are among them. What makes no progress for half a
    minute never ends.
    """
    start = progress = time.monotonic()
    first = written = count(ledger) - had
    while written < sent and time.monotonic() - progress < PATIENCE_S:
        time.sleep(0.1)
        now = count(ledger) - had
        if now != written:
            written, progress = now, time.monotonic()
    return max(0, sent - first), progress - start, written


def count(ledger: Path) -> int:
    """The messages that the database has."""
    return int(json.loads(ledger.read_bytes())["written"]) if ledger.exists() else 0


def publish(messages: Messages, per_s: float, broker: Server) -> tuple[int, int]:
    """Publish at a steady pace; gives the number of messages, and the bytes that they take in the spool."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(1000)
    client.connect(broker.host, broker.port)
    client.loop_start()
    points, spooled, sent = Points(Topics()), 0, 0
    now, start = datetime(2026, 6, 21, 10, 30, tzinfo=ZONE), time.monotonic()
    sizes = [
        0 if (point := points.point(topic, payload, now)) is None else len(framed(point.line()))
        for topic, payload in messages
    ]
    while (passed_s := time.monotonic() - start) < WATCH_S:
        while sent < passed_s * per_s:
            topic, payload = messages[sent % len(messages)]
            last = client.publish(topic, payload, qos=1)
            spooled += sizes[sent % len(messages)]
            sent += 1
        time.sleep(0.01)
    last.wait_for_publish(PATIENCE_S)  # a client that leaves takes along what it has not sent yet
    client.disconnect()
    client.loop_stop()
    return sent, spooled


if __name__ == "__main__":
    main()
