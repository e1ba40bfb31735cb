"""One source of an inverter, attended to: what its attendant needs to know of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.record import Record

Changed = Callable[[], None]
"""Told when a feed has learned something."""


class Feed(Protocol):
    """`run` attends to the source until it is cancelled; its record's memory says what came of it."""

    @property
    def assignment(self) -> Assignment:
        """What it attends to."""
        ...

    @property
    def record(self) -> Record:
        """What is known of the source."""
        ...

    def assign(self, assignment: Assignment) -> None:
        """Take over changed settings or secrets, or a changed use for readings."""
        ...

    def ask(self) -> datetime | None:
        """Measure now. Where the source may not be asked yet, the answer is when it may."""
        ...

    def next_fetch_at(self) -> datetime | None:
        """When the source is asked next; None for one that sends by itself."""
        ...

    def released(self) -> AbstractAsyncContextManager[None]:
        """While this lasts, the source is left to somebody else: some devices accept one connection only."""
        ...

    async def run(self) -> None:
        """Attend to the source; raises `FencedError` when somebody newer leads."""
        ...
