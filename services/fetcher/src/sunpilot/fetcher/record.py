"""One source's record in the store: calls booked against the quota, and the memory."""

from datetime import UTC, datetime, timedelta

from sunpilot.contract.message import BadMessageError, decode
from sunpilot.fetcher.budget import Budget
from sunpilot.fetcher.credentials import StoredCredentials, StoredSecrets
from sunpilot.fetcher.ledger import Ledger
from sunpilot.fetcher.memory import Memory
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import Command, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

STEP = timedelta(seconds=5)
"""A clock that falls back by more than this was set back."""


class Record:
    """Ledger and memory of the source in one slot, in the store and, while that is away, in memory alone.

    Every write may raise `FencedError`: somebody newer leads.
    """

    def __init__(self, store: Store, leader: Leader, clock: Clock, slot: str, log: Log) -> None:
        self.ledger = Ledger()
        self.memory = self._stored = Memory()
        self.slot = slot
        self._store = store
        self._leader = leader
        self._clock = clock
        self._calls_key = store.keys.calls(slot)
        self._memory_key = store.keys.source(slot)
        self._credentials = StoredCredentials(slot, store.keys, leader)
        self._streaks = Streaks(log)
        self._unwritten: list[datetime] = []
        self._started_at = clock.now() - timedelta(seconds=clock.monotonic())

    async def load(self) -> None:
        """Read what is stored; raises `StoreDownError` or `StoreRefusedError`."""
        calls = await self._store.call(self._store.redis.zrange(self._calls_key, 0, -1, withscores=True))
        text = await self._store.call(self._store.redis.get(self._memory_key))
        self.ledger = Ledger(datetime.fromtimestamp(score, UTC) for _, score in calls)
        try:
            memory = Memory() if text is None else decode(Memory, text.encode())
        except BadMessageError:
            memory = Memory()  # of another version: it is learned anew within one call
        now = self._clock.now()
        set_back = memory.at is not None and memory.at > now
        self.memory = memory.settled(memory.at - now) if memory.at is not None and set_back else memory

    def settle(self) -> datetime:
        """The time of day, with ledger and memory settled to it where the clock was set back."""
        now = self._clock.now()
        started_at = now - timedelta(seconds=self._clock.monotonic())
        step = self._started_at - started_at
        self._started_at = started_at
        if step > STEP:
            self.memory = self.memory.settled(step)
        self.ledger.settle(now)
        return now

    async def book(self, budget: Budget) -> None:
        """Book a call before it is made. Calls that the store has missed are made up for; those of a source without
        limits are not its business.
        """
        at = self._clock.now()
        self.ledger.book(at, budget.longest_span)
        if not budget.limits:
            return
        oldest = at - budget.longest_span
        self._unwritten = [call for call in self._unwritten if call > oldest] + [at]
        old = ("ZREMRANGEBYSCORE", self._calls_key, "-inf", oldest.timestamp())
        calls = [("ZADD", self._calls_key, call.timestamp(), call.isoformat()) for call in self._unwritten]
        if await self._write([old, *calls]):
            self._unwritten = []

    async def keep(self, memory: Memory, budget: Budget) -> None:
        """Remember. What a source without limits measures is soon outdated: there, only a new outcome is stored."""
        self.memory = memory
        stored = self._stored
        is_news = (memory.outcome, memory.configuration) != (stored.outcome, stored.configuration)
        command = ("SET", self._memory_key, memory.encode().decode())
        if (budget.limits or is_news) and await self._write([command]):
            self._stored = memory

    def credentials(self, secrets: StoredSecrets) -> StoredCredentials:
        """The source's credentials, with a place for what it must keep."""
        self._credentials.secrets = secrets
        return self._credentials

    async def erase(self) -> None:
        """Forget a source that is gone."""
        grant = ("HDEL", self._store.keys.grants, self.slot)
        await self._write([("DEL", self._calls_key, self._memory_key), grant])

    async def _write(self, commands: list[Command]) -> bool:
        what = "the store takes no writes; going on from memory"
        try:
            await self._leader.write(commands)
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed(what, why=str(error))
            return False
        self._streaks.ended(what)
        return True
