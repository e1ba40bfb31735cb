"""Asks one inverter's source: by schedule or on request, one call at a time, and publishes what came of it."""

import asyncio
from datetime import datetime, timedelta
from random import Random

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.catalogue import Polled, kind_of
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.schedule import JITTER, next_fetch
from sunpilot.fetcher.source import Lines, SourceError
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks

CLOSEST = timedelta(seconds=5)
"""A request this soon after the last call asks for nothing new."""

LOOK_S = 60.0
"""The time of day may step: the schedule is looked at again at least this often."""

_REFUSED = Text(
    en="The source may not be asked again yet, to stay within what it allows: it is asked at the next fetch.",
    de="Die Quelle darf noch nicht wieder gefragt werden, um im Erlaubten zu bleiben: sie wird beim nächsten Abruf "
    "gefragt.",
)


class Poller:
    """Attends to one inverter as long as `run` runs."""

    def __init__(
        self,
        assignment: Assignment,
        record: Record,
        bus: Bus,
        topics: Topics,
        clock: Clock,
        log: Log,
        lines: Lines,
        rng: Random,
    ) -> None:
        self.assignment = assignment
        self.record = record
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._streaks = Streaks(log)
        self._lines = lines
        self._rng = rng
        self._wanted = False
        self._busy = False
        self._jitter = 1.0
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Ask for ever; raises `FencedError` when somebody newer leads."""
        self._notice_configuration()
        self._publish_reading()
        self._publish_state()
        while True:
            self._wake.clear()
            wait_s = (self.next_fetch_at(now := self._now()) - now).total_seconds()
            if wait_s > 0:
                await self._pause(min(wait_s, LOOK_S))
            else:
                await self._fetch()

    def assign(self, assignment: Assignment) -> None:
        """Take over changed settings, or a changed use for readings."""
        if assignment == self.assignment:
            return
        self.assignment = assignment
        self._notice_configuration()
        self._publish_state()
        self._wake.set()

    def ask(self) -> None:
        """A request from outside to measure now: dropped when a measurement is under way or just made, refused when
        the source may not be asked.
        """
        now = self._now()
        last = self.record.ledger.last(now)
        if self._busy or (last is not None and now - last < CLOSEST):
            return
        allowed_at = self._allowed_at(now)
        if allowed_at > now:
            self._publish(Outcome.REFUSED, _REFUSED, now, allowed_at)
            return
        self._wanted = True
        self._wake.set()

    def next_fetch_at(self, now: datetime) -> datetime:
        """When the source is asked next, as things stand."""
        if self._wanted:
            return self._allowed_at(now)
        back_at = self.record.memory.back_at(now)
        return next_fetch(now, self.assignment.demand, self.record.ledger, back_at, self._jitter)

    def retire(self) -> None:
        """Clear what was published: the inverter is gone."""
        for leaf in ("reading", "source"):
            self._bus.publish(self._topic(leaf), b"", retain=True)

    def _now(self) -> datetime:
        """The time of day, with the ledger settled to it."""
        now = self._clock.now()
        self.record.ledger.settle(now)
        return now

    def _allowed_at(self, now: datetime) -> datetime:
        """The earliest time for a call that was asked for."""
        ledger = self.record.ledger
        last = ledger.last(now)
        free_at = ledger.free_at(now, self.assignment.demand.budget.calls_per_day)
        return max(now if last is None else last + CLOSEST, free_at, self.record.memory.bound_until(now), now)

    def _notice_configuration(self) -> None:
        memory, fingerprint = self.record.memory, self.assignment.fingerprint
        if memory.configuration != fingerprint:
            self.record.memory = memory.configured(fingerprint)
            self._wanted = True

    async def _fetch(self) -> None:
        """One call, booked before it is made. A source that cannot be asked as it is configured costs none."""
        self._wanted, self._busy = False, True
        self._jitter = self._rng.uniform(1 - JITTER, 1 + JITTER)
        assignment, before = self.assignment, self.record.memory
        kind = kind_of(assignment.inverter.source)
        if not isinstance(kind, Polled):
            raise NotImplementedError
        what = f"inverter {assignment.inverter.id} gives no measurement"
        try:
            source = kind.open(self.record.credentials(assignment.secrets), self._lines)
            await self.record.book(self._clock.now())
            measurement = await source.poll(self._clock.now())
        except SourceError as error:
            self._streaks.failed(what, outcome=error.outcome.value, why=error.text.en)
            after = before.failed(error, self._clock.now(), assignment.demand.budget.floor_s)
        else:
            self._streaks.ended(what)
            after = before.measured(measurement, self._clock.now())
        finally:
            self._busy = False
        if self.assignment.fingerprint != assignment.fingerprint:
            return  # settings changed meanwhile: the answer is one to the old ones, and the new ones are due
        await self.record.keep(after)
        if after.reading != before.reading:
            self._publish_reading()
        self._publish_state()

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until something changes."""
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _publish_reading(self) -> None:
        reading = self.record.memory.reading
        if reading is not None:
            self._bus.publish(self._topic("reading"), reading.encode(), retain=True)

    def _publish_state(self) -> None:
        memory = self.record.memory
        if memory.outcome is not None and memory.text is not None and memory.at is not None:
            self._publish(memory.outcome, memory.text, memory.at, self.next_fetch_at(self._now()))

    def _publish(self, outcome: Outcome, text: Text, at: datetime, next_fetch_at: datetime) -> None:
        now = self._clock.now()
        used = self.record.ledger.used(now)
        state = SourceState(
            outcome=outcome,
            text=text,
            at=at,
            next_fetch_at=next_fetch_at,
            calls_used=used,
            calls_left=max(0, self.assignment.demand.budget.calls_per_day - used),
        )
        self._bus.publish(self._topic("source"), state.encode(), retain=True)

    def _topic(self, leaf: str) -> str:
        return self._topics.inverter(self.assignment.inverter.id, leaf)
