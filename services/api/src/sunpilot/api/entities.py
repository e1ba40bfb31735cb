"""The configured entities: kept in the store, changed by people, announced to the services."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from sunpilot.api.announcer import Announcer
from sunpilot.api.household import (
    built,
    check,
    check_house,
    check_leaving,
    check_source,
    check_wattpilot,
    is_empty_without,
    revised,
)
from sunpilot.api.journal import Change, Command, Journal
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
    method raises `StoreDownError` and `StoreRefusedError`; then the change may stand all the same (see `Journal`).
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
            touched: list[Change] = []
            if new_house:
                commands.append(_put(self._keys.houses, House(id=house_id, name=inverter.name), house_id))
                touched.append(("house", house_id))
            commands.append(("HSET", self._keys.tokens, inverter_id, token.get_secret_value()))
            await self._write_inverter(inverter, configuration, commands, touched)
        return inverter

    async def change_inverter(self, inverter_id: int, changes: Mapping[str, Any], token: SecretStr | None) -> Inverter:
        """Change some of an inverter; without a token the stored one stays, where it may. A house left empty goes."""
        async with self._journal.lock:
            configuration = await self.configuration()
            before = configuration.inverters.get(inverter_id)
            if before is None:
                raise UnknownEntityError("Inverter", inverter_id)
            inverter = revised(before, changes)
            check_house(inverter.house_id, inverter.role, configuration)
            check_source(inverter.source, before.source, has_token=token is not None)
            check(inverter, configuration, before)
            commands: list[Command] = []
            touched: list[Change] = []
            if token is not None:
                commands.append(("HSET", self._keys.tokens, inverter_id, token.get_secret_value()))
            if inverter.house_id != before.house_id and is_empty_without(before, configuration):
                commands.append(("HDEL", self._keys.houses, before.house_id))
                touched.append(("house", before.house_id))
            await self._write_inverter(inverter, configuration, commands, touched)
        return inverter

    async def delete_inverter(self, inverter_id: int) -> None:
        """Delete an inverter with its token, and its house when it was the last in it."""
        async with self._journal.lock:
            configuration = await self.configuration()
            inverter = configuration.inverters.get(inverter_id)
            if inverter is None:
                raise UnknownEntityError("Inverter", inverter_id)
            check_leaving(inverter, configuration)
            commands: list[Command] = [
                ("HDEL", self._keys.tokens, inverter_id),
                ("HDEL", self._keys.inverters, inverter_id),
            ]
            touched = [("inverter", inverter_id)]
            if is_empty_without(inverter, configuration):
                commands.append(("HDEL", self._keys.houses, inverter.house_id))
                touched.append(("house", inverter.house_id))
            await self._journal.write(*commands, changes=touched)

    async def change_house(self, house_id: int, changes: Mapping[str, Any]) -> House:
        """Change some of a house."""
        async with self._journal.lock:
            before = await self._store.one(House, self._keys.houses, house_id)
            if before is None:
                raise UnknownEntityError("House", house_id)
            house = revised(before, changes)
            await self._journal.write(_put(self._keys.houses, house, house_id), changes=[("house", house_id)])
        return house

    async def change_wattpilot(self, wattpilot_id: int, changes: Mapping[str, Any]) -> Wattpilot:
        """Change some of a Wattpilot; its mode is an order, and published as such."""
        async with self._journal.lock:
            configuration = await self.configuration()
            before = configuration.wattpilots.get(wattpilot_id)
            if before is None:
                raise UnknownEntityError("Wattpilot", wattpilot_id)
            wattpilot = revised(before, changes)
            if wattpilot.house_id != before.house_id:
                check_wattpilot(wattpilot, configuration)
            kinds = sorted({"mode" if field == "mode" else "wattpilot" for field in changes})
            await self._journal.write(
                _put(self._keys.wattpilots, wattpilot, wattpilot_id), changes=[(kind, wattpilot_id) for kind in kinds]
            )
        if "mode" in changes:
            self._announcer.mode(wattpilot_id, wattpilot.mode)
        return wattpilot

    async def learn_wattpilot(self, wattpilot_id: int) -> None:
        """Make an entity of a Wattpilot that a bridge speaks of; does nothing where there is one."""
        if wattpilot_id in self._known_wattpilots:
            return
        wattpilot = None
        async with self._journal.lock:
            if await self._store.one(Wattpilot, self._keys.wattpilots, wattpilot_id) is None:
                wattpilot = _unnamed(wattpilot_id)
                await self._journal.write(
                    _put(self._keys.wattpilots, wattpilot, wattpilot_id), changes=[("wattpilot", wattpilot_id)]
                )
            self._known_wattpilots.add(wattpilot_id)
        if wattpilot is not None:
            self._announcer.mode(wattpilot_id, wattpilot.mode)

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
            keys = [self._keys.cars_seen, self._keys.overrides, self._keys.deadlines, self._keys.resumes]
            try:
                await self._journal.write(
                    *(("HDEL", key, wattpilot_id) for key in (*keys, self._keys.wattpilots)),
                    changes=[("wattpilot", wattpilot_id)],
                )
            finally:  # where it still stands, `Orders.restore` publishes it again
                self._known_wattpilots.discard(wattpilot_id)
                self._announcer.mode(wattpilot_id, None)
                self._announcer.override(wattpilot_id, None)

    async def _write_inverter(
        self, inverter: Inverter, configuration: Configuration, commands: list[Command], touched: list[Change]
    ) -> None:
        """Write an inverter after the ``commands``, and the Wattpilot that it is the first to name."""
        new_wattpilot = None
        if inverter.wattpilot_id is not None and inverter.wattpilot_id not in configuration.wattpilots:
            new_wattpilot = _unnamed(inverter.wattpilot_id)
            commands.append(_put(self._keys.wattpilots, new_wattpilot, new_wattpilot.id))
            touched.append(("wattpilot", new_wattpilot.id))
        commands.append(_put(self._keys.inverters, inverter, inverter.id))
        touched.append(("inverter", inverter.id))
        await self._journal.write(*commands, changes=touched)
        if new_wattpilot is not None:
            self._announcer.mode(new_wattpilot.id, new_wattpilot.mode)


def _unnamed(wattpilot_id: int) -> Wattpilot:
    return Wattpilot(id=wattpilot_id, name=f"Wattpilot {wattpilot_id}")


def _put(key: str, entity: Part, entity_id: int) -> Command:
    return ("HSET", key, entity_id, entity.model_dump_json())
