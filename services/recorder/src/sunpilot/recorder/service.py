"""The recorder as a service: messages from the broker's session into the spool, and from there into the database."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

from sunpilot.contract.service import Recording
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import BROKER, Wait
from sunpilot.recorder.account import account
from sunpilot.recorder.backoff import Backoff
from sunpilot.recorder.database import Database
from sunpilot.recorder.intake import Source
from sunpilot.recorder.journal import Journal
from sunpilot.recorder.measurement import SCHEMA_VERSION
from sunpilot.recorder.points import Points
from sunpilot.recorder.spool import Spool
from sunpilot.recorder.wait import SETTINGS, spool_disk
from sunpilot.recorder.worker import Do, Worker
from sunpilot.recorder.writer import Writer
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log
from sunpilot.runtime.report import Report

NAME = "recorder"

LOOK_S = 10.0
"""Between two looks at what waits in the spool."""

OPEN_S = 5.0


class Recorder:
    """Records all that `Points` knows. ``database`` None: it only says what it waits for.

    ``disk`` and ``network`` do what blocks. The spool and the file of refused points are in ``folder``.
    """

    def __init__(
        self,
        bus: Bus,
        source: Source,
        database: Database | None,
        folder: Path,
        spool_bytes: int,
        clock: Clock,
        topics: Topics,
        instance: str,
        log: Log,
        *,
        disk: Do | None = None,
        network: Do | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._bus = bus
        self._source = source
        self._database = database
        self._folder = folder
        self._spool_bytes = spool_bytes
        self._clock = clock
        self._log = log
        self._disk = disk or Worker("disk")
        self._network = network or Worker("network")
        self._rng = rng or random.Random()
        self._points = Points(topics)
        self._recording = Recording(schema_version=SCHEMA_VERSION)
        self._report = Report(bus, clock, topics, NAME, instance, log, lambda: self._recording)
        self._said: dict[str, Wait] = {}

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Record until cancelled."""
        self._report.waits_for(BROKER, not self._bus.is_connected)
        self._bus.on_connection(lambda up: self._report.waits_for(BROKER, not up))
        self._report.waits_for(SETTINGS, self._database is None)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._report.run())
                if self._database is not None:
                    tasks.create_task(self._record(self._database))
        finally:
            self._report.say_goodbye()

    async def _record(self, database: Database) -> None:
        spool = await self._open()
        backoff = Backoff(self._rng)
        aside = self._folder / "refused.lines"
        writer = Writer(
            spool,
            database,
            aside,
            self._disk,
            self._network,
            self._clock,
            backoff,
            lambda what: self._say("database", what),
            self._log,
        )
        journal = Journal(spool, self._disk, self._clock, lambda what: self._say("disk", what), writer.look, self._log)
        met: asyncio.Queue[bool] = asyncio.Queue()
        self._source.start(
            lambda delivery, acknowledge: self._take(journal, delivery, acknowledge),
            met.put_nowait,
            lambda what: self._say("session", what),
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._meet(spool, met))  # before the first message is in the spool
                tasks.create_task(journal.run())
                tasks.create_task(writer.run())
                tasks.create_task(self._look(spool))
        finally:
            await self._source.stop()
            with contextlib.suppress(OSError):
                await self._disk(spool.close)

    async def _open(self) -> Spool:
        while True:
            try:
                spool = await self._disk(lambda: Spool(self._folder, self._spool_bytes))
            except OSError as error:
                self._say("disk", spool_disk(error))
                await self._clock.sleep(OPEN_S)
            else:
                self._say("disk", None)
                if spool.cut_bytes:
                    self._log.warning(
                        "the spool ended in the middle of a line, which is cut off", bytes=spool.cut_bytes
                    )
                return spool

    def _take(self, journal: Journal, delivery: Delivery, acknowledge: Callable[[], None]) -> None:
        """A message becomes a line; what has none, or is none, is acknowledged in its turn."""
        line = None
        try:
            point = self._points.point(delivery.topic, delivery.payload, self._clock.now(), delivery.retained)
            line = None if point is None else point.line()
        except ValueError as error:  # a `BadMessageError`, or a message that tells nothing
            self._report.drop(delivery, str(error))
        journal.take(line, acknowledge)

    async def _meet(self, spool: Spool, met: "asyncio.Queue[bool]") -> None:
        """Each time that the broker has accepted us: one that has forgotten us kept nothing meanwhile."""
        while True:
            remembered = await met.get()
            if not remembered and await self._disk(spool.note_gap):
                self._log.warning("the broker had forgotten the recorder: what was said meanwhile may be missing")

    async def _look(self, spool: Spool) -> None:
        while True:
            with contextlib.suppress(OSError):
                self._recording = await self._disk(lambda: self._count(spool))
            await self._clock.sleep(LOOK_S)

    def _count(self, spool: Spool) -> Recording:
        return account(spool.ledger.entry, spool.waiting, spool.size_bytes, spool.oldest(), self._clock.now())

    def _say(self, about: str, what: Wait | None) -> None:
        """Begin or end to wait for something about session, disk or database; one thing at a time of each."""
        before = self._said.get(about)
        if before == what:
            return
        if before is not None:
            del self._said[about]
            self._report.waits_for(before, before in self._said.values())
        if what is not None:
            self._said[about] = what
            self._report.waits_for(what)
