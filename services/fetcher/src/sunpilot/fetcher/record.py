"""One source's record in the store: calls booked against the quota, and the memory."""

from datetime import UTC, datetime

from sunpilot.contract.message import BadMessageError, decode
from sunpilot.fetcher.credentials import StoredCredentials, StoredSecrets
from sunpilot.fetcher.ledger import DAY, Ledger
from sunpilot.fetcher.memory import Memory
from sunpilot.runtime.leader import Command, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError


class Record:
    """Ledger and memory of one inverter's source, in the store and, while that is away, in memory alone.

    Every write may raise `FencedError`: somebody newer leads.
    """

    def __init__(self, store: Store, leader: Leader, slot: str, log: Log) -> None:
        self.ledger = Ledger()
        self.memory = Memory()
        self.slot = slot
        self._store = store
        self._leader = leader
        self._calls_key = store.keys.calls(slot)
        self._memory_key = store.keys.source(slot)
        self._streaks = Streaks(log)
        self._unwritten: list[datetime] = []

    async def load(self) -> None:
        """Read what is stored; raises `StoreDownError` or `StoreRefusedError`."""
        calls = await self._store.call(self._store.redis.zrange(self._calls_key, 0, -1, withscores=True))
        text = await self._store.call(self._store.redis.get(self._memory_key))
        self.ledger = Ledger(datetime.fromtimestamp(score, UTC) for _, score in calls)
        try:
            self.memory = Memory() if text is None else decode(Memory, text.encode())
        except BadMessageError:
            self.memory = Memory()  # of another version: it is learned anew within one call

    async def book(self, at: datetime) -> None:
        """Book a call before it is made. Calls that the store has missed are made up for."""
        self.ledger.book(at)
        self._unwritten = [call for call in self._unwritten if call > at - DAY] + [at]
        old = ("ZREMRANGEBYSCORE", self._calls_key, "-inf", (at - DAY).timestamp())
        calls = [("ZADD", self._calls_key, call.timestamp(), call.isoformat()) for call in self._unwritten]
        if await self._write([old, *calls]):
            self._unwritten = []

    async def keep(self, memory: Memory) -> None:
        """Remember."""
        self.memory = memory
        await self._write([("SET", self._memory_key, memory.encode().decode())])

    def credentials(self, secrets: StoredSecrets) -> StoredCredentials:
        """The source's credentials, with a place for what it must keep."""
        return StoredCredentials(secrets, self.slot, self._store.keys, self._leader)

    async def erase(self) -> None:
        """Forget a source that is gone."""
        await self._write([("DEL", self._calls_key, self._memory_key), ("HDEL", self._store.keys.grants, self.slot)])

    async def _write(self, commands: list[Command]) -> bool:
        what = "the store takes no writes; going on from memory"
        try:
            await self._leader.write(commands)
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed(what, why=str(error))
            return False
        self._streaks.ended(what)
        return True
