"""The configured targets: kept in the store, their addresses apart from them."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from sunpilot.api.etag import NO_PRECONDITION, Precondition
from sunpilot.api.journal import Command, Journal
from sunpilot.api.notification.address import scheme_of
from sunpilot.api.notification.target import Attempt, Target
from sunpilot.api.refusal import ConflictError, UnknownEntityError
from sunpilot.contract.decision import Text
from sunpilot.runtime.store import Store

MOST_TARGETS = 20

_TOO_MANY = Text(
    en=f"There are {MOST_TARGETS} notifications already: remove one first.",
    de=f"Es gibt schon {MOST_TARGETS} Benachrichtigungen: Entferne zuerst eine.",
)


class Targets:
    """Adds, changes and deletes targets; an address goes in, and out to the sender alone.

    Besides what is named, each method raises `StoreDownError` and `StoreRefusedError`.
    """

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._keys = store.keys
        self._journal = journal

    async def all(self) -> Mapping[int, Target]:
        """All targets by id."""
        return await self._store.all(Target, self._keys.notification_targets)

    async def get(self, target_id: int) -> Target:
        """One target; raises `UnknownEntityError`."""
        target = await self._store.one(Target, self._keys.notification_targets, target_id)
        if target is None:
            raise UnknownEntityError("Notification", target_id)
        return target

    async def add(self, address: SecretStr, draft: Mapping[str, Any]) -> Target:
        """A new target; raises `BadAddressError`, and `ConflictError` where there are too many."""
        scheme = scheme_of(address.get_secret_value())
        async with self._journal.lock:
            if len(await self.all()) >= MOST_TARGETS:
                raise ConflictError(_TOO_MANY)
            target = Target(id=await self._journal.next_id(), service=scheme, **draft)
            await self._write(target, address)
        return target

    async def change(
        self,
        target_id: int,
        address: SecretStr | None,
        changes: Mapping[str, Any],
        precondition: Precondition = NO_PRECONDITION,
    ) -> Target:
        """Change some of a target; without an address, the stored one stays. Raises as `add`, and `ChangedError`."""
        more = {} if address is None else {"service": scheme_of(address.get_secret_value())}
        async with self._journal.lock:
            before = await self.get(target_id)
            precondition.check(before)
            target = Target.model_validate(before.model_dump() | dict(changes) | more)
            await self._write(target, address)
        return target

    async def delete(self, target_id: int, precondition: Precondition = NO_PRECONDITION) -> None:
        """Delete a target with its address."""
        async with self._journal.lock:
            precondition.check(await self.get(target_id))
            keys = (
                self._keys.notification_targets,
                self._keys.notification_addresses,
                self._keys.notification_attempts,
            )
            await self._journal.write(
                *(("HDEL", key, target_id) for key in keys), changes=[("notification", target_id)]
            )

    async def address(self, target_id: int) -> SecretStr:
        """A target's address; raises `UnknownEntityError` where it is gone."""
        stored = await self._store.call(self._store.redis.hget(self._keys.notification_addresses, str(target_id)))
        if stored is None:
            raise UnknownEntityError("Notification", target_id)
        return SecretStr(stored)

    async def attempts(self) -> Mapping[int, Attempt]:
        """What became of the last message to each target."""
        return await self._store.all(Attempt, self._keys.notification_attempts)

    async def note(self, target_id: int, attempt: Attempt) -> None:
        """Keep what became of a message."""
        key = self._keys.notification_attempts
        await self._store.call(self._store.redis.hset(key, str(target_id), attempt.model_dump_json()))

    async def _write(self, target: Target, address: SecretStr | None) -> None:
        commands: list[Command] = []
        if address is not None:
            commands.append(("HSET", self._keys.notification_addresses, target.id, address.get_secret_value()))
        commands.append(("HSET", self._keys.notification_targets, target.id, target.model_dump_json()))
        await self._journal.write(*commands, changes=[("notification", target.id)])
