"""Passwords as hashes that are slow to try: Argon2id (RFC 9106)."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from pydantic import SecretStr

MEMORY_KIB = 12 * 1024
PASSES = 4
"""One pass more than OWASP's password storage cheat sheet asks for with 12 MiB in one thread, which it counts as equal
to 19 MiB and two. Measured: 25 ms on a free core of a server. The C library may keep the memory of each thread that
hashed, so there is one such thread, and the service stays far below its container's 128 MiB.
"""


class Hasher(Protocol):
    """Makes hashes of passwords, and checks passwords against them."""

    async def hash(self, password: SecretStr) -> str:
        """A hash, with a salt of its own."""
        ...

    async def matches(self, hashed: str, password: SecretStr) -> bool:
        """Whether the hash is this password's."""
        ...


class Argon2:
    """Argon2id in a thread of its own, one at a time: neither the loop nor the memory suffers."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._memory_kib = memory_kib
        self._passes = passes
        self._thread = ThreadPoolExecutor(1, "hasher")

    async def hash(self, password: SecretStr) -> str:
        """See `Hasher`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hash, password)

    async def matches(self, hashed: str, password: SecretStr) -> bool:
        """See `Hasher`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _matches, hashed, password)

    def _hash(self, password: SecretStr) -> str:
        from argon2 import PasswordHasher  # noqa: PLC0415  (not needed by most runs)

        return PasswordHasher(self._passes, self._memory_kib, parallelism=1).hash(_plain(password))


def _matches(hashed: str, password: SecretStr) -> bool:
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return PasswordHasher().verify(hashed, _plain(password))
    except (VerificationError, InvalidHashError):
        return False


def _plain(password: SecretStr) -> str:
    """The characters, in the one form in which all keyboards' umlauts are the same (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password.get_secret_value())
