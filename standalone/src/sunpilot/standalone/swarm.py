"""Fetcher, controller, api, bridge and recorder in one process, on whatever broker and store they are given."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from redis.asyncio import Redis

from sunpilot.api.grafana import NOWHERE, Grafana
from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.service import Api
from sunpilot.bridge.branch import offline_will
from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.keys import Keys
from sunpilot.contract.topics import Topics
from sunpilot.controller.service import Controller
from sunpilot.fetcher.service import Fetcher
from sunpilot.recorder.__main__ import database
from sunpilot.recorder.intake import Intake
from sunpilot.recorder.points import Points
from sunpilot.recorder.service import NAME as RECORDER
from sunpilot.recorder.service import Recorder
from sunpilot.recorder.settings import RecorderSettings
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, make_log
from sunpilot.runtime.mqtt import MqttBus, Will
from sunpilot.runtime.report import last_will
from sunpilot.runtime.store import Store, connect
from sunpilot.standalone.memory import RememberingBus

INSTANCE = "standalone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the swarm finds its servers, and where it serves. ``memory`` is the folder for the bridge's memory, needed
    with a broker that keeps nothing on disk. ``key``, ``password`` and ``proxy`` are the api's. Without ``recorder`` no
    history is kept.
    """

    broker: Broker
    store: StoreAddress
    host: str
    port: int
    key: SecretStr
    password: SecretStr | None = None
    proxy: str | None = None
    log_level: str = "warning"
    memory: Path | None = None
    recorder: RecorderSettings | None = None
    grafana: Grafana = NOWHERE
    home_assistant: HomeAssistant = field(default_factory=HomeAssistant)


class Swarm:
    """All services on one clock. They talk over the broker only, as they do in containers."""

    def __init__(self, clock: Clock, place: Place, wattpilot: WattpilotSettings) -> None:
        self._place = place
        self._topics = topics = Topics()
        self._buses: list[MqttBus] = []
        self._redis: list[Redis] = []
        store = self._store()
        self._api = Api(
            self._service_bus("api"),
            self._store(),  # of its own: however many read there, who controls does not wait behind them
            clock,
            topics,
            INSTANCE,
            self._log("api"),
            key=place.key,
            password=place.password,
            proxy=place.proxy,
            host=place.host,
            port=place.port,
            home_assistant=place.home_assistant,
            grafana=place.grafana,
        )
        controller = Controller(
            self._service_bus("controller"), store, clock, topics, INSTANCE, self._log("controller")
        )
        fetcher = Fetcher(self._service_bus("fetcher"), store, clock, topics, INSTANCE, self._log("fetcher"))
        bridge = Bridge(self._bridge_bus(wattpilot.id), clock, topics, INSTANCE, self._log("bridge"), wattpilot)
        self._services = [self._api.run, controller.run, fetcher.run, bridge.run]
        if place.recorder is not None:
            self._services.append(self._recorder(place.recorder, clock).run)

    async def run(self) -> None:
        """Run every service until cancelled; raises OSError when the api's port is taken."""
        for bus in self._buses:
            bus.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                for service in self._services:
                    tasks.create_task(service())
        except* OSError as group:
            raise group.exceptions[0] from None
        finally:
            await self._close()

    async def api_port(self) -> int:
        """The port that the api got, once it listens."""
        await self._api.started.wait()
        return self._api.port

    def bus(self, name: str, will: Will | None = None) -> MqttBus:
        """A connection of its own; made before `run`, which starts it. An onlooker has no will: nobody misses it."""
        bus = MqttBus(self._place.broker, name, self._log(name), will)
        self._buses.append(bus)
        return bus

    def _service_bus(self, name: str) -> MqttBus:
        return self.bus(name, last_will(self._topics, name, INSTANCE))

    def _bridge_bus(self, wattpilot_id: int) -> MqttBus:
        will = offline_will(self._topics, wattpilot_id)
        if self._place.memory is None:
            return self.bus("bridge", will)
        topic = self._topics.wattpilot(wattpilot_id, "memory")
        file = self._place.memory / f"bridge-memory-{wattpilot_id}.json"
        bus = RememberingBus(self._place.broker, "bridge", self._log("bridge"), will, topic, file)
        self._buses.append(bus)
        return bus

    def _recorder(self, settings: RecorderSettings, clock: Clock) -> Recorder:
        log = self._log(RECORDER)
        session = Intake(self._place.broker, "recorder-session", Points(self._topics).filters, log)
        return Recorder(
            self._service_bus(RECORDER),
            session,
            database(settings),
            settings.spool,
            settings.spool_mib * 1024 * 1024,
            clock,
            self._topics,
            INSTANCE,
            log,
        )

    def _store(self) -> Store:
        redis = connect(self._place.store, answer_s=1.5)  # a durable write may take a second
        self._redis.append(redis)
        return Store(redis, Keys())

    def _log(self, name: str) -> Log:
        return make_log(name, self._place.log_level)

    async def _close(self) -> None:
        for bus in self._buses:
            await bus.stop()
        for redis in self._redis:
            with contextlib.suppress(OSError):
                await redis.aclose()
