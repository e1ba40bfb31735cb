"""How fast a reading becomes a setpoint, and a write at the Wattpilot, against bare MQTT round trips.

Wall time is measured; the services' clock is advanced by hand between samples, so that no floor and no dwell time is in
the way. The broker is Mosquitto: in a container where a Docker Engine answers, otherwise the system's.
"""

import asyncio
import contextlib
import queue
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pydantic import SecretStr

from bench.stepped_clock import SteppedClock
from bench.table import show
from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Setpoint
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.status import Car, Limits, LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.service import Controller
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus, without_delay
from sunpilot.runtime.store import Store, connect
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer
from sunpilot.standalone.embedded import embedded_store
from tests.support.backends import Server, mosquitto

SAMPLES = 300
WARM_UP = 20
HASTE = 200
"""The simulated box runs this much faster than real time, so that it has settled before the next sample."""

SETTLE_S = 0.06
TOPICS = Topics()
LOG = make_log("bench", "error")
SURPLUSES_W = (6900.0, 9660.0)
"""10 A and 14 A on three phases: each reading asks for another current than the one before."""

Sample = Callable[[], Awaitable[float]]


class TimedBox(Box):
    """A simulated Wattpilot that notes when a write reaches it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.written: asyncio.Queue[float] = asyncio.Queue()

    def write(self, key: str, value: Any) -> None:
        if key == "amp":
            self.written.put_nowait(time.perf_counter())
        super().write(key, value)


def main() -> None:
    """Measure the three paths in one run, and print them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mosquitto(folder) as server, embedded_store(folder) as store:
            results = asyncio.run(measure(server, store.port))
            baseline = statistics.median(results["mqtt-round-trip"])
            rows = [(path, *figures(times, baseline)) for path, times in results.items()]
            title = f"Latency on {server.kind}, store: Valkey (embedded), {SAMPLES} samples a path"
            show(title, ("path", "n", "p50_ms", "p99_ms", "ratio_p50"), rows, "latency.csv")


def figures(times: Sequence[float], baseline: float) -> tuple[int, str, str, str]:
    """Count, median and 99th percentile in ms, and the median as a multiple of the baseline's."""
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    return len(times), f"{1000 * p50:.2f}", f"{1000 * p99:.2f}", f"{p50 / baseline:.2f}"


async def measure(server: Server, store_port: int) -> dict[str, list[float]]:
    """All paths on one broker and one store."""
    results = {"mqtt-round-trip": await asyncio.to_thread(round_trips, server)}
    async with swarm(server, store_port, with_box=False) as sample:
        results["reading-to-setpoint"] = [await sample() for _ in range(SAMPLES + WARM_UP)][WARM_UP:]
    async with swarm(server, store_port, with_box=True) as sample:
        results["reading-to-write"] = [await sample() for _ in range(SAMPLES + WARM_UP)][WARM_UP:]
    return results


def round_trips(server: Server) -> list[float]:
    """Two bare paho clients at QoS 1: one sends, the other sends back, the first hears it. No event loop, no JSON."""
    heard: queue.Queue[float] = queue.Queue()
    clients = [paho.Client(CallbackAPIVersion.VERSION2, f"bare-{n}", protocol=MQTTProtocolVersion.MQTTv5) for n in "ab"]
    there, back = clients
    there.on_message = lambda *_: heard.put(time.perf_counter())
    back.on_message = _send_back
    for client in clients:
        client.on_socket_open = without_delay
        client.connect(server.host, server.port)
        client.loop_start()
    there.subscribe("bare/back", qos=1)
    back.subscribe("bare/there", qos=1)
    time.sleep(0.5)
    times = []
    for _ in range(SAMPLES + WARM_UP):
        time.sleep(2 * SETTLE_S)  # the pace of the other paths: a machine that rests between samples is slower
        begin = time.perf_counter()
        there.publish("bare/there", b"x" * 300, qos=1)
        times.append(heard.get(timeout=5) - begin)
    for client in clients:
        client.disconnect()
        client.loop_stop()
    return times[WARM_UP:]


