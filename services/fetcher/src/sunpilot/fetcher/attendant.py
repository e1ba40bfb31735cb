"""Attends to one inverter: to its source, to the second one while the first is stale, and to what is published."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.choice import Choice, Condition, condition
from sunpilot.fetcher.feed import Feed
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError

LOOK_S = 5.0
"""Readings grow old without any event: with a second source, its turn is looked for this often."""

CLOSEST_S = 1.0
"""Between two readings on the topic; of those that come faster, the last one counts."""

REPEAT_S = 30.0
"""The state of a source without quota is said again after this time, however often it is read."""

_REFUSED = Text(
    en="The source may not be asked again yet, to stay within what it allows: it is asked at the next fetch.",
    de="Die Quelle darf noch nicht wieder gefragt werden, um im Erlaubten zu bleiben: sie wird beim nächsten Abruf "
    "gefragt.",
)


class Attendant:
    """Attends to one inverter as long as `run` runs. ``feeds`` are its source and, where there is one, the second;
    they are set before."""

    def __init__(self, inverter_id: int, bus: Bus, topics: Topics, clock: Clock) -> None:
        self.feeds: Sequence[Feed] = ()
        self._bus = bus
        self._inverter_id = inverter_id
        self._topics = topics
        self._clock = clock
        self._choice = Choice()
        self._second: asyncio.Task[None] | None = None
        self._reading: Reading | None = None
        self._reading_at_s = -CLOSEST_S
        self._state: SourceState | None = None
        self._state_at_s = 0.0
        self._changed = asyncio.Event()

    def notice(self) -> None:
        """A feed has learned something."""
        self._changed.set()

    async def run(self) -> None:
        """Attend for ever; raises `FencedError` when somebody newer leads."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.feeds[0].run())
                while True:
                    self._changed.clear()
                    self._choose(tasks)
                    wait_s = self._publish_reading()
                    self._publish_state()
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
            now = self._clock.now()
            state = self._describe(Outcome.REFUSED, _REFUSED, now, allowed_at)
            self._bus.publish(self._topics.inverter(self._inverter_id, "source"), state.encode(), retain=True)

    @property
    def _used(self) -> Feed:
        return self.feeds[1] if self._choice.uses_fallback else self.feeds[0]

    def _choose(self, tasks: asyncio.TaskGroup) -> None:
        if len(self.feeds) < 2:
            return
        now = self._clock.now()
        first, fallback = (self._condition(feed, now) for feed in self.feeds)
        self._choice = self._choice.seen(first, fallback, now)
        if self._choice.wants_fallback and self._second is None:
            self._second = tasks.create_task(self.feeds[1].run())
        elif not self._choice.wants_fallback and self._second is not None:
            self._second.cancel()
            self._second = None

    @staticmethod
    def _condition(feed: Feed, now: datetime) -> Condition:
        assignment = feed.assignment
        needed = assignment.demand.is_for_control(now)
        return condition(feed.record.memory, assignment.settings.maximum_age_s, now, needed=needed)

    def _publish_reading(self) -> float:
        """Publish the reading of the source in use where it is news; answers after how many seconds it may, or 0."""
        reading = self._used.record.memory.reading
        if reading is None:
            return 0.0
        reading = reading.model_copy(update={"is_from_fallback": self._choice.uses_fallback})
        if reading == self._reading:
            return 0.0
        wait_s = self._reading_at_s + CLOSEST_S - self._clock.monotonic()
        if wait_s > 0:
            return wait_s
        self._reading, self._reading_at_s = reading, self._clock.monotonic()
        self._bus.publish(self._topics.inverter(self._inverter_id, "reading"), reading.encode(), retain=True)
        return 0.0

    def _publish_state(self) -> None:
        memory = self._used.record.memory
        if memory.outcome is None or memory.text is None or memory.at is None:
            return
        state = self._describe(memory.outcome, memory.text, memory.at, self._used.next_fetch_at())
        before = self._state
        is_same = before is not None and before.model_copy(update=_timeless(state)) == state
        age_s = self._clock.monotonic() - self._state_at_s
        if is_same and state.calls_used is None and age_s < REPEAT_S:
            return
        if state != before:
            self._state, self._state_at_s = state, self._clock.monotonic()
            self._bus.publish(self._topics.inverter(self._inverter_id, "source"), state.encode(), retain=True)

    def _describe(self, outcome: Outcome, text: Text, at: datetime, next_fetch_at: datetime | None) -> SourceState:
        used = self._used
        now = self._clock.now()
        budget = used.assignment.budget
        calls = [(used.record.ledger.used(now, limit.span), limit.calls) for limit in budget.limits]
        calls_used, calls_left = min(
            ((count, max(0, most - count)) for count, most in calls), key=lambda pair: pair[1], default=(None, None)
        )
        return SourceState(
            outcome=outcome,
            text=text,
            at=at,
            next_fetch_at=next_fetch_at,
            calls_used=calls_used,
            calls_left=calls_left,
            source=used.assignment.settings.kind,
            is_fallback=self._choice.uses_fallback,
            first=self.feeds[0].record.memory.text if self._choice.uses_fallback else None,
        )

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


def _timeless(state: SourceState) -> dict[str, object]:
    return {"at": state.at, "next_fetch_at": state.next_fetch_at}
