"""The configured entities: kept in the store, changed by people, announced to the services."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from sunpilot.api.announcer import Announcer
from sunpilot.api.household import built, check, check_house, is_empty_without, revised
from sunpilot.api.journal import Command, Journal
from sunpilot.api.refusal import ConflictError, UnknownEntityError
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.message import Part
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.store import Store


class Entities:
    """Inverters, houses and Wattpilots.

    Every change is checked against all others, written to disk and announced at once. Besides its own refusals, each
    method raises `StoreDownError` and `StoreRefusedError`; then nothing was announced.
    """

    def __init__(self, store: Store, journal: Journal, announcer: Announcer) -> None:
        self._store = store
        self._keys = store.keys
        self._journal = journal
        self._announcer = announcer
        self._known_wattpilots: set[int] = set()

    async def configuration(self) -> Configuration:
        """All entities and orders."""
        return await self._store.configuration()

    async def with_token(self) -> frozenset[int]:
        """The inverters whose source has a token."""
        return frozenset(int(name) for name in await self._store.call(self._store.redis.hkeys(self._keys.tokens)))

    async def add_inverter(self, draft: Mapping[str, Any], token: SecretStr) -> Inverter:
        """A new inverter, in a new house where the draft names none."""
        async with self._journal.lock:
            configuration = await self.configuration()
            check_house(draft["house_id"], Role(draft["role"]), configuration)
            new_house = draft["house_id"] is None
            inverter_id = await self._journal.next_id()
            house_id = await self._journal.next_id() if new_house else draft["house_id"]
            inverter = built(Inverter, {**draft, "id": inverter_id, "house_id": house_id})
            check(inverter, configuration)
            commands: list[Command] = []
            if new_house:
                commands.append(_put(self._keys.houses, House(id=house_id, name=inverter.name), house_id))
            commands.append(("HSET", self._keys.tokens, inverter_id, token.get_secret_value()))
            new_wattpilot = self._missing_wattpilot(inverter, configuration)
            if new_wattpilot is not None:
                commands.append(_put(self._keys.wattpilots, new_wattpilot, new_wattpilot.id))
            await self._journal.write(*commands, _put(self._keys.inverters, inverter, inverter_id))
        if new_house:
            self._announcer.changed("house", house_id)
        self._announce_new(new_wattpilot)
        self._announcer.changed("inverter", inverter_id)
        return inverter

    async def change_inverter(self, inverter_id: int, changes: Mapping[str, Any], token: SecretStr | None) -> Inverter:
        """Change some of an inverter; without a token, the stored one stays. A house left empty goes."""
        async with self._journal.lock:
            configuration = await self.configuration()
            before = configuration.inverters.get(inverter_id)
            if before is None:
                raise UnknownEntityError("Inverter", inverter_id)
            inverter = revised(before, changes)
            check_house(inverter.house_id, inverter.role, configuration)
            check(inverter, configuration)
            commands: list[Command] = []
            if token is not None:
                commands.append(("HSET", self._keys.tokens, inverter_id, token.get_secret_value()))
            new_wattpilot = self._missing_wattpilot(inverter, configuration)
            if new_wattpilot is not None:
                commands.append(_put(self._keys.wattpilots, new_wattpilot, new_wattpilot.id))
            commands.append(_put(self._keys.inverters, inverter, inverter_id))
            left_empty = inverter.house_id != before.house_id and is_empty_without(before, configuration)
            if left_empty:
                commands.append(("HDEL", self._keys.houses, before.house_id))
            await self._journal.write(*commands)
        self._announce_new(new_wattpilot)
        self._announcer.changed("inverter", inverter_id)
        if left_empty:
            self._announcer.changed("house", before.house_id)
        return inverter

    async def delete_inverter(self, inverter_id: int) -> None:
        """Delete an inverter with its token, and its house when it was the last in it."""
        async with self._journal.lock:
            configuration = await self.configuration()
            inverter = configuration.inverters.get(inverter_id)
            if inverter is None:
                raise UnknownEntityError("Inverter", inverter_id)
            commands: list[Command] = [
                ("HDEL", self._keys.tokens, inverter_id),
                ("HDEL", self._keys.inverters, inverter_id),
            ]
            left_empty = is_empty_without(inverter, configuration)
            if left_empty:
                commands.append(("HDEL", self._keys.houses, inverter.house_id))
            await self._journal.write(*commands)
        self._announcer.changed("inverter", inverter_id)
        if left_empty:
            self._announcer.changed("house", inverter.house_id)

    async def change_house(self, house_id: int, changes: Mapping[str, Any]) -> House:
        """Change some of a house."""
        async with self._journal.lock:
            before = await self._store.one(House, self._keys.houses, house_id)
            if before is None:
                raise UnknownEntityError("House", house_id)
            house = revised(before, changes)
            await self._journal.write(_put(self._keys.houses, house, house_id))
        self._announcer.changed("house", house_id)
        return house

    async def change_wattpilot(self, wattpilot_id: int, changes: Mapping[str, Any]) -> Wattpilot:
        """Change some of a Wattpilot; its mode is an order, and published as such."""
        async with self._journal.lock:
            before = await self._store.one(Wattpilot, self._keys.wattpilots, wattpilot_id)
            if before is None:
                raise UnknownEntityError("Wattpilot", wattpilot_id)
            wattpilot = revised(before, changes)
            await self._journal.write(_put(self._keys.wattpilots, wattpilot, wattpilot_id))
        if "mode" in changes:
            self._announcer.mode(wattpilot_id, wattpilot.mode)
            self._announcer.changed("mode", wattpilot_id)
        if changes.keys() - {"mode"}:
            self._announcer.changed("wattpilot", wattpilot_id)
        return wattpilot

    async def learn_wattpilot(self, wattpilot_id: int) -> None:
        """Make an entity of a Wattpilot that a bridge speaks of; does nothing where there is one."""
        if wattpilot_id in self._known_wattpilots:
            return
        wattpilot = None
        async with self._journal.lock:
            if await self._store.one(Wattpilot, self._keys.wattpilots, wattpilot_id) is None:
                wattpilot = _unnamed(wattpilot_id)
                await self._journal.write(_put(self._keys.wattpilots, wattpilot, wattpilot_id))
            self._known_wattpilots.add(wattpilot_id)
        self._announce_new(wattpilot)

    async def delete_wattpilot(self, wattpilot_id: int) -> None:
        """Delete a Wattpilot that no inverter names, with its mode and override."""
        async with self._journal.lock:
            configuration = await self.configuration()
            if wattpilot_id not in configuration.wattpilots:
                raise UnknownEntityError("Wattpilot", wattpilot_id)
            for inverter in configuration.inverters.values():
                if inverter.wattpilot_id == wattpilot_id:
                    raise ConflictError(
                        f"Inverter {inverter.id} ({inverter.name}) names this Wattpilot; "
                        f"set its wattpilot_id to null first."
                    )
            await self._journal.write(
                ("HDEL", self._keys.overrides, wattpilot_id), ("HDEL", self._keys.wattpilots, wattpilot_id)
            )
            self._known_wattpilots.discard(wattpilot_id)
        self._announcer.mode(wattpilot_id, None)
        self._announcer.override(wattpilot_id, None)
        self._announcer.changed("wattpilot", wattpilot_id)

    def _missing_wattpilot(self, inverter: Inverter, configuration: Configuration) -> Wattpilot | None:
        wattpilot_id = inverter.wattpilot_id
        return None if wattpilot_id is None or wattpilot_id in configuration.wattpilots else _unnamed(wattpilot_id)

    def _announce_new(self, wattpilot: Wattpilot | None) -> None:
        if wattpilot is not None:
            self._announcer.mode(wattpilot.id, wattpilot.mode)
            self._announcer.changed("wattpilot", wattpilot.id)


def _unnamed(wattpilot_id: int) -> Wattpilot:
    return Wattpilot(id=wattpilot_id, name=f"Wattpilot {wattpilot_id}")


def _put(key: str, entity: Part, entity_id: int) -> Command:
    return ("HSET", key, entity_id, entity.model_dump_json())
