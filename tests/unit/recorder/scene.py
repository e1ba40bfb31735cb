"""A recorder in virtual time between a broker with a session and a database, both with faults at will."""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from structlog.testing import CapturingLogger

from sunpilot.contract.service import ServiceState
from sunpilot.contract.status import LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.recorder.answer import Answer
from sunpilot.recorder.intake import Say, Take
from sunpilot.recorder.service import Recorder
from sunpilot.runtime.bus import Delivery
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock

T = TypeVar("T")

UNDER_WAY = 200
TOPIC = "sunpilot/wattpilot/1/status"


async def inline(work: Callable[[], T]) -> T:
    """Instead of a thread."""
    await asyncio.sleep(0)
    return work()


class Session:
    """A broker's session: what is not acknowledged comes again after each connect; ``client`` is who is connected."""

    def __init__(self) -> None:
        self.queue: deque[Delivery] = deque()
        self.under_way: dict[int, Delivery] = {}
        self.is_known = False
        self.say: Say = lambda _wait: None
        self._mid = 0
        self._take: Take | None = None

    def client(self) -> "Client":
        return Client(self)

    def publish(self, payload: bytes, topic: str = TOPIC) -> None:
        self.queue.append(Delivery(topic, payload, retained=False))
        self.pump()

    def connect(self, take: Take | None) -> None:
        """Another connection, or none; what was under way on the last one waits again, in its order."""
        self.queue.extendleft(reversed(self.under_way.values()))
        self.under_way = {}
        self._take = take
        self.pump()

    def pump(self) -> None:
        take = self._take
        while take is not None and self.queue and len(self.under_way) < UNDER_WAY:
            self._mid += 1
            delivery = self.under_way[self._mid] = self.queue.popleft()
            asyncio.get_running_loop().call_soon(self._hand_over, take, delivery, self._mid)

    def _hand_over(self, take: Take, delivery: Delivery, mid: int) -> None:
        def acknowledge() -> None:
            if self._take is take and self.under_way.pop(mid, None) is not None:
                self.pump()

        if self._take is take:
            take(delivery, acknowledge)


class Client:
    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, take: Take, remembered: Callable[[bool], None], say: Say) -> None:
        self._session.say = say
        remembered(self._session.is_known)
        self._session.is_known = True
        self._session.connect(take)

    async def stop(self) -> None:
        self._session.connect(None)


class Bucket:
    """A database: points by series and time, as InfluxDB keeps them. ``door`` may answer instead of it."""

    def __init__(self) -> None:
        self.points: dict[tuple[bytes, bytes], bytes] = {}
        self.writes: list[int] = []
        self.door: Callable[[Sequence[bytes]], Answer | None] = lambda _lines: None
        self.after: Callable[[], None] = lambda: None

    def write(self, lines: Sequence[bytes]) -> Answer:
        self.writes.append(len(lines))
        refusal = self.door(lines)
        if refusal is not None:
            return refusal
        for line in lines:
            series, _, rest = line.partition(b" ")
            fields, _, time = rest.rpartition(b" ")
            self.points[series, time] = fields
        self.after()
        return Answer(204)

    @property
    def energies(self) -> list[int]:
        """The numbers of the statuses, in the order of their times."""
        found = [
            (int(time), fields)
            for (series, time), fields in self.points.items()
            if series == b"status,wattpilot=1" and b"energy_wh=" in fields
        ]
        return [int(float(fields.split(b"energy_wh=")[1].split(b",")[0])) for _, fields in sorted(found)]


class Scene:
    """The recorder, and all around it. Each status that is said has a number of its own."""

    def __init__(self, folder: Path, spool_bytes: int = 64 * 1024 * 1024) -> None:
        self.folder = folder
        self.spool_bytes = spool_bytes
        self.clock = VirtualClock()
        self.session = Session()
        self.bucket = Bucket()
        self.broker = MemoryBroker()
        self.log = CapturingLogger()
        self.said = 0
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        bus = self.broker.client()
        recorder = Recorder(
            bus,
            self.session.client(),
            self.bucket,
            self.folder,
            self.spool_bytes,
            self.clock,
            Topics(),
            "test",
            self.log,
            disk=inline,
            network=inline,
            rng=random.Random(1),
        )
        self._running = asyncio.ensure_future(recorder.run())
        asyncio.get_running_loop().call_soon(bus.connect)

    async def stop(self) -> None:
        assert self._running is not None
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running

    def say(self) -> None:
        self.said += 1
        at = self.clock.now() + timedelta(microseconds=self.said)
        self.session.publish(Status(link=LinkState.ONLINE, energy_wh=self.said, at=at).encode())

    async def live(self, seconds: float, a_second: int = 1) -> None:
        """Let time pass, with so many statuses each second."""
        for _ in range(int(seconds)):
            for _ in range(a_second):
                self.say()
            await self.clock.sleep(1)

    @property
    def report(self) -> ServiceState:
        return ServiceState.model_validate_json(self.broker.retained["sunpilot/service/recorder/test"])

    @property
    def everything(self) -> list[int]:
        return list(range(1, self.said + 1))
