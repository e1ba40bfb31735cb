"""Keeps Home Assistant's discovery topics as they should be: announced, renewed at its birth, cleared when gone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sunpilot.api.board import Board
from sunpilot.api.homeassistant.entity import Language
from sunpilot.api.homeassistant.roster import Box, Known, devices, is_ours
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.reading import Reading
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.report import VERSION
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

TICK_S = 1.0
"""What changes within this time is announced at once together."""


@dataclass(frozen=True, slots=True)
class HomeAssistant:
    """How Home Assistant is told. ``enabled`` False takes back what was announced; ``prefix`` is its discovery prefix,
    ``language`` that of the entities' names and of the decision's sentence.
    """

    enabled: bool = True
    prefix: str = "homeassistant"
    language: Language = "en"


class Discovery:
    """Compares what should be announced with what the broker keeps, and publishes the difference."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        board: Board,
        clock: Clock,
        topics: Topics,
        instance: str,
        log: Log,
        settings: HomeAssistant,
    ) -> None:
        self._bus = bus
        self._store = store
        self._board = board
        self._clock = clock
        self._topics = topics
        self._instance = instance
        self._streaks = Streaks(log)
        self._settings = settings
        self._configuration: Configuration | None = None
        self._is_outdated = True
        self._boxes: dict[int, Box] = {}
        self._seen: dict[int, frozenset[str]] = {}
        self._kept: dict[str, bytes] = {}
        self._basis: tuple[Configuration, Known] | None = None
        self._announcements: Mapping[str, bytes] = {}

    def subscribe(self) -> None:
        """Listen to Home Assistant's birth, and to what is announced already."""
        self._bus.subscribe(f"{self._settings.prefix}/status", self._on_birth)
        self._bus.subscribe(self._topic("+"), self._on_announcement)

    def reread(self) -> None:
        """The configuration has changed, or may have."""
        self._is_outdated = True

    async def run(self) -> None:
        """Announce what changed, for ever. While the store is away, what was announced stays."""
        what = "Home Assistant is not told what changed"
        while True:
            await self._clock.sleep(TICK_S)
            try:
                await self._renew()
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, why=str(error))
            else:
                self._streaks.ended(what)

    async def _renew(self) -> None:
        if not self._bus.is_connected:
            return
        if self._is_outdated or self._configuration is None:
            self._is_outdated = False  # before the answer, so that a change meanwhile is not missed
            try:
                self._configuration = await self._store.configuration()
            except (StoreDownError, StoreRefusedError):
                self._is_outdated = True
                raise
        wanted = self._wanted(self._configuration) if self._settings.enabled else {}
        for topic in self._kept.keys() - wanted.keys():
            self._bus.publish(topic, b"", retain=True)
            del self._kept[topic]
        for topic, payload in wanted.items():
            if self._kept.get(topic) != payload:
                self._bus.publish(topic, payload, retain=True)
                self._kept[topic] = payload

    def _wanted(self, configuration: Configuration) -> Mapping[str, bytes]:
        self._look_at_the_board(configuration)
        known = Known(
            version=VERSION,
            api=self._instance,
            controllers=self._controllers() or (self._instance,),
            boxes=dict(self._boxes),
            seen=dict(self._seen),
        )
        if self._basis != (configuration, known):
            self._basis = (configuration, known)
            language = self._settings.language
            self._announcements = {
                self._topic(device.id): device.announcement(VERSION, language)
                for device in devices(self._topics, configuration, known, language)
            }
        return self._announcements

    def _look_at_the_board(self, configuration: Configuration) -> None:
        """What was known once stays known: a box that is away still has its firmware, and a house its battery."""
        for wattpilot_id in configuration.wattpilots:
            status = self._board.last(Status, f"wattpilot/{wattpilot_id}/status")
            if status is not None and status.firmware is not None:
                self._boxes[wattpilot_id] = Box(status.device_type, status.firmware)
        for inverter_id in configuration.inverters:
            reading = self._board.last(Reading, f"inverter/{inverter_id}/reading")
            if reading is not None:
                had = {field for field, value in reading if value is not None}
                self._seen[inverter_id] = self._seen.get(inverter_id, frozenset()) | had

    def _controllers(self) -> tuple[str, ...]:
        return tuple(instance for name, instance in self._board.services() if name == "controller")

    def _on_birth(self, delivery: Delivery) -> None:
        if delivery.payload == b"online":
            self._kept = dict.fromkeys(self._kept, b"")

    def _on_announcement(self, delivery: Delivery) -> None:
        device_id = delivery.topic.split("/")[-2]
        if delivery.payload and is_ours(self._topics, device_id):
            self._kept.setdefault(delivery.topic, delivery.payload)

    def _topic(self, device_id: str) -> str:
        return f"{self._settings.prefix}/device/{device_id}/config"
