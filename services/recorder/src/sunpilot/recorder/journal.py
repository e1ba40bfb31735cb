"""The journal: what arrives goes to the disk first, together with all else that arrived, and is acknowledged then."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sunpilot.contract.wait import Wait
from sunpilot.recorder.loss import Loss
from sunpilot.recorder.spool import Spool
from sunpilot.recorder.wait import spool_disk
from sunpilot.recorder.worker import Do
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log

T = TypeVar("T")

RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A point's line, or None where a message has none, and what to call when it is safe."""

    line: bytes | None
    acknowledge: Callable[[], None]


class Journal:
    """Puts arrivals into the spool: many at once, for one disk flush serves them all (group commit).

    While the disk takes nothing, nothing is acknowledged, so the broker keeps what it may send no more of. ``say``
    tells what is waited for, None when nothing is; ``kept`` is called when there is something new in the spool.
    """

    def __init__(
        self,
        spool: Spool,
        disk: Do,
        clock: Clock,
        say: Callable[[Wait | None], None],
        kept: Callable[[], None],
        log: Log,
    ) -> None:
        self._spool = spool
        self._disk = disk
        self._clock = clock
        self._say = say
        self._kept = kept
        self._log = log
        self._arrivals: list[Arrival] = []
        self._arrived = asyncio.Event()

    def take(self, line: bytes | None, acknowledge: Callable[[], None]) -> None:
        """Keep a line, then acknowledge. In order: a message without a line waits for those before it."""
        self._arrivals.append(Arrival(line, acknowledge))
        self._arrived.set()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            arrivals, self._arrivals = self._arrivals, []
            await self._keep([one.line for one in arrivals if one.line is not None])
            for one in arrivals:
                one.acknowledge()
            self._kept()

    async def _keep(self, lines: list[bytes]) -> None:
        # One after the other: what is appended already must not be appended again because the rest has failed.
        await self._until_done(lambda: self._spool.append(lines))
        self._tell(await self._until_done(self._spool.trim))
        self._say(None)

    async def _until_done(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return await self._disk(work)
            except OSError as error:
                self._say(spool_disk(error))
                await self._clock.sleep(RETRY_S)

    def _tell(self, loss: Loss | None) -> None:
        if loss is not None:
            self._log.error(
                "the spool is full: the oldest messages are lost",
                messages=loss.lines,
                first=loss.first.isoformat(),
                last=loss.last.isoformat(),
            )
