"""Having a source tried by the fetcher, which alone talks to sources."""

import asyncio
import secrets
from functools import partial

from sunpilot.api.refusal import BrokerDownError, NoAnswerError
from sunpilot.contract.decision import Text
from sunpilot.contract.source_test import ANSWER_S, KEPT_S, SourceTest, SourceTestAnswer
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store

AT_ONCE = 4
"""More trials than this wait for one another."""

_NOT_TRIED = Text(
    en="The message broker does not answer, so no source can be tried; try later.",
    de="Der Nachrichten-Broker antwortet nicht, darum lässt sich keine Quelle testen; versuche es später noch einmal.",
)
_NO_FETCHER = Text(
    en="The fetcher, which asks the inverters, does not answer: see under “Health” whether it runs and what it waits "
    "for, then try again.",
    de="Der Fetcher, der die Wechselrichter fragt, antwortet nicht: Sieh unter „Zustand“ nach, ob er läuft und worauf "
    "er wartet, dann versuche es noch einmal.",
)


class Trials:
    """The settings to try wait in the store, where only services can read them; over the broker goes a number."""

    def __init__(self, bus: Bus, store: Store, topics: Topics, report: Report) -> None:
        self._bus = bus
        self._store = store
        self._topics = topics
        self._report = report
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, test: SourceTest) -> SourceTestAnswer:
        """What the fetcher makes of it, within 10 s.

        Raises `BrokerDownError`, `NoAnswerError`, `StoreDownError` or `StoreRefusedError`.
        """
        async with self._turns:
            if not self._bus.is_connected:
                raise BrokerDownError(_NOT_TRIED)
            request = secrets.token_urlsafe(16)
            answered: asyncio.Future[SourceTestAnswer] = asyncio.get_running_loop().create_future()
            topic = self._topics.source_test_answer(request)
            self._bus.subscribe(topic, partial(self._take, answered))
            try:
                key = self._store.keys.source_test(request)
                await self._store.call(self._store.redis.set(key, test.model_dump_json(), ex=KEPT_S))
                self._bus.publish(self._topics.source_test(request), b"")
                return await self._answer(answered)
            finally:
                self._bus.unsubscribe(topic)

    @staticmethod
    async def _answer(answered: "asyncio.Future[SourceTestAnswer]") -> SourceTestAnswer:
        done, _ = await asyncio.wait([answered], timeout=ANSWER_S)
        if not done:
            raise NoAnswerError(
                _NO_FETCHER,
                "The fetcher, which asks the sources, does not answer; see whether it runs and what it waits for "
                "(GET /api/v1/health), then try again.",
            )
        return answered.result()

    def _take(self, answered: "asyncio.Future[SourceTestAnswer]", delivery: Delivery) -> None:
        answer = self._report.read(SourceTestAnswer, delivery)
        if answer is not None and not answered.done():
            answered.set_result(answer)
