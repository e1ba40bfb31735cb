"""One live client's view of the changes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

PENDING_CHANGES = 512
"""A client that has not taken this many changes is too slow, and must come back for a new snapshot."""


class Watch:
    """The changes that one client has yet to take; ends when the client is too slow, or all is shut down."""

    def __init__(self, pending: int = PENDING_CHANGES) -> None:
        self._limit = pending
        self._pending: deque[str] = deque()
        self._stirred = asyncio.Event()
        self.is_closed = False

    def push(self, change: str) -> None:
        """Add a change; one too many ends the watch."""
        if len(self._pending) >= self._limit:
            self.close()
        elif not self.is_closed:
            self._pending.append(change)
            self._stirred.set()

    def close(self) -> None:
        """End the watch, dropping what is pending."""
        self.is_closed = True
        self._pending.clear()
        self._stirred.set()

    async def changes(self) -> AsyncIterator[str]:
        """Each change in order, until the end."""
        while not self.is_closed:
            if self._pending:
                yield self._pending.popleft()
            else:
                self._stirred.clear()
                await self._stirred.wait()
