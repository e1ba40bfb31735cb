"""Time, injected everywhere."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The time a service lives in. Time-outs that guard a socket do not use it: they are always real."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC. It may step."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let the given seconds of this clock pass."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """The system's time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The system's monotonic clock, in seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep in real time."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """A clock that starts at a given time and runs ``scale`` times as fast as the real one."""

    def __init__(self, start: datetime, scale: float) -> None:
        if scale <= 0:
            raise ValueError("the scale of a clock must be above 0")
        self._start = start.astimezone(UTC)
        self._scale = scale
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """The scaled time of day."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Scaled seconds since this clock was made."""
        return (time.monotonic() - self._origin) * self._scale

    async def sleep(self, seconds: float) -> None:
        """Sleep for the given scaled seconds."""
        await asyncio.sleep(max(0.0, seconds) / self._scale)
