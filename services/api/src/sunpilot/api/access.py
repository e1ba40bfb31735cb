"""Who may do what: the key opens everything, open reading opens reading to all."""

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from sunpilot.runtime.clock import Clock

OPEN_READING_S = 180.0
"""Open reading closes by itself after this time, unless it is opened again."""


class DeniedError(Exception):
    """The key is missing or wrong: send the right one."""


class Access:
    """Checks keys. Open reading lives in memory only: a restart closes it."""

    def __init__(self, key: SecretStr, clock: Clock) -> None:
        self._key = key.get_secret_value().encode()
        self._clock = clock
        self._open_until: float | None = None

    def open_reading(self) -> float:
        """Let everyone read for a while; gives the seconds."""
        self._open_until = self._clock.monotonic() + OPEN_READING_S
        return OPEN_READING_S

    def close_reading(self) -> None:
        """Let only those with the key read."""
        self._open_until = None

    def admits(self, key: str | None, *, reading: bool) -> bool:
        """Whether a request with this key may go on. The comparison takes the same time for every wrong key."""
        if key is not None and hmac.compare_digest(key.encode(), self._key):
            return True
        return reading and self._open_until is not None and self._clock.monotonic() < self._open_until


_bearer = HTTPBearer(auto_error=False, description="The API key; the command sunpilot-key shows it.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def admit(request: Request, credentials: Credentials) -> None:
    """The dependency in front of every route with data; raises `DeniedError`."""
    access: Access = request.app.state.context.access
    key = credentials.credentials if credentials else None
    if not access.admits(key, reading=request.method in ("GET", "HEAD")):
        raise DeniedError
