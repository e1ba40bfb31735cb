"""Answers the api's wish to try a source: reads the settings once, books the call, and says what came of it."""

import contextlib

from pydantic import ValidationError

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_test import SourceTest, SourceTestAnswer
from sunpilot.contract.topics import Topics
from sunpilot.fetcher import trial
from sunpilot.fetcher.roster import Roster
from sunpilot.fetcher.source import Lines
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.leader import FencedError
from sunpilot.runtime.log import Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

UNREADABLE = Text(
    en="These settings cannot be read: are api and fetcher of the same version?",
    de="Diese Einstellungen sind nicht lesbar: haben api und fetcher dieselbe Version?",
)
USED_UP = Text(
    en="This site's quota does not allow another call just now, because a configured source uses it too: try later.",
    de="Das Kontingent dieser Anlage erlaubt gerade keinen Aufruf mehr, weil eine eingerichtete Quelle es mitbenutzt: "
    "bitte später versuchen.",
)
FAULT = "a source cannot be tried"


class Tester:
    """Tries sources; those that are configured are left alone by their own feeds meanwhile."""

    def __init__(self, store: Store, roster: Roster, lines: Lines, bus: Bus, topics: Topics) -> None:
        self._store = store
        self._roster = roster
        self._lines = lines
        self._bus = bus
        self._topics = topics
        self._streaks = Streaks(lines.log)

    async def answer(self, request: str) -> None:
        """Answer one request. One whose settings are not in the store (any more) has no answer."""
        try:
            key = self._store.keys.source_test(request)
            text = await self._store.call(self._store.redis.getdel(key))
            answer = None if text is None else await self._try(text)
        except (StoreDownError, StoreRefusedError, FencedError):
            return  # the api says that nobody answers
        except Exception as error:  # a source's fault must not end the fetcher; its text may hold what was given
            self._streaks.failed(FAULT, error=type(error).__name__)
            return
        if answer is not None:
            self._bus.publish(self._topics.source_test_answer(request), answer.encode())

    async def _try(self, text: str) -> SourceTestAnswer:
        try:
            test = SourceTest.model_validate_json(text)
        except ValidationError:
            return SourceTestAnswer(outcome=Outcome.BAD_PAYLOAD, text=UNREADABLE)
        same = [feed for feed in self._roster.feeds if feed.assignment.settings.identity == test.source.identity]
        async with contextlib.AsyncExitStack() as stack:
            for feed in same:
                await stack.enter_async_context(feed.released())
            now = self._lines.clock.now()
            for feed in same:
                budget, record = feed.assignment.budget, feed.record
                is_blocked = record.memory.outcome is Outcome.RATE_LIMITED and record.memory.back_at(now) > now
                if is_blocked or record.ledger.free_at(now, budget.limits) > now:
                    return SourceTestAnswer(outcome=Outcome.REFUSED, text=USED_UP)
            for feed in same:
                await feed.record.book(feed.assignment.budget)
            credentials = trial.credentials_for(test, {feed.assignment.slot: feed for feed in self._roster.feeds})
            return await trial.run(test, credentials, self._lines)
