"""The writer: batches from the spool into the database, until it has taken them."""

import asyncio
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from sunpilot.contract.wait import Wait
from sunpilot.recorder.answer import Judgement, Meaning, judge
from sunpilot.recorder.backoff import Backoff
from sunpilot.recorder.database import Database
from sunpilot.recorder.refused import Refused, Remnant, put_aside
from sunpilot.recorder.segment import Stretch
from sunpilot.recorder.spool import Spool
from sunpilot.recorder.wait import spool_disk
from sunpilot.recorder.worker import Do
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks

GATHER_S = 2.0
"""What comes within this time goes in one request."""

BATCH_LINES = 5000
BATCH_BYTES = 2 * 1024 * 1024


class NotTakenError(Exception):
    """The database does not take this batch now; it stays in the spool."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.meaning.name)
        self.judgement = judgement


class Writer:
    """Empties the spool. ``say`` tells what is waited for, None when nothing is. Points that the database refuses for
    good go into the file ``aside``.
    """

    def __init__(
        self,
        spool: Spool,
        database: Database,
        aside: Path,
        disk: Do,
        network: Do,
        clock: Clock,
        backoff: Backoff,
        say: Callable[[Wait | None], None],
        log: Log,
    ) -> None:
        self._spool = spool
        self._database = database
        self._aside = aside
        self._disk = disk
        self._network = network
        self._clock = clock
        self._backoff = backoff
        self._say = say
        self._log = log
        self._streaks = Streaks(log)
        self._maximum_lines = BATCH_LINES
        self._news = asyncio.Event()
        self._news.set()

    def look(self) -> None:
        """There is something new in the spool."""
        self._news.set()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._news.wait()
            await self._clock.sleep(GATHER_S)
            self._news.clear()
            await self._empty()

    async def _empty(self) -> None:
        while True:
            try:
                batch = await self._disk(lambda: self._spool.peek(self._maximum_lines, BATCH_BYTES))
                if batch is None:
                    return
                refused = await self._write(batch.lines) if batch.lines else []
                remnant = await self._disk(functools.partial(put_aside, self._aside, refused, self._clock.now()))
            except NotTakenError as error:
                await self._disk(self._spool.unpin)
                self._say(error.judgement.wait)
                await self._clock.sleep(self._backoff.after(error.judgement))
            except OSError as error:
                self._say(spool_disk(error))
                await self._clock.sleep(self._backoff.after(Judgement(Meaning.NOT_NOW)))
            else:
                self._backoff.succeeded()
                self._say(None)
                await self._finish(batch, refused, remnant)

    async def _write(self, lines: Sequence[bytes]) -> list[Refused]:
        """Write; of what the database refuses, find the lines that it means by halves. Raises `NotTakenError`."""
        judgement = judge(await self._network(lambda: self._database.write(lines)))
        if judgement.meaning is Meaning.TAKEN:
            return []
        if judgement.meaning not in (Meaning.REFUSED, Meaning.TOO_LARGE):
            raise NotTakenError(judgement)
        if len(lines) == 1:
            if judgement.meaning is Meaning.TOO_LARGE:
                self._maximum_lines = BATCH_LINES  # it was this line, not their number
            return [Refused(lines[0], judgement.why, judgement.refusal)]
        middle = len(lines) // 2
        if judgement.meaning is Meaning.TOO_LARGE:
            self._maximum_lines = middle
        return [*await self._write(lines[:middle]), *await self._write(lines[middle:])]

    async def _finish(self, batch: Stretch, refused: Sequence[Refused], remnant: Remnant | None) -> None:
        if remnant is not None:
            lost = remnant.lines - remnant.kept
            self._log.error("the database refuses points", put_aside=remnant.kept, lost=lost, why=refused[-1].why)
        if batch.damaged:
            self._log.error("the disk has damaged lines of the spool: they are lost", messages=batch.damaged)
        try:
            await self._disk(lambda: self._spool.done(batch, remnant))
        except OSError as error:
            self._streaks.failed("the spool's ledger cannot be written", why=error.strerror or str(error))
        else:
            self._streaks.ended("the spool's ledger cannot be written")
