"""The whole swarm with the simulated house, in virtual time: no socket is opened, and nothing waits."""

import asyncio
import contextlib
import functools
import random
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import fakeredis

from sunpilot.bridge.auth import derive_key
from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.decision import Decision
from sunpilot.contract.house import House as ConfiguredHouse
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part, decode
from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.service import ConfigChanged
from sunpilot.contract.setpoint import Ack, Setpoint
from sunpilot.contract.source_settings import SolarEdgeV1, Source
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.service import Controller
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.service import Fetcher
from sunpilot.runtime.log import make_log
from sunpilot.runtime.store import Store
from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.house import House, ModelledDay, Truth
from sunpilot.simulator.meter.meter import Meter
from sunpilot.simulator.meter.shape import Message
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.wattpilot.auth import derive_key as derive_key_in_the_box
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.session import Session
from sunpilot.simulator.world import EAST_WEST, UPPER_BAVARIA
from tests.support import cloud_wire
from tests.support.cable import Cable
from tests.support.memory_bus import MemoryBroker, MemoryBus
from tests.support.virtual_time import VirtualClock

TOKEN = "VIRTUALVIRTUALVIRTUALVIRTUAL0001"
SITE = 1234
PASSWORD = "Sonne+2026!"
TOPICS = Topics()
ZONE = ZoneInfo("Europe/Berlin")
LOG = make_log("test", "critical")


class Chargers:
    """All boxes of a house, as the house sees them: one load."""

    def __init__(self, boxes: Collection[Box]) -> None:
        self._boxes = boxes

    @property
    def power_w(self) -> float:
        return sum(box.power_w for box in self._boxes)

    def step(self, dt_s: float) -> None:
        for box in self._boxes:
            box.step(dt_s)


