"""Entries that the api alone writes: kept in memory, as they are stored."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import ValidationError

from sunpilot.api.journal import Command, Journal
from sunpilot.contract.message import Part
from sunpilot.runtime.store import Store, StoreRefusedError

E = TypeVar("E", bound=Part)


class Register(Generic[E]):
    """A hash of the store, read once. Memory follows the store: a change that is not stored has not happened.

    All that write raise `StoreDownError` and `StoreRefusedError`; then the change may stand at the next start.
    """

    def __init__(self, kind: type[E], key: str, store: Store, journal: Journal) -> None:
        self._kind = kind
        self._key = key
        self._store = store
        self._journal = journal
        self._entries: dict[str, E] = {}

    @property
    def entries(self) -> Mapping[str, E]:
        """All entries."""
        return MappingProxyType(self._entries)

    async def restore(self) -> None:
        """Read what is stored."""
        raw = await self._store.call(self._store.redis.hgetall(self._key))
        try:
            self._entries = {field: self._kind.model_validate_json(text) for field, text in raw.items()}
        except ValidationError:
            raise StoreRefusedError(f"a stored {self._kind.__name__} cannot be read") from None

    async def put(self, field: str, entry: E) -> None:
        """Add or change an entry."""
        await self._journal.write(("HSET", self._key, field, entry.model_dump_json()))
        self._entries[field] = entry

    async def remove(self, *fields: str) -> None:
        """Take entries out."""
        await self._journal.write(("HDEL", self._key, *fields))
        for field in fields:
            self._entries.pop(field, None)

    async def clear(self, *also: Command) -> None:
        """Take all entries out, and then write something else."""
        await self._journal.write(("DEL", self._key), *also)
        self._entries.clear()
