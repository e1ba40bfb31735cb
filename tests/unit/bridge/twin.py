"""A bridge in virtual time between the simulated Wattpilot and a broker in memory; no sockets anywhere."""

import asyncio
import functools
import random
from contextlib import suppress
from typing import Any, Literal, Self, TypeVar

from structlog.testing import CapturingLogger

from sunpilot.bridge.auth import derive_key as derive_key_of_the_bridge
from sunpilot.bridge.branch import offline_will
from sunpilot.bridge.connection import KeyFor
from sunpilot.bridge.service import Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.bridge.writes import BaseName
from sunpilot.contract.message import Part, decode
from sunpilot.contract.service import ServiceState
from sunpilot.contract.setpoint import Ack, Action, Memory, OnLapse, Order, Result, Setpoint
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.simulator.wattpilot.auth import derive_key
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.session import Session
from tests.support import virtual_time
from tests.support.cable import Cable
from tests.support.memory_bus import MemoryBroker
from tests.support.undated import undated

P = TypeVar("P", bound=Part)

PASSWORD = "Sonne+2026!"
SERIAL = "90000900"
KEY = derive_key(PASSWORD, SERIAL)
TOPICS = Topics()
EPOCH = 5


class Site:
    """Box, broker and bridge, and the one controller that is played here."""

    def __init__(self, base: BaseName = BaseName.A, *, box: dict[str, Any] | None = None) -> None:
        self.clock = virtual_time.VirtualClock()
        self.box = Box(self.clock.now, serial=SERIAL, **(box or {}))
        self.broker = MemoryBroker()
        self.log = CapturingLogger()
        self.settings = WattpilotSettings(id=1, host="twin", password=PASSWORD, base=base)
        self.connected = 0
        """How often the bridge has opened a connection."""
        self.box_password = PASSWORD
        """The password that the box was given; the bridge has one of its own."""
        self.cable: Cable | None = None
        """The connection opened last."""
        self._n = 0
        self._controller = self.broker.client()
        self._running: asyncio.Task[None] | None = None
        self._life: asyncio.Task[None] | None = None

    async def connect(self, _host: str) -> Cable:
        self.connected += 1
        if "refuse" in self.box.faults:
            raise ConnectionError("connection refused")
        key = _key_of_the_box(self.box_password, self.box.profile.algorithm)
        self.cable = Cable(Session(self.box, key, random.Random(1)))
        return self.cable

    async def start(self) -> None:
        """Start the bridge, and give it the time to log in."""
        bus = self.broker.client(offline_will(TOPICS, 1))
        bridge = Bridge(bus, self.clock, TOPICS, "test", self.log, self.settings, connect=self.connect, keys=_keys)
        self._running = asyncio.ensure_future(bridge.run())
        bus.connect()
        await asyncio.sleep(4.0)

    async def stop(self) -> None:
        """End the bridge as SIGTERM does."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        await asyncio.sleep(0.1)

    async def order(
        self,
        action: Action,
        amps: int | None = None,
        *,
        order: Order | None = None,
        on_lapse: OnLapse = OnLapse.STOP,
        keep_s: float | None = None,
        phases: Literal[1, 3] | None = None,
        manual_s: float | None = None,
        resume: bool = False,
    ) -> None:
        """Send a setpoint, the next one in order where none is given, and let a second pass."""
        self._n += 1
        place = order or Order(epoch=EPOCH, n=self._n)
        setpoint = Setpoint(
            action=action,
            amps=amps,
            phases=phases,
            epoch=place.epoch,
            n=place.n,
            on_lapse=on_lapse,
            keep_s=keep_s,
            manual_s=manual_s,
            resume=resume,
            reason="test",
        )
        self._controller.publish(TOPICS.wattpilot(1, "setpoint"), setpoint.encode())
        await asyncio.sleep(1.0)

    async def charge(self, amps: int = 10, phases: Literal[1, 3] | None = None) -> None:
        """Plug a car in, start the bridge, and have the car charge by a setpoint."""
        self.box.person_sets("frc", 1)
        self.box.plug_in()
        await self.start()
        await self.order(Action.CHARGE, amps, phases=phases)
        await asyncio.sleep(20.0)
        assert self.box.power_w > 1000

    async def keep_charging(self, seconds: float, amps: int = 10, phases: Literal[1, 3] | None = None) -> None:
        """Renew a setpoint every 30 s."""
        for _ in range(round(seconds / 30)):
            await self.order(Action.CHARGE, amps, phases=phases)
            await asyncio.sleep(29.0)

    async def request(self, key: str, payload: bytes | str) -> None:
        """Ask for a raw property, as a person does, and let a second pass."""
        content = payload.encode() if isinstance(payload, str) else payload
        self._controller.publish(TOPICS.wattpilot(1, f"set/{key}"), content)
        await asyncio.sleep(1.0)

    @property
    def frc(self) -> int:
        """The box's force state."""
        return int(self.box.properties["frc"])

    @property
    def amp(self) -> int:
        """The box's current setting."""
        return int(self.box.properties["amp"])

    @property
    def psm(self) -> int:
        """The box's phase mode."""
        return int(self.box.properties["psm"])

    @property
    def status(self) -> Status:
        """What the bridge said last of its box."""
        return self.statuses[-1]

    @property
    def acks(self) -> list[Ack]:
        return [undated(decode(Ack, payload)) for payload in self.broker.sent(TOPICS.wattpilot(1, "ack"))]

    @property
    def results(self) -> list[tuple[str | None, Result]]:
        """How everything ended, but for the later confirmations."""
        return [(ack.key, ack.result) for ack in self.acks if ack.result is not Result.CONFIRMED]

    @property
    def confirmed(self) -> list[tuple[str | None, object]]:
        """What the box's telemetry has confirmed."""
        return [(ack.key, ack.value) for ack in self.acks if ack.result is Result.CONFIRMED]

    @property
    def statuses(self) -> list[Status]:
        return [undated(decode(Status, payload)) for payload in self.broker.sent(TOPICS.wattpilot(1, "status"))]

    @property
    def memory(self) -> Memory:
        return self.retained(Memory, TOPICS.wattpilot(1, "memory"))

    @property
    def report(self) -> ServiceState:
        return self.retained(ServiceState, TOPICS.service("bridge", "test"))

    @property
    def online(self) -> bytes:
        return self.broker.retained[TOPICS.wattpilot(1, "online")]

    def retained(self, kind: type[P], topic: str) -> P:
        return decode(kind, self.broker.retained[topic])

    async def __aenter__(self) -> Self:
        """The box lives, the controller is connected."""
        self._controller.connect()
        self._life = asyncio.ensure_future(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        if self._life is not None:
            self._life.cancel()

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.box.step(1.0)


@functools.cache
def _key_of_the_box(password: str, algorithm: str) -> str:
    return derive_key(password, SERIAL, algorithm)


def _keys(password: str) -> KeyFor:
    """The bridge's own derivation, without the thread that virtual time has no place for."""

    async def key_for(algorithm: str, serial: str) -> str:
        return _key_of_the_bridge(algorithm, password, serial)

    return key_for


_key_of_the_bridge = functools.cache(derive_key_of_the_bridge)
