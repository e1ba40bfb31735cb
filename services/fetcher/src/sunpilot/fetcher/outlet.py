"""What is published of one inverter: its reading, and how the source in use is doing."""

from collections.abc import Callable
from datetime import datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.topics import Topics
from sunpilot.fetcher.budget import DAY
from sunpilot.fetcher.feed import Feed
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock

CLOSEST_S = 1.0
"""Between two readings on the topic; of those that come faster, the last one counts."""

REPEAT_S = 30.0
"""The state of a source without quota is said again after this time, however often it is read."""

_REFUSED = Text(
    en="The source may not be asked again yet, to stay within what it allows: it is asked at the next fetch.",
    de="Die Quelle darf noch nicht wieder gefragt werden, um im Erlaubten zu bleiben: sie wird beim nächsten Abruf "
    "gefragt.",
)


class Outlet:
    """The topics of one inverter. ``may_speak`` tells whether this fetcher still leads for certain."""

    def __init__(self, inverter_id: int, bus: Bus, topics: Topics, clock: Clock, may_speak: Callable[[], bool]) -> None:
        self._bus = bus
        self._may_speak = may_speak
        self._reading_topic = topics.inverter(inverter_id, "reading")
        self._state_topic = topics.inverter(inverter_id, "source")
        self._clock = clock
        self._reading: Reading | None = None
        self._reading_at_s = -CLOSEST_S
        self._state: SourceState | None = None
        self._state_at_s = 0.0

    def publish_reading(self, used: Feed, first: Feed) -> float:
        """Publish the last reading of the source in use where it is news; answers after how many seconds it may be, 0
        where there is nothing left to publish.
        """
        reading = used.record.memory.reading
        if reading is None:
            return 0.0
        reading = reading.model_copy(update={"is_from_fallback": used is not first})
        if reading == self._reading:
            return 0.0
        wait_s = self._reading_at_s + CLOSEST_S - self._clock.monotonic()
        if wait_s <= 0 and not self._may_speak():
            wait_s = CLOSEST_S
        if wait_s > 0:
            return wait_s
        self._reading, self._reading_at_s = reading, self._clock.monotonic()
        self._bus.publish(self._reading_topic, reading.encode(), retain=True)
        return 0.0

    def publish_state(self, used: Feed, first: Feed) -> None:
        """Publish how the source in use is doing: each call of one with a quota, otherwise what is news."""
        memory = used.record.memory
        if memory.outcome is None or memory.text is None or memory.at is None or not self._may_speak():
            return
        state = self._describe(used, first, memory.outcome, memory.text, memory.at, used.next_fetch_at())
        if state == self._state or (state.calls_used is None and self._was_just_said(state)):
            return
        self._state, self._state_at_s = state, self._clock.monotonic()
        self._bus.publish(self._state_topic, state.encode(), retain=True)

    def refuse(self, used: Feed, first: Feed, allowed_at: datetime) -> None:
        """Say that a measurement was asked for which the source does not allow yet."""
        state = self._describe(used, first, Outcome.REFUSED, _REFUSED, self._clock.now(), allowed_at)
        self._bus.publish(self._state_topic, state.encode(), retain=True)

    def _was_just_said(self, state: SourceState) -> bool:
        if self._state is None or self._clock.monotonic() - self._state_at_s >= REPEAT_S:
            return False
        times = {"at": state.at, "next_fetch_at": state.next_fetch_at}
        return self._state.model_copy(update=times) == state

    def _describe(
        self, used: Feed, first: Feed, outcome: Outcome, text: Text, at: datetime, next_fetch_at: datetime | None
    ) -> SourceState:
        calls_used, calls_left = self._calls(used)
        return SourceState(
            outcome=outcome,
            text=text,
            at=at,
            next_fetch_at=next_fetch_at,
            calls_used=calls_used,
            calls_left=calls_left,
            source=used.assignment.settings.kind,
            is_fallback=used is not first,
            first=first.record.memory.text if used is not first else None,
        )

    def _calls(self, used: Feed) -> tuple[int, int] | tuple[None, None]:
        """Calls used and left of a day's or a month's quota; None where there is no such quota."""
        now = self._clock.now()
        for limit in used.assignment.budget.limits:
            if limit.span >= DAY:
                count = used.record.ledger.used(now, limit.span)
                return count, max(0, limit.calls - count)
        return None, None
