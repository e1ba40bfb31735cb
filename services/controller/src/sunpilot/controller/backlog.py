"""What a leader has to write into the store, in one go with its next decision."""

from collections.abc import Iterable

from sunpilot.runtime.leader import Command, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import StoreDownError, StoreRefusedError


class Backlog:
    """Commands that wait. ``store_answers`` is false while the store takes nothing; then they are dropped, and the
    leader goes on from memory.
    """

    def __init__(self, leader: Leader, log: Log) -> None:
        self._leader = leader
        self._streaks = Streaks(log)
        self._waiting: list[Command] = []
        self.store_answers = True

    def add(self, commands: Iterable[Command]) -> None:
        """Write these with what comes next."""
        self._waiting += commands

    async def write_rest(self) -> None:
        """Write what still waits, if anything does; raises `FencedError` when somebody newer leads."""
        if self._waiting:
            await self.write([])

    async def write(self, commands: Iterable[Command]) -> None:
        """Write these after all that waited; raises `FencedError` when somebody newer leads."""
        waiting, self._waiting = [*self._waiting, *commands], []
        what = "the store takes nothing; going on from memory"
        try:
            await self._leader.write(waiting)
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed(what, why=str(error))
            self.store_answers = False
            return
        self._streaks.ended(what)
        self.store_answers = True
