"""Writes to the store that are on disk when they return."""

import asyncio
from collections.abc import Sequence

from sunpilot.runtime.store import Store, StoreRefusedError

Command = Sequence[str | int]

FSYNC_MS = 1000
"""How long the store may take to bring a write to its append-only file."""


class Journal:
    """Writes configuration and orders; ``lock`` is held from reading what is checked until it is written.

    ``durable`` False is for a store without an append-only file, where WAITAOF is an error.
    """

    def __init__(self, store: Store, *, durable: bool = True) -> None:
        self._store = store
        self._durable = durable
        self.lock = asyncio.Lock()

    async def write(self, *commands: Command) -> None:
        """Write, then wait for the disk; raises `StoreDownError` or `StoreRefusedError`.

        Put first what later commands refer to: the commands are no transaction, because WAITAOF does not wait inside
        of one (Redis commands, WAITAOF), and it counts only for writes on its own connection.
        """
        pipe = self._store.redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        if self._durable:
            pipe.execute_command("WAITAOF", 1, 0, FSYNC_MS)
        # Raised by the client, a fault would quote the command, and with it a token.
        answers = await self._store.call(pipe.execute(raise_on_error=False))
        for answer in answers:
            if isinstance(answer, Exception):
                raise StoreRefusedError(f"the store refuses: {answer}")
        if self._durable and int(answers[-1][0]) < 1:
            raise StoreRefusedError("the change is not durable: the store did not bring it to its disk in time")

    async def next_id(self) -> int:
        """A number that no inverter and no house has had before."""
        return int(await self._store.call(self._store.redis.incr(self._store.keys.last_id)))
