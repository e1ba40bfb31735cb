"""A message is acknowledged when the disk has it, and not a moment before."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from structlog.testing import CapturingLogger

from sunpilot.recorder.journal import Journal
from sunpilot.recorder.spool import Spool
from tests.support.virtual_time import VirtualClock, run

T = TypeVar("T")


def test_nothing_is_acknowledged_before_the_disk_has_it_and_everything_in_its_order(tmp_path: Path) -> None:
    async def main() -> None:
        spool, flushed, said = Spool(tmp_path, 1_000_000), asyncio.Event(), list[str]()

        async def slow_disk(work: Callable[[], T]) -> T:
            await flushed.wait()
            return work()

        journal = Journal(spool, slow_disk, VirtualClock(), lambda _what: None, lambda: None, CapturingLogger())
        working = asyncio.ensure_future(journal.run())
        journal.take(b"m x=1.0 1", lambda: said.append("first"))
        journal.take(None, lambda: said.append("without a line"))
        journal.take(b"m x=1.0 2", lambda: said.append("last"))
        await asyncio.sleep(60)
        assert said == []
        flushed.set()
        await asyncio.sleep(1)
        assert said == ["first", "without a line", "last"]
        assert spool.waiting == 2
        working.cancel()

    run(main())
