"""Attends to one inverter: to its source, to the second one while the first is stale, and to what is published."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sunpilot.contract.source import Outcome
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.choice import Choice, Condition, condition
from sunpilot.fetcher.feed import Feed
from sunpilot.fetcher.outlet import Outlet
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError

LOOK_S = 5.0
"""Readings grow old without any event: with a second source, its turn is looked for this often."""


class Attendant:
    """Attends to one inverter as long as `run` runs. ``feeds`` are its source and, where there is one, the second;
    they are set before.
    """

    def __init__(self, outlet: Outlet, clock: Clock) -> None:
        self.feeds: Sequence[Feed] = ()
        self._outlet = outlet
        self._clock = clock
        self._choice = Choice()
        self._second: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def notice(self) -> None:
        """A feed has learned something."""
        self._changed.set()

    async def run(self) -> None:
        """Attend for ever; raises `FencedError` when somebody newer leads."""
        self._second = None  # the one of an attempt that failed has ended with it
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.feeds[0].run())
                while True:
                    self._changed.clear()
                    self._choose(tasks)
                    wait_s = self._outlet.publish_reading(self._used, self.feeds[0])
                    self._outlet.publish_state(self._used, self.feeds[0])
                    await self._wait(wait_s)
        except BaseExceptionGroup as group:
            if group.subgroup(FencedError) is not None:
                raise FencedError("a newer fetcher leads") from None
            raise

    def assign(self, assignments: Sequence[Assignment]) -> None:
        """Pass on changed settings or secrets, or a changed use for readings."""
        for feed, assignment in zip(self.feeds, assignments, strict=True):
            feed.assign(assignment)

    def ask(self) -> None:
        """A request from outside to measure now; refused when the source in use may not be asked."""
        allowed_at = self._used.ask()
        if allowed_at is not None:
            self._outlet.refuse(self._used, self.feeds[0], allowed_at)

    @property
    def _used(self) -> Feed:
        return self.feeds[1] if self._choice.uses_fallback else self.feeds[0]

    def _choose(self, tasks: asyncio.TaskGroup) -> None:
        if len(self.feeds) < 2:
            return
        now = self._clock.now()
        first, fallback = (self._condition(feed, now) for feed in self.feeds)
        self._choice = self._choice.seen(first, fallback, now)
        is_wanted = self._choice.wants_fallback or _awaits_exchange(self.feeds[1])
        if is_wanted and self._second is None:
            self._second = tasks.create_task(self.feeds[1].run())
        elif not is_wanted and self._second is not None:
            self._second.cancel()
            self._second = None

    @staticmethod
    def _condition(feed: Feed, now: datetime) -> Condition:
        assignment = feed.assignment
        needed = assignment.demand.is_for_control(now)
        return condition(feed.record.memory, assignment.settings.maximum_age_s, now, needed=needed)

    async def _wait(self, seconds: float) -> None:
        """Until something changes; where ``seconds`` are given, for so long whatever changes."""
        if seconds > 0:
            await self._clock.sleep(seconds)
            return
        if len(self.feeds) < 2:
            await self._changed.wait()
            return
        waits = [asyncio.ensure_future(self._clock.sleep(LOOK_S)), asyncio.ensure_future(self._changed.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _awaits_exchange(feed: Feed) -> bool:
    """A person has consented to a source that stands by: the code holds for minutes only, so it is exchanged now."""
    code = feed.record.credentials(feed.assignment.secrets).code
    return code is not None and feed.record.memory.outcome in (None, Outcome.NETWORK, Outcome.SERVER)