def _send_back(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
    client.publish("bare/back", message.payload, qos=1)


class Rig:
    """This process as the controller's inverter, and without a box as its bridge too."""

    def __init__(self, server: Server, clock: SteppedClock, box: TimedBox | None) -> None:
        self._clock = clock
        self._box = box
        self._bus = MqttBus(Broker(server.host, server.port), "rig", LOG)
        self._power_w = 0.0
        self._heard: asyncio.Queue[tuple[float, int | None]] = asyncio.Queue()
        self._turn = 0

    async def start(self) -> None:
        """Connect, and go on until the first charge."""
        connected = asyncio.Event()
        self._bus.on_connection(lambda up: connected.set() if up else None)
        self._bus.subscribe(TOPICS.wattpilot(1, "setpoint"), self._on_setpoint)
        self._bus.subscribe(TOPICS.wattpilot(1, "status"), self._on_status)
        self._bus.start()
        await connected.wait()
        for _ in range(50):
            with contextlib.suppress(TimeoutError):
                await self.sample(patience_s=0.5)
                return
        raise RuntimeError("the charge never started")

    async def stop(self) -> None:
        """Disconnect."""
        await self._bus.stop()

    async def sample(self, patience_s: float = 5.0) -> float:
        """Seconds from publishing a reading to the setpoint at the bridge or, with a box, to the write at the box."""
        await asyncio.sleep(SETTLE_S)  # the write before is acknowledged: its floor counts from then
        self._clock.advance(60)
        if self._box is None:
            self._bus.publish(TOPICS.wattpilot(1, "status"), self._status().encode())
        await asyncio.sleep(SETTLE_S)  # the renewed status and lease are through before the time is taken
        self._drain()
        self._turn += 1
        surplus_w = SURPLUSES_W[self._turn % 2]
        now = self._clock.now()
        reading = Reading(
            source="bench",
            measured_at=now,
            received_at=now,
            grid_w=self._power_w - surplus_w,
            load_w=500 + self._power_w,
        )
        begin = time.perf_counter()
        self._bus.publish(TOPICS.inverter(1, "reading"), reading.encode(), retain=True)
        async with asyncio.timeout(patience_s):
            return await self._arrival(round(surplus_w / 690)) - begin

    async def _arrival(self, amps: int) -> float:
        if self._box is not None:
            return await self._box.written.get()
        while True:
            heard_at, heard_a = await self._heard.get()
            if heard_a == amps:
                return heard_at

    def _drain(self) -> None:
        for inbox in (self._heard, self._box.written if self._box else asyncio.Queue[float]()):
            while not inbox.empty():
                inbox.get_nowait()

    def _status(self) -> Status:
        return Status(
            link=LinkState.ONLINE,
            car=Car.CHARGING,
            allowed=True,
            power_w=self._power_w,
            voltage_v=(230.0, 230.0, 230.0),
            phases=3,
            limits=Limits(minimum_a=6, installation_a=16),
        )

    def _on_setpoint(self, delivery: Delivery) -> None:
        self._heard.put_nowait((time.perf_counter(), decode(Setpoint, delivery.payload).amps))

    def _on_status(self, delivery: Delivery) -> None:
        self._power_w = decode(Status, delivery.payload).power_w or 0.0


@contextlib.asynccontextmanager
async def swarm(server: Server, store_port: int, *, with_box: bool) -> AsyncIterator[Sample]:
    """A configured controller, with a real bridge and a simulated box where asked for; gives the sampling function."""
    clock = SteppedClock()
    redis = connect(StoreAddress("127.0.0.1", store_port))
    store = Store(redis, Keys())
    await configure(store)
    box = TimedBox(lambda: datetime.now(UTC)) if with_box else None
    rig = Rig(server, clock, box)
    buses = [MqttBus(Broker(server.host, server.port), name, LOG) for name in ("controller", "bridge")]
    runs = [Controller(buses[0], store, clock, TOPICS, "bench", LOG).run()]
    if box is not None:
        wattpilot = WattpilotServer(box, password="bench", sleep=_fast)
        port = await wattpilot.start()
        settings = WattpilotSettings(id=1, host=f"127.0.0.1:{port}", password=SecretStr("bench"))
        runs += [Bridge(buses[1], clock, TOPICS, "bench", LOG, settings).run(), live(box)]
    for bus in buses:
        bus.start()
    tasks = [asyncio.ensure_future(run) for run in runs]
    try:
        await asyncio.sleep(3)  # leadership, log-in
        await rig.start()
        yield rig.sample
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for bus in buses:
            await bus.stop()
        await rig.stop()
        await redis.flushall()
        await redis.aclose()


async def configure(store: Store) -> None:
    """One inverter with one Wattpilot."""
    keys, redis = store.keys, store.redis
    inverter = Inverter(id=1, name="Roof", source=SolarEdgeV1(site_id="1"), house_id=2, wattpilot_id=1)
    await store.call(redis.hset(keys.inverters, "1", inverter.model_dump_json()))
    await store.call(redis.hset(keys.houses, "2", House(id=2, name="House").model_dump_json()))
    await store.call(redis.hset(keys.wattpilots, "1", Wattpilot(id=1, name="Carport").model_dump_json()))


async def live(box: TimedBox) -> None:
    """The box's own time, hurried."""
    box.plug_in()
    while True:
        box.step(1.0)
        await _fast(1.0)


async def _fast(seconds: float) -> None:
    await asyncio.sleep(seconds / HASTE)


if __name__ == "__main__":
    main()
