"""Asks one source: by schedule or on request, one call at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random

from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.catalogue import Polled
from sunpilot.fetcher.feed import Changed
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.memory import Memory
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.schedule import Course, next_fetch
from sunpilot.fetcher.source import Lines, PollSource
from sunpilot.runtime.log import Streaks

CLOSEST = timedelta(seconds=5)
"""A request this soon after the last call asks for nothing new."""

LOOK_S = 300.0
"""The time of day may step: the schedule is looked at again at least this often."""


class Poller:
    """A `Feed` of a source that answers when it is asked."""

    def __init__(self, assignment: Assignment, record: Record, lines: Lines, rng: Random, changed: Changed) -> None:
        self.assignment = assignment
        self.record = record
        self._lines = lines
        self._clock = lines.clock
        self._streaks = Streaks(lines.log)
        self._rng = rng
        self._changed = changed
        self._wanted = False
        self._attention = asyncio.Lock()
        self._jitter = 0.0
        self._opened: tuple[Assignment, PollSource] | None = None
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """See `Feed.run`."""
        self._notice_configuration(is_consented=self.assignment.secrets.code is not None)
        try:
            while True:
                self._wake.clear()
                wait_s = (self.next_fetch_at() - self._clock.now()).total_seconds()
                if wait_s > 0:
                    await self._pause(min(wait_s, LOOK_S))
                else:
                    await self._fetch()
        finally:
            await self._close()

    def assign(self, assignment: Assignment) -> None:
        """See `Feed.assign`."""
        if assignment == self.assignment:
            return
        before, self.assignment = self.assignment, assignment
        self._notice_configuration(
            is_consented=not assignment.opens_like(before), has_same_quota=assignment.has_same_quota(before)
        )
        self._changed()
        self._wake.set()

    def ask(self) -> datetime | None:
        """See `Feed.ask`. Dropped when a measurement is under way or just made."""
        now = self.record.settle()
        last = self.record.ledger.last(now)
        if self._attention.locked() or (last is not None and now - last < CLOSEST):
            return None
        allowed_at = self.allowed_at(now)
        if allowed_at > now:
            return allowed_at
        self._wanted = True
        self._wake.set()
        return None

    def next_fetch_at(self) -> datetime:
        """See `Feed.next_fetch_at`."""
        now = self.record.settle()
        if self._wanted:
            return self.allowed_at(now)
        memory = self.record.memory
        last = memory.polls[-1] if memory.polls else None
        course = Course(memory.back_at(now), memory.has_failed, last, memory.rhythm, memory.shown_until)
        return next_fetch(now, self.assignment.demand, self.record.ledger, course, self._jitter)

    @contextlib.asynccontextmanager
    async def released(self) -> AsyncIterator[None]:
        """See `Feed.released`."""
        async with self._attention:
            await self._close()
            yield

    def allowed_at(self, now: datetime) -> datetime:
        """The earliest time for a call that was asked for."""
        ledger = self.record.ledger
        last = ledger.last(now)
        free_at = ledger.free_at(now, self.assignment.budget.limits)
        return max(now if last is None else last + CLOSEST, free_at, self.record.memory.bound_until(now), now)

    def _notice_configuration(self, *, is_consented: bool, has_same_quota: bool = False) -> None:
        """Other settings, or a consent: what went wrong before counts no more. A code holds for minutes only."""
        memory, fingerprint = self.record.memory, self.assignment.fingerprint
        if is_consented or memory.configuration != fingerprint:
            self.record.memory = memory.configured(fingerprint, has_same_quota=has_same_quota)
            self._wanted = True

    async def _fetch(self) -> None:
        """One call, booked before it is made. A source that cannot be asked as it is configured costs none."""
        self._wanted = False
        self._jitter = self._rng.uniform(-1, 1)
        async with self._attention:
            assignment = self.assignment
            after = await self._measure(assignment, self.record.memory)
        if not self.assignment.opens_like(assignment):
            return  # settings changed meanwhile: the answer is one to the old ones, and the new ones are due
        await self.record.keep(after, assignment.budget)
        self._changed()

    async def _measure(self, assignment: Assignment, before: Memory) -> Memory:
        what = f"source {assignment.slot} gives no measurement"
        try:
            source = await self._open(assignment)
            await self.record.book(assignment.budget)
            measurement = await source.poll(self._clock.now())
        except SourceError as error:
            self._streaks.failed(what, outcome=error.outcome.value, why=error.text.en)
            return before.failed(error, self._clock.now(), assignment.budget)
        self._streaks.ended(what)
        return before.measured(measurement, self._clock.now(), assignment.budget)

    async def _open(self, assignment: Assignment) -> PollSource:
        """The source, open; raises `SourceError` when it cannot be asked as it is configured."""
        if self._opened is not None:
            opened_for, source = self._opened
            if assignment.opens_like(opened_for):
                return source
            await self._close()
        kind = assignment.kind
        if not isinstance(kind, Polled):
            raise TypeError(f"{assignment.settings.kind} is not asked: it sends by itself")
        source = kind.open(self.record.credentials(assignment.secrets), self._lines)
        self._opened = (assignment, source)
        return source

    async def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened[1].close()

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until something changes."""
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
