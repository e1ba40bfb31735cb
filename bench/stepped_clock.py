"""Time by hand: services wait for a clock that a measurement or a test advances."""

import asyncio
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


class SteppedClock:
    """A clock that stands still until it is advanced; sleepers wake when their time has come."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self._sleepers.append((self._elapsed_s + seconds, wake))
        await wake.wait()

    def advance(self, seconds: float) -> None:
        self._elapsed_s += seconds
        for _, wake in [sleeper for sleeper in self._sleepers if sleeper[0] <= self._elapsed_s]:
            wake.set()
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._elapsed_s]
