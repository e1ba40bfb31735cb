"""A recorder in virtual time between a broker with a session and a database, both with faults at will."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from structlog.testing import CapturingLogger

from sunpilot.contract.service import ServiceState
from sunpilot.contract.status import LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.recorder.answer import Answer
from sunpilot.recorder.service import Recorder
from tests.support.broker_session import Session, inline
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock


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