class VirtualSwarm:
    """Fetcher, controller and a bridge for each box on a broker in memory and a store in memory, with a house and a
    cloud. ``box`` is the first of ``boxes``.
    """

    def __init__(
        self, start: datetime, clouds: Clouds | None = None, source: Source | None = None, wattpilots: int = 1
    ) -> None:
        self.clock = VirtualClock(start)
        self.broker = MemoryBroker()
        self.redis_server = fakeredis.FakeServer()
        self.redis = fakeredis.FakeAsyncRedis(server=self.redis_server, decode_responses=True)
        self.store = Store(self.redis, Keys())
        self.boxes = {w: Box(self.clock.now, ama=16, serial=f"9000090{w - 1}") for w in range(1, wattpilots + 1)}
        self.box = self.boxes[1]
        for box in self.boxes.values():
            box.plug_in()
        self.cloud = Cloud(self.clock.now, Subscription(SITE, TOKEN, ZONE, 1_000_000, 5, 0, api_key=TOKEN))
        day = ModelledDay(UPPER_BAVARIA, EAST_WEST, clouds or Clouds(), Appliances(ZONE, seed=1))
        self.source = source or SolarEdgeV1(site_id=str(SITE), calls_per_day=100_000, floor_s=5, age_s=(0, 10))
        self.meter = Meter("evcc", self._hear)
        self.inverter = Inverter(id=1, name="Roof", source=self.source, house_id=2, wattpilot_id=1)
        self.house = House(self.clock.now, self.clock.sleep, day, Chargers(self.boxes.values()), watchers=[self._watch])
        self.calls: list[datetime] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.buses: dict[str, MemoryBus] = {}

    @contextlib.asynccontextmanager
    async def running(self, *, smart: bool = True) -> AsyncIterator["VirtualSwarm"]:
        """Everything configured and started."""
        await self.configure(smart=smart)
        self.tasks["house"] = asyncio.ensure_future(self.house.run())
        for name in (*self._bridges, "controller", "fetcher"):
            self.start(name)
        try:
            yield self
        finally:
            for name in list(self.tasks):
                await self.stop(name)

    def start(self, name: str) -> None:
        """Start a service, as a process of its own would start."""
        bus = self.buses[name] = self.broker.client()
        make: Mapping[str, Callable[[MemoryBus], Bridge | Controller | Fetcher]] = {
            **{name: functools.partial(self._bridge, w) for name, w in self._bridges.items()},
            "controller": lambda bus: Controller(bus, self.store, self.clock, TOPICS, "test", LOG),
            "fetcher": lambda bus: Fetcher(
                bus, self.store, self.clock, TOPICS, "test", LOG, ask=self._ask, rng=random.Random(1)
            ),
        }
        self.tasks[name] = asyncio.ensure_future(make[name](bus).run())
        asyncio.get_running_loop().call_soon(bus.connect)

    async def stop(self, name: str, *, gracefully: bool = True) -> None:
        """End a service; ungracefully means that its last words are not heard."""
        if not gracefully:
            self.buses[name].disconnect(gracefully=False)
        task = self.tasks.pop(name)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        if name in self.buses:
            self.buses[name].disconnect()

    async def configure(self, *, mode: Mode = Mode.SUN, smart: bool = True) -> None:
        inverter = self.inverter.model_copy(update={"smart_charging_enabled": smart})
        await self.put("inverters", 1, inverter)
        await self.put("houses", 2, ConfiguredHouse(id=2, name="House"))
        for w in self.boxes:
            await self.put("wattpilots", w, Wattpilot(id=w, name=f"Carport {w}", mode=mode, house_id=2))
        await self.redis.hset("sunpilot:tokens", mapping={"1": TOKEN, "1:fallback": TOKEN})
        self.announce("inverter")

    async def override(self, override: Override, wattpilot_id: int = 1) -> None:
        await self.put("overrides", wattpilot_id, override)
        self.announce("override")

    def announce(self, kind: str) -> None:
        self.broker.publish(TOPICS.config, ConfigChanged(kind=kind, id=1).encode(), False)

    async def put(self, name: str, entity_id: int, entity: Part) -> None:
        await self.redis.hset(f"sunpilot:{name}", str(entity_id), entity.model_dump_json())

    # --- what was said --------------------------------------------------------------------------------------------

    @property
    def decision(self) -> Decision:
        return self.decision_on(1)

    def decision_on(self, wattpilot_id: int) -> Decision:
        return decode(Decision, self.broker.retained[TOPICS.wattpilot(wattpilot_id, "decision")])

    @property
    def status(self) -> Status:
        return decode(Status, self.broker.retained[TOPICS.wattpilot(1, "status")])

    @property
    def setpoints(self) -> list[Setpoint]:
        return [decode(Setpoint, payload) for payload in self.broker.sent(TOPICS.wattpilot(1, "setpoint"))]

    @property
    def acks(self) -> list[Ack]:
        return [decode(Ack, payload) for payload in self.broker.sent(TOPICS.wattpilot(1, "ack"))]

    # --- the edges ------------------------------------------------------------------------------------------------

    @property
    def _bridges(self) -> Mapping[str, int]:
        """The Wattpilot of each bridge, by the name to start and stop it by."""
        return {"bridge" if w == 1 else f"bridge-{w}": w for w in self.boxes}

    def _bridge(self, wattpilot_id: int, bus: MemoryBus) -> Bridge:
        settings = WattpilotSettings(id=wattpilot_id, host="box", password=PASSWORD)
        box = self.boxes[wattpilot_id]
        key = derive_key_in_the_box(PASSWORD, box.serial)

        async def connect(_host: str) -> Cable:
            if "refuse" in box.faults:
                raise ConnectionRefusedError
            return Cable(Session(box, key, random.Random(1)))

        return Bridge(bus, self.clock, TOPICS, str(wattpilot_id), LOG, settings, connect=connect, keys=_keys)

    def _watch(self, truth: Truth) -> None:
        """What flows is seen by the cloud or by the meter, whichever is a source."""
        sources = (self.inverter.source, self.inverter.fallback)
        if any(isinstance(source, MqttMeter) for source in sources):
            self.meter.observe(truth)
        if any(source is not None and not isinstance(source, MqttMeter) for source in sources):
            self.cloud.observe(truth)

    def _hear(self, message: Message) -> None:
        self.broker.publish(message.topic, message.payload, message.retain)

    async def _ask(self, request: HttpRequest) -> HttpAnswer:
        self.calls.append(self.clock.now())
        return await cloud_wire.ask(self.cloud, request)


@functools.cache
def _client_key(algorithm: str, password: str, serial: str) -> str:
    return derive_key(algorithm, password, serial)


def _keys(password: str) -> Callable[[str, str], "asyncio.Future[str]"]:
    """Keys derived on the spot: threads have no place in virtual time."""

    def key_for(algorithm: str, serial: str) -> "asyncio.Future[str]":
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.set_result(_client_key(algorithm, password, serial))
        return future

    return key_for
