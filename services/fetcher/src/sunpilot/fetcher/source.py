"""What a source of readings is to the rest of the fetcher: something to ask, or something that sends by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from sunpilot.fetcher.http import Ask
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.modbus.exchange import Exchange
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log


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

    @property
    def unstored(self) -> SecretStr | None:
        """What `keep_grant` could not store: whoever opens the source next tries again."""
        ...

    async def keep_grant(self, grant: SecretStr) -> None:
        """Store what OAuth granted, in one step, and delete the code, which is used up.

        Raises `StoreDownError` or `StoreRefusedError`: then it is not stored, and held as ``unstored``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lines:
    """The ways out of the fetcher: HTTP, Sunpilot's own broker, time, the log, and Modbus TCP."""

    ask: Ask
    subscriptions: Subscriptions
    clock: Clock
    log: Log
    modbus: Exchange = field(default_factory=Exchange)


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
