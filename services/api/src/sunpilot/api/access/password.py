"""The one password, and every way to prove that one may come in."""

import hmac
import math

from pydantic import SecretStr

from sunpilot.api.access.denial import NoPasswordYetError, SlowDownError, WrongPasswordError
from sunpilot.api.access.digest import digest
from sunpilot.api.access.hasher import Hasher
from sunpilot.api.access.logins import Logins
from sunpilot.api.access.throttle import Throttle
from sunpilot.api.journal import Journal
from sunpilot.api.refusal import ConflictError
from sunpilot.contract.decision import Text
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.store import Store

SHORTEST = 10
LONGEST = 128
"""Characters of a new password."""

_FROM_FILE = Text(
    en="The password comes from a file (SUNPILOT_PASSWORD_FILE): change it there, and restart.",
    de="Das Passwort kommt aus einer Datei (SUNPILOT_PASSWORD_FILE): Ändere es dort, und starte Sunpilot neu.",
)


class Password:
    """What is known of the password is its hash, as it is stored. The set-up code, which is the first API key, proves
    as much: who can read it owns the machine. So the first visit and a forgotten password are the same.

    ``given`` is a password from a file: it holds as long as the file does.
    """

    def __init__(
        self,
        setup_code: SecretStr,
        store: Store,
        journal: Journal,
        clock: Clock,
        logins: Logins,
        hasher: Hasher,
        given: SecretStr | None,
    ) -> None:
        self._setup_digest = digest(setup_code.get_secret_value())
        self._store = store
        self._key = store.keys.password
        self._journal = journal
        self._clock = clock
        self._logins = logins
        self._hasher = hasher
        self._given = given
        self._throttle = Throttle()
        self._hash: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._hash is not None

    async def restore(self) -> None:
        """Read what is stored; a password from a file that differs replaces it, and logs everybody out."""
        self._hash = await self._store.call(self._store.redis.get(self._key))
        if self._given is None or (self._hash and await self._hasher.matches(self._hash, self._given)):
            return
        hashed = await self._hasher.hash(self._given)
        async with self._journal.lock:
            await self._store_hash(hashed)

    def is_setup_code(self, secret: str) -> bool:
        """Whether this is the first API key. The comparison takes the same time for every wrong one."""
        return hmac.compare_digest(digest(secret), self._setup_digest)

    async def log_in(self, secret: SecretStr, address: str, *, over_tls: bool) -> str:
        """Begin a log-in with the password or the set-up code: gives the cookie's value.

        Raises `NoPasswordYetError`, `WrongPasswordError`, `SlowDownError`, and as `Journal.write`.
        """
        proved = await self._prove(secret, address)
        async with self._journal.lock:
            self._require_still(proved)
            return await self._logins.begin(self._clock.now().date(), over_tls=over_tls)

    async def set(self, current: SecretStr, new: SecretStr, address: str, *, over_tls: bool) -> str:
        """Set another password, which logs everybody out but the one who asks: gives the new cookie's value.

        Raises `ConflictError` when it comes from a file, and as `log_in`.
        """
        proved = await self._prove(current, address)
        if self._given is not None:
            raise ConflictError(_FROM_FILE)
        hashed = await self._hasher.hash(new)
        async with self._journal.lock:
            self._require_still(proved)
            await self._store_hash(hashed)
            return await self._logins.begin(self._clock.now().date(), over_tls=over_tls)

    async def _prove(self, secret: SecretStr, address: str) -> str | None:
        """The hash that the secret matched; None for the set-up code, which matches always."""
        if self.is_setup_code(secret.get_secret_value().strip()):
            return None
        if self._hash is None:
            raise NoPasswordYetError
        wait_s = self._throttle.begin(address, self._clock.monotonic())
        if wait_s > 0:
            raise SlowDownError(math.ceil(wait_s))
        hashed = self._hash
        if not await self._hasher.matches(hashed, secret):
            raise WrongPasswordError
        self._throttle.succeed(address)
        return hashed

    def _require_still(self, proved: str | None) -> None:
        """Raises `WrongPasswordError` where the password was changed since it was proved."""
        if proved is not None and proved != self._hash:
            raise WrongPasswordError

    async def _store_hash(self, hashed: str) -> None:
        await self._logins.end_all(self._key, hashed)
        self._hash = hashed
