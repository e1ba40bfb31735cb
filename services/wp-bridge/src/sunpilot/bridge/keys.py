"""The key source of one password: derivation takes long, so it runs in a thread and its result is kept."""

import asyncio
from collections.abc import Callable

from sunpilot.bridge.auth import derive_key


class Keys:
    """The keys of one password: derived in a thread, and only the last one kept."""

    def __init__(self, password: str, derive: Callable[[str, str, str], str] = derive_key) -> None:
        self._password = password
        self._derive = derive
        self._last: tuple[tuple[str, str], str] | None = None

    async def __call__(self, algorithm: str, serial: str) -> str:
        """The key for this algorithm and serial number. Raises `UnsupportedLoginError`."""
        wanted = (algorithm, serial)
        if self._last is None or self._last[0] != wanted:
            self._last = (wanted, await asyncio.to_thread(self._derive, algorithm, self._password, serial))
        return self._last[1]
