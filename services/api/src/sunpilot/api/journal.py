"""Writes to the store that are on disk when they return."""

import asyncio
from collections.abc import Sequence

from sunpilot.api.announcer import Announcer
from sunpilot.runtime.store import Store, StoreRefusedError

Command = Sequence[str | int]
Change = tuple[str, int]
"""Which entity changes: its kind, as `ConfigChanged` names it, and its id."""

FSYNC_MS = 1000
"""How long the store may take to bring a write to its append-only file."""


class Journal:
    """Writes configuration and orders; ``lock`` is held from reading what is checked until it is written.

    ``durable`` False is for a store without an append-only file, where WAITAOF is an error. ``is_in_doubt`` after a
    write that failed: it may stand all the same, so what was published from memory must be read again.
    """

    def __init__(self, store: Store, announcer: Announcer, *, durable: bool = True) -> None:
        self._store = store
        self._announcer = announcer
        self._durable = durable
        self.lock = asyncio.Lock()
        self.is_in_doubt = False

    async def write(self, *commands: Command, changes: Sequence[Change] = ()) -> None:
        """Write, wait for the disk, and announce the changes; raises `StoreDownError` or `StoreRefusedError`.

        A write that timed out or is not durable may stand: its changes are announced all the same, which makes those
        who care read the store again. Put first what later commands refer to: the commands are no transaction, because
        WAITAOF does not wait inside of one (Redis commands, WAITAOF), and it counts only for writes on its own
        connection.
        """
        was_in_doubt, self.is_in_doubt = self.is_in_doubt, True
        try:
            await self._write(commands)
            self.is_in_doubt = was_in_doubt
        finally:
            for kind, entity_id in changes:
                self._announcer.changed(kind, entity_id)

    async def _write(self, commands: Sequence[Command]) -> None:
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
