"""A connection to the simulated Wattpilot that is no socket, for virtual time."""

import asyncio

from sunpilot.simulator.wattpilot.cut import How
from sunpilot.simulator.wattpilot.reply import Reply
from sunpilot.simulator.wattpilot.session import Session


class Cable:
    """A `Socket` whose other end is a session of the simulated device. Pings and fragments do not exist here."""

    def __init__(self, session: Session) -> None:
        self.said: list[str] = []
        """What the client has sent, in order."""
        self._session = session
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._jobs: set[asyncio.Task[None]] = set()
        self._start(session.open())
        ticking = asyncio.ensure_future(self._tick())
        self._jobs.add(ticking)

    async def send(self, text: str) -> None:
        self.said.append(text)
        self._start(self._session.receive(text))

    async def recv(self) -> str | bytes:
        frame = await self._inbox.get()
        if frame is None:
            raise ConnectionError("closed by the device")
        return frame

    async def close(self) -> None:
        for job in self._jobs:
            job.cancel()
        self._inbox.put_nowait(None)

    def _start(self, replies: list[Reply]) -> None:
        job = asyncio.ensure_future(self._answer(replies))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _answer(self, replies: list[Reply]) -> None:
        for reply in replies:
            if reply.delay_s:
                await asyncio.sleep(reply.delay_s)
            if self._session.cut is not None:
                return
            self._inbox.put_nowait(reply.frame)
        if self._session.is_over:
            self._inbox.put_nowait(None)

    async def _tick(self) -> None:
        while self._session.cut is None or self._session.cut.how is How.HALF_OPEN:
            await asyncio.sleep(1.0)
            await self._answer(self._session.deltas())
        self._inbox.put_nowait(None)
