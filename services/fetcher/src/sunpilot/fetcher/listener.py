"""Listens to one source that sends by itself, and notices when it falls silent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.catalogue import Pushed
from sunpilot.fetcher.feed import Changed
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.memory import Memory, is_from_the_future
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.stamp import Stamp
from sunpilot.runtime.log import Streaks

_CLOCK_OFF = Text(
    en="A new measurement has come in. The source's clock is off by more than 2 s, so the time of receipt counts: set "
    "its clock.",
    de="Eine neue Messung ist da. Die Uhr der Quelle geht mehr als 2 s falsch, daher zählt die Empfangszeit: bitte "
    "ihre Uhr stellen.",
)


def _silent(maximum_age_s: float) -> SourceError:
    return SourceError(
        Outcome.SILENT,
        Text(
            en=f"The source has sent nothing for more than {maximum_age_s:.0f} s, so no charge starts by it: check "
            "that it is switched on and connected, and that its topic is right.",
            de=f"Die Quelle hat seit mehr als {maximum_age_s:.0f} s nichts gesendet, daher startet danach keine "
            "Ladung: bitte prüfen, ob sie eingeschaltet und verbunden ist und ob ihr Topic stimmt.",
        ),
    )


class Listener:
    """A `Feed` of a source that sends by itself."""

    def __init__(self, assignment: Assignment, record: Record, lines: Lines, changed: Changed) -> None:
        self.assignment = assignment
        self.record = record
        self._lines = lines
        self._clock = lines.clock
        self._streaks = Streaks(lines.log)
        self._changed = changed
        self._stamp = Stamp()
        self._heard_at_s = 0.0
        self._listening: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    async def run(self) -> None:
        """See `Feed.run`."""
        self._heard_at_s = self._clock.monotonic()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep())
            tasks.create_task(self._watch())
            while True:
                self._listening = tasks.create_task(self._listen(self.assignment))
                await asyncio.wait([self._listening])

    def assign(self, assignment: Assignment) -> None:
        """See `Feed.assign`. With other settings it listens anew."""
        before, self.assignment = self.assignment, assignment
        if assignment.opens_like(before):
            return
        self._heard_at_s = self._clock.monotonic()
        if self._listening is not None:
            self._listening.cancel()

    def ask(self) -> datetime | None:
        """See `Feed.ask`. There is nothing to ask: what there is has been sent."""
        return None

    def next_fetch_at(self) -> datetime | None:
        """See `Feed.next_fetch_at`."""
        return None

    @contextlib.asynccontextmanager
    async def released(self) -> AsyncIterator[None]:
        """See `Feed.released`. Anybody may listen besides."""
        yield

    async def _listen(self, assignment: Assignment) -> None:
        """Listen until the source gives up, then wait for as long as its back-off."""
        memory, fingerprint = self.record.memory, assignment.fingerprint
        if memory.configuration != fingerprint:
            self._remember(memory.configured(fingerprint))
        kind = assignment.kind
        if not isinstance(kind, Pushed):
            raise TypeError(f"{assignment.settings.kind} does not send by itself: it is asked")
        try:
            source = kind.open(self.record.credentials(assignment.secrets), self._lines)
            await source.run(self._heard)
        except SourceError as error:
            self._heard(error)
        now = self._clock.now()
        await self._clock.sleep(max(5.0, (self.record.memory.back_at(now) - now).total_seconds()))

    def _heard(self, news: Measurement | SourceError) -> None:
        """Take in a measurement or a fault."""
        now = self.record.settle()
        what = f"source {self.assignment.slot} gives no measurement"
        memory, budget = self.record.memory, self.assignment.budget
        if isinstance(news, SourceError):
            self._streaks.failed(what, outcome=news.outcome.value, why=news.text.en)
            self._remember(memory.failed(news, now, budget))
            return
        measurement, clock_is_off = self._stamp.put(news, now)
        if not is_from_the_future(measurement, now):
            self._heard_at_s = self._clock.monotonic()
            self._streaks.ended(what)
        after = memory.measured(measurement, now, budget)
        if clock_is_off and after.outcome is Outcome.OK:
            after = after.model_copy(update={"text": _CLOCK_OFF})
        self._remember(after)

    async def _watch(self) -> None:
        """Notice silence: a reading as old as it may be, and nothing new."""
        while True:
            maximum_s = self.assignment.settings.maximum_age_s
            left_s = self._heard_at_s + maximum_s - self._clock.monotonic()
            if left_s > 0:
                await self._clock.sleep(left_s)
                continue
            if not self.record.memory.has_failed:  # a fault that is known says more than silence
                self._heard(_silent(maximum_s))
            await self._clock.sleep(maximum_s)

    def _remember(self, memory: Memory) -> None:
        self.record.memory = memory
        self._news.set()
        self._changed()

    async def _keep(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self.record.keep(self.record.memory, self.assignment.budget)
