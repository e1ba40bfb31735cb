"""The configured entities: kept in the store, changed by people, announced to the services."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from sunpilot.api.announcer import Announcer
from sunpilot.api.etag import NO_PRECONDITION, Precondition
from sunpilot.api.household import (
    check,
    check_house,
    check_leaving,
    check_unnamed,
    check_wattpilot,
    takes_house_along,
)
from sunpilot.api.journal import Change, Command, Journal
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.revision import built, revised
from sunpilot.api.source_request import GivenSource, check_token
from sunpilot.api.source_slots import SOURCES, changed_sources, secret_commands, slot_of
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
    With a ``precondition``, a change raises `ChangedError` where the entity is not the version that is meant.
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

    async def with_token(self) -> frozenset[str]:
        """The slots of the sources that have a token."""
        return frozenset(await self._store.call(self._store.redis.hkeys(self._keys.tokens)))

    async def add_inverter(self, draft: Mapping[str, Any], sources: Mapping[str, GivenSource]) -> Inverter:
        """A new inverter with its ``sources`` by name, in a new house where the draft names none."""
        for name, source in sources.items():
            check_token(source, None, name)
        settings = {name: source.settings.model_dump(mode="json") for name, source in sources.items()}
        async with self._journal.lock:
            configuration = await self.configuration()
            check_house(draft["house_id"], Role(draft["role"]), configuration)
            new_house = draft["house_id"] is None
            inverter_id = await self._journal.next_id()
            house_id = await self._journal.next_id() if new_house else draft["house_id"]
            inverter = built(Inverter, {**draft, **settings, "id": inverter_id, "house_id": house_id})
            check(inverter, configuration)
            commands: list[Command] = []
            touched: list[Change] = []
            if new_house:
                commands.append(_put(self._keys.houses, House(id=house_id, name=inverter.name), house_id))
                touched.append(("house", house_id))
            for name, source in sources.items():
                commands += secret_commands(self._keys, slot_of(inverter_id, name), source, None)
            await self._write_inverter(inverter, configuration, commands, touched)
        return inverter

    async def change_inverter(
        self,
        inverter_id: int,
        changes: Mapping[str, Any],
        precondition: Precondition = NO_PRECONDITION,
        *,
        with_house: bool = False,
    ) -> Inverter:
        """Change some of an inverter; without a token the stored one stays, where it may.

        A house left empty goes, if that is asked for by ``with_house``.
        """
        async with self._journal.lock:
            configuration = await self.configuration()
            before = configuration.inverters.get(inverter_id)
            if before is None:
                raise UnknownEntityError("Inverter", inverter_id)
            precondition.check(before)
            sources = changed_sources(before, changes)
            settings = {name: source and source.settings for name, source in sources.items()}
            others = {name: value for name, value in changes.items() if name not in SOURCES}
            inverter = revised(before.model_copy(update=settings), others)
            check_house(inverter.house_id, inverter.role, configuration)
            check(inverter, configuration, before)
            commands: list[Command] = []
            touched: list[Change] = []
            for name, source in sources.items():
                commands += secret_commands(self._keys, slot_of(inverter_id, name), source, getattr(before, name))
            if inverter.house_id != before.house_id and takes_house_along(before, configuration, with_house=with_house):
                commands.append(("HDEL", self._keys.houses, before.house_id))
                touched.append(("house", before.house_id))
            await self._write_inverter(inverter, configuration, commands, touched)
        return inverter

    async def delete_inverter(
        self, inverter_id: int, precondition: Precondition = NO_PRECONDITION, *, with_house: bool = False
    ) -> None:
        """Delete an inverter with its token; the last one of a house only ``with_house``."""
        async with self._journal.lock:
            configuration = await self.configuration()
            inverter = configuration.inverters.get(inverter_id)
            if inverter is None:
                raise UnknownEntityError("Inverter", inverter_id)
            precondition.check(inverter)
            check_leaving(inverter, configuration)
            takes_house = takes_house_along(inverter, configuration, with_house=with_house)
            commands = [
                command
                for name in SOURCES
                for command in secret_commands(self._keys, slot_of(inverter_id, name), None, None)
            ]
            commands.append(("HDEL", self._keys.inverters, inverter_id))
            touched = [("inverter", inverter_id)]
            if takes_house:
                commands.append(("HDEL", self._keys.houses, inverter.house_id))
                touched.append(("house", inverter.house_id))
            await self._journal.write(*commands, changes=touched)

    async def change_house(
        self, house_id: int, changes: Mapping[str, Any], precondition: Precondition = NO_PRECONDITION
    ) -> House:
        """Change some of a house."""
        async with self._journal.lock:
            before = await self._store.one(House, self._keys.houses, house_id)
            if before is None:
                raise UnknownEntityError("House", house_id)
            precondition.check(before)
            house = revised(before, changes)
            await self._journal.write(_put(self._keys.houses, house, house_id), changes=[("house", house_id)])
        return house

    async def change_wattpilot(
        self, wattpilot_id: int, changes: Mapping[str, Any], precondition: Precondition = NO_PRECONDITION
    ) -> Wattpilot:
        """Change some of a Wattpilot; its mode is an order, and published as such."""
        async with self._journal.lock:
            configuration = await self.configuration()
            before = configuration.wattpilots.get(wattpilot_id)
            if before is None:
                raise UnknownEntityError("Wattpilot", wattpilot_id)
            precondition.check(before)
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

    async def delete_wattpilot(self, wattpilot_id: int, precondition: Precondition = NO_PRECONDITION) -> None:
        """Delete a Wattpilot that no inverter names, with its mode and override."""
        async with self._journal.lock:
            configuration = await self.configuration()
            if wattpilot_id not in configuration.wattpilots:
                raise UnknownEntityError("Wattpilot", wattpilot_id)
            precondition.check(configuration.wattpilots[wattpilot_id])
            check_unnamed(wattpilot_id, configuration)
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

    async def keep_code(self, inverter_id: int, source: str, code: SecretStr) -> None:
        """Store the code of a consent for the fetcher, which exchanges it."""
        async with self._journal.lock:
            if inverter_id not in (await self.configuration()).inverters:
                raise UnknownEntityError("Inverter", inverter_id)
            command = ("HSET", self._keys.codes, slot_of(inverter_id, source), code.get_secret_value())
            await self._journal.write(command, changes=[("inverter", inverter_id)])

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
