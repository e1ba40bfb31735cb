"""One leader per role: a lease in the store, and writes that fail once somebody newer leads."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence

from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

LEASE_MS = 6000
RENEW_S = 2.0
GRACE_S = LEASE_MS / 1000 - RENEW_S
"""A renewal that is late by this much may come after a successor."""

Command = Sequence[str | int | float]

# KEYS: lease, epoch; ARGV: instance, lease in ms, now in ms, own epoch (0 = a standby). Answers the epoch, or 0: not
# the leader.
# A leader whose lease lapsed while the store was away takes it back as long as nobody newer has led since.
_LEAD = """
local holder = redis.call('GET', KEYS[1])
local stored = tonumber(redis.call('GET', KEYS[2]) or '0')
local own = tonumber(ARGV[4])
if holder and holder ~= ARGV[1] then return '0' end
if own > 0 and stored > own then return '0' end
local epoch = own
if own == 0 then epoch = math.max(tonumber(ARGV[3]), stored + 1) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], string.format('%.0f', epoch))
return string.format('%.0f', epoch)
"""

# KEYS: epoch; ARGV: own epoch, then one command each as a JSON list. Nothing is written when a newer leader has been.
_WRITE = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
for i = 2, #ARGV do redis.call(unpack(cjson.decode(ARGV[i]))) end
return 1
"""


class FencedError(Exception):
    """Somebody newer leads: stop writing and publishing."""


class Leader:
    """Campaigns for a role; ``epoch`` is None on standby. The lease always counts real time."""

    def __init__(self, store: Store, clock: Clock, role: str, instance: str, log: Log) -> None:
        self._store = store
        self._clock = clock
        self._role = role
        self._instance = f"{instance} {uuid.uuid4()}"  # an instance that restarts is somebody new
        self._log = log
        self._streaks = Streaks(log)
        self._on_change: Callable[[bool], None] = lambda _leads: None
        self._renewed_at_s = 0.0
        self.epoch: int | None = None
        self.store_answers = False

    @property
    def is_sure(self) -> bool:
        """Leads, and has not slept through its lease: a process that was paused asks the store before it speaks. While
        the store is away, a leader stays sure.
        """
        late_s = asyncio.get_running_loop().time() - self._renewed_at_s - RENEW_S
        return self.epoch is not None and (not self.store_answers or late_s < GRACE_S)

    async def run(self, on_change: Callable[[bool], None]) -> None:
        """Campaign for ever; tells each change of leadership. While the store is away, a leader stays leader."""
        self._on_change = on_change
        while True:
            await self._campaign()
            await asyncio.sleep(RENEW_S)

    async def write(self, commands: Sequence[Command]) -> None:
        """Write as leader, all or nothing; raises `FencedError`, `StoreDownError` or `StoreRefusedError`."""
        if self.epoch is None:
            raise FencedError(f"not the {self._role}'s leader")
        texts = [json.dumps([str(word) for word in command]) for command in commands]
        key = self._store.keys.epoch(self._role)
        if not await self._store.call(self._store.redis.eval(_WRITE, 1, key, str(self.epoch), *texts)):
            raise FencedError(f"a newer {self._role} leads")

    async def outbid(self, epoch: int) -> None:
        """Step above an epoch that a bridge has already obeyed, as a store that was lost forgets it.

        Only while the store confirms that nobody else leads: an old leader that wakes up must not outbid its successor.
        """
        if self.epoch is not None and epoch > self.epoch and await self._campaign() and self.epoch is not None:
            self.epoch = epoch + 1

    async def resign(self) -> None:
        """Give the lease up at once, so that a standby need not wait for its end."""
        if self.epoch is None:
            return
        self.epoch = None
        lease = self._store.keys.lease(self._role)
        if await self._store.call(self._store.redis.get(lease)) == self._instance:
            await self._store.call(self._store.redis.delete(lease))

    async def _campaign(self) -> bool:
        """Take or renew the lease; False when the store does not tell."""
        keys = (self._store.keys.lease(self._role), self._store.keys.epoch(self._role))
        now_ms = int(self._clock.now().timestamp() * 1000)
        arguments = (self._instance, LEASE_MS, now_ms, self.epoch or 0)
        try:
            answer = int(await self._store.call(self._store.redis.eval(_LEAD, 2, *keys, *map(str, arguments))))
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed("the lease cannot be renewed", why=str(error))
            self.store_answers = False
            return False
        self._streaks.ended("the lease cannot be renewed")
        self.store_answers = True
        self._renewed_at_s = asyncio.get_running_loop().time()
        before, self.epoch = self.epoch, answer or None
        if (before is None) != (self.epoch is None):
            self._log.info("leading" if self.epoch else "on standby", role=self._role, epoch=self.epoch)
            self._on_change(self.epoch is not None)
        return True
