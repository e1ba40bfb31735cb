"""What a source is opened with, in a test of the source alone."""

import structlog
from pydantic import SecretStr

from sunpilot.fetcher.http import Ask
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.runtime.store import StoreDownError
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock


def lines(ask: Ask) -> Lines:
    """Ways out that lead to a broker in memory and to the given answers."""
    log = structlog.wrap_logger(None, processors=[])
    return Lines(ask, Subscriptions(MemoryBroker().client()), VirtualClock(), log)


class HeldCredentials:
    """Credentials in memory; ``kept`` are the grants that the source kept, oldest first."""

    def __init__(self, token: str | None, code: str | None = None, grant: str | None = None) -> None:
        self.token = None if token is None else SecretStr(token)
        self.code = None if code is None else SecretStr(code)
        self.grant = None if grant is None else SecretStr(grant)
        self.unstored: SecretStr | None = None
        self.store_is_down = False
        self.kept: list[str] = []

    async def keep_grant(self, grant: SecretStr) -> None:
        if self.store_is_down:
            self.unstored = grant
            raise StoreDownError(grant.get_secret_value())
        self.grant, self.code, self.unstored = grant, None, None
        self.kept.append(grant.get_secret_value())
