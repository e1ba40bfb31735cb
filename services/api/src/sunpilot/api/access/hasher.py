"""Passwords as hashes that are slow to try: Argon2id (RFC 9106)."""

import asyncio
import unicodedata
from typing import Protocol

from pydantic import SecretStr

MEMORY_KIB = 19 * 1024
PASSES = 3
"""19 MiB in one thread, with two passes, is the least that OWASP's password storage cheat sheet asks for. With three, a
hash took 30 ms on a server. One at a time, it leaves the service, which takes some 50 MiB, well below the 128 MiB
of its container; the memory is given back at once."""


class Hasher(Protocol):
    """Makes hashes of passwords, and checks passwords against them."""

    async def hash(self, password: SecretStr) -> str:
        """A hash, with a salt of its own."""
        ...

    async def matches(self, hashed: str, password: SecretStr) -> bool:
        """Whether the hash is this password's."""
        ...


class Argon2:
    """Argon2id in a thread, one at a time: neither the loop nor the memory suffers."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._memory_kib = memory_kib
        self._passes = passes
        self._turn = asyncio.Lock()

    async def hash(self, password: SecretStr) -> str:
        """See `Hasher`."""
        async with self._turn:
            return await asyncio.to_thread(self._hash, password)

    async def matches(self, hashed: str, password: SecretStr) -> bool:
        """See `Hasher`."""
        async with self._turn:
            return await asyncio.to_thread(_matches, hashed, password)

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
