"""A service's heart: the sign of life that a health check reads, and the end of a process that is wedged."""

import asyncio
import contextlib
import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

from sunpilot.runtime.log import Log

BEAT_S = 5.0
"""Between two signs of life, in real time."""

PATIENCE_S = 60.0
"""An event loop that does not move for so long never will."""

SILENCE_S = 120.0
"""A connected broker that acknowledges nothing for so long, while a report goes out every 30 s, is not connected."""

EX_SOFTWARE = 70
"""Exit status of an internal fault (sysexits.h)."""


class Line(Protocol):
    """The connection to the broker, as far as it tells whether it works."""

    @property
    def silence_s(self) -> float | None:
        """Seconds since the broker last acknowledged anything; None without a connection."""
        ...


class Heart:
    """Beats in the event loop, and writes what the service waits for into a file, for as long as it works.

    Nothing restarts a container only because it is unhealthy, so a process that is wedged ends itself: when the loop
    stands still, or when the broker seems connected and acknowledges nothing. ``waits_for`` are sentences; ``end`` ends
    the process with an exit status.
    """

    def __init__(
        self,
        file: Path | None,
        line: Line,
        waits_for: Callable[[], Sequence[str]],
        log: Log,
        *,
        patience_s: float = PATIENCE_S,
        beat_s: float = BEAT_S,
        end: Callable[[int], None] = os._exit,
    ) -> None:
        self._file = file
        self._line = line
        self._waits_for = waits_for
        self._log = log
        self._beat_s = beat_s
        self._patience = max(1, round(patience_s / beat_s))
        self._end = end
        self._beats = 0
        self._stopped = threading.Event()
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to beat."""
        self._beating = asyncio.create_task(self._run())
        threading.Thread(target=self._watch, name="heart", daemon=True).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop beating, in good order."""
        self._stopped.set()
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating

    async def _run(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(self._beat_s)

    def beat(self) -> None:
        """Give one sign of life, or end the process if the broker has fallen silent."""
        self._beats += 1
        silence_s = self._line.silence_s
        if silence_s is not None and silence_s > SILENCE_S:
            self._give_up("the broker acknowledges nothing; starting afresh", silence_s=round(silence_s))
            return
        if self._file is not None:
            waits_for = self._waits_for()
            # A file that cannot be written grows old, and that is what the health check sees.
            with contextlib.suppress(OSError):
                self._file.write_text("".join(f"waits for {what}\n" for what in waits_for) or "ok\n", encoding="utf-8")

    def _watch(self) -> None:
        # Counts beats instead of seconds: a machine that slept has missed none.
        seen, missed = -1, 0
        while not self._stopped.wait(self._beat_s):
            missed = missed + 1 if self._beats == seen else 0
            seen = self._beats
            if missed >= self._patience:
                faulthandler.dump_traceback(sys.stderr)
                self._give_up("the event loop stands still; starting afresh")
                return

    def _give_up(self, why: str, **details: object) -> None:
        self._log.critical(why, **details)
        self._end(EX_SOFTWARE)
