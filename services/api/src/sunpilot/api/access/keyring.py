"""API keys for scripts: named, each with its scope. Only their digests are stored."""

from datetime import date
from typing import Literal

from pydantic import Field

from sunpilot.api.access.digest import digest, new_secret
from sunpilot.api.access.register import Register
from sunpilot.api.access.scope import Scope
from sunpilot.api.journal import Journal
from sunpilot.api.refusal import ConflictError, UnknownEntityError
from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part
from sunpilot.runtime.store import Store

MOST = 64
PREFIX = "sunpilot_"
"""By which programs that look for leaked secrets know a key."""

_SAME_NAME = Text(
    en="There is a key of this name already: remove it first, or choose another name.",
    de="Einen Schlüssel dieses Namens gibt es schon: Entferne ihn zuerst, oder wähle einen anderen Namen.",
)
_TOO_MANY = Text(
    en=f"There are {MOST} keys: remove one that nothing uses any more.",
    de=f"Es gibt schon {MOST} Schlüssel: Entferne einen, den nichts mehr benutzt.",
)


class StoredKey(Part):
    """An API key as it is stored; ``used_on`` is the last day (UTC) on which it was used."""

    v: Literal[1] = 1
    id: int
    name: str
    scope: Scope
    made_on: date
    used_on: date | None = None
    digest: str = Field(repr=False)


class Keyring:
    """All API keys but the first, which lies in a file."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._journal = journal
        self._register = Register(StoredKey, store.keys.api_keys, store, journal)
        self._used: dict[int, date] = {}
        self._by_digest: dict[str, int] = {}

    async def restore(self) -> None:
        """Read what is stored."""
        await self._register.restore()
        self._by_digest = {key.digest: key.id for key in self.keys}

    @property
    def keys(self) -> list[StoredKey]:
        """All keys, oldest first, with the last use that is known."""
        keys = self._register.entries.values()
        return sorted((self._with_use(key) for key in keys), key=lambda key: key.id)

    def find(self, secret: str) -> StoredKey | None:
        """The key with this secret."""
        key_id = self._by_digest.get(digest(secret))
        return None if key_id is None else self._register.entries.get(str(key_id))

    def has(self, key_id: str) -> bool:
        """Whether there is a key of this number."""
        return key_id in self._register.entries

    def use(self, key: StoredKey, today: date) -> None:
        """Take note that a key was used."""
        if key.used_on is None or today > key.used_on:
            self._used[key.id] = today

    async def make(self, name: str, scope: Scope, today: date) -> tuple[StoredKey, str]:
        """A new key, and its secret, which nobody can show again. Raises `ConflictError`, and as `Journal.write`."""
        secret = PREFIX + new_secret()
        async with self._journal.lock:
            if any(key.name == name for key in self.keys):
                raise ConflictError(_SAME_NAME)
            if len(self.keys) >= MOST:
                raise ConflictError(_TOO_MANY)
            key_id = await self._journal.next_id()
            key = StoredKey(id=key_id, name=name, scope=scope, made_on=today, digest=digest(secret))
            await self._register.put(str(key_id), key)
        self._by_digest[key.digest] = key.id
        return key, secret

    async def revoke(self, key_id: int) -> None:
        """Make a key worthless at once. Raises `UnknownEntityError`, and as `Journal.write`."""
        async with self._journal.lock:
            key = self._register.entries.get(str(key_id))
            if key is None:
                raise UnknownEntityError("Key", key_id)
            await self._register.remove(str(key_id))
        self._by_digest.pop(key.digest, None)
        self._used.pop(key_id, None)

    async def note_use(self) -> None:
        """Store which keys were used; raises as `Journal.write`."""
        async with self._journal.lock:
            for key in self.keys:
                if key.id in self._used:
                    await self._register.put(str(key.id), key)
                    del self._used[key.id]

    def _with_use(self, key: StoredKey) -> StoredKey:
        used_on = self._used.get(key.id)
        return key if used_on is None else key.model_copy(update={"used_on": used_on})
