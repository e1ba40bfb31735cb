"""Who may do what: the key opens everything, open reading opens reading to all."""

import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import Scope

from sunpilot.runtime.clock import Clock

OPEN_READING_S = 180.0
"""Open reading closes by itself after this time, unless it is opened again."""


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

    def admits_request(self, scope: Scope) -> bool:
        """Whether an HTTP request may go on, by its method and its header Authorization."""
        scheme, key = get_authorization_scheme_param(Headers(scope=scope).get("Authorization"))
        return self.admits(key if scheme.lower() == "bearer" else None, reading=scope["method"] in ("GET", "HEAD"))


bearer = HTTPBearer(auto_error=False, description="The API key; the command sunpilot-key shows it.")
"""Describes the key in OpenAPI; it lets everyone pass, `Guard` is who checks."""

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
