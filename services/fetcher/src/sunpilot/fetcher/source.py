"""What a source of readings is to the rest of the fetcher: something to ask, or something that sends by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import SecretStr

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.http import Ask
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one poll brought: a `Reading` that has not been compared with the one before.

    Powers in watt, grid + import, battery + charging; None is unknown. ``measured_at`` is None where the source gives
    no time; then ``age_s`` says how old the values are (lowest, highest). ``residual_w`` is grid + pv − load −
    battery, 0 in a perfect world, None where a part is unknown. ``grid_a`` are the phases' currents, signed as the grid
    power; ``device`` is what the device says it is.
    """

    source: str
    measured_at: datetime | None = None
    age_s: tuple[float, float] | None = None
    averaged_s: float = 0.0
    grid_w: float | None = None
    pv_w: float | None = None
    load_w: float | None = None
    battery_w: float | None = None
    soc_pct: float | None = None
    grid_a: tuple[float | None, float | None, float | None] | None = None
    quality: Quality = Quality.OK
    residual_w: float | None = None
    device: str | None = None

    def repeats(self, reading: Reading | None) -> bool:
        """Whether this is the measurement of that reading again: the same time or, without a time, the same powers."""
        if reading is None or reading.source != self.source:
            return False
        if self.measured_at is not None:
            return self.measured_at == reading.measured_at
        powers_w = (self.grid_w, self.pv_w, self.load_w, self.battery_w)
        return powers_w == (reading.grid_w, reading.pv_w, reading.load_w, reading.battery_w)

    def reading(self, received_at: datetime, quality: Quality) -> Reading:
        """The reading to publish."""
        return Reading(
            source=self.source,
            measured_at=self.measured_at,
            age_s=self.age_s,
            received_at=received_at,
            averaged_s=self.averaged_s,
            grid_w=self.grid_w,
            pv_w=self.pv_w,
            load_w=self.load_w,
            battery_w=self.battery_w,
            soc_pct=self.soc_pct,
            grid_a=self.grid_a,
            quality=quality,
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in any span of this length."""

    calls: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a source may be asked.

    ``floor_s`` is the least time between two calls by schedule. ``limits`` are the source's quotas, none for a device
    in the own network. ``window_s`` is the length of the windows of a source that gives averages of closed windows: it
    is asked once for each, some time after its end.
    """

    floor_s: float
    limits: tuple[Limit, ...] = ()
    window_s: float | None = None

    @property
    def calls_per_day(self) -> int | None:
        """The calls that may be made day by day for ever; None where there is no such limit."""
        days = [int(limit.calls * (DAY / limit.span)) for limit in self.limits if limit.span >= DAY]
        return max(1, min(days)) if days else None

    @property
    def longest_span(self) -> timedelta:
        """How long a call counts."""
        return max((limit.span for limit in self.limits), default=timedelta(0))

    @property
    def is_ample(self) -> bool:
        """There are calls enough for asking at the floor around the clock."""
        per_day = self.calls_per_day
        return per_day is None or per_day * timedelta(seconds=self.floor_s) >= DAY


class SourceError(Exception):
    """A source gave no measurement. ``outcome`` is what the schedule goes by, ``text`` what a person reads.

    ``retry_after_s`` is the source's own wish. No secret and no address stands in any of it.
    """

    def __init__(self, outcome: Outcome, text: Text, retry_after_s: float | None = None) -> None:
        super().__init__(text.en)
        self.outcome = outcome
        self.text = text
        self.retry_after_s = retry_after_s


class Credentials(Protocol):
    """What one source identifies with: kept by the fetcher, shown to nobody else."""

    @property
    def token(self) -> SecretStr | None:
        """As it was given by REST: API key, OAuth client's secret or password. None: there is none."""
        ...

    @property
    def code(self) -> SecretStr | None:
        """The code of a consent that has not been exchanged yet."""
        ...

    @property
    def grant(self) -> SecretStr | None:
        """What `keep_grant` kept last, over restarts."""
        ...

    async def keep_grant(self, grant: SecretStr) -> None:
        """Store what OAuth granted, in one step, and delete the code, which is used up.

        Raises `StoreDownError` or `StoreRefusedError`: then it is not stored, and must not be lost.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lines:
    """The ways out of the fetcher: HTTP, Sunpilot's own broker, time, and the log."""

    ask: Ask
    subscriptions: Subscriptions
    clock: Clock
    log: Log


class PollSource(Protocol):
    """A source that answers when it is asked. Opened with its settings, `Credentials` and `Lines`; raises
    `SourceError` when it cannot be asked as it is configured. Kept open until settings or credentials change.
    """

    async def poll(self, now: datetime) -> Measurement:
        """Measure now, with one call against the quota; raises `SourceError`."""
        ...

    async def close(self) -> None:
        """End what is open. `poll` is not called again."""
        ...


Heard = Callable[[Measurement | SourceError], None]


class PushSource(Protocol):
    """A source that sends by itself. Opened like a `PollSource`."""

    async def run(self, heard: Heard) -> None:
        """Listen until cancelled, and tell each measurement, and each fault that a person should know of.

        May raise `SourceError` when it cannot go on; it is run again after a while. Ends what it began in any case.
        """
        ...
