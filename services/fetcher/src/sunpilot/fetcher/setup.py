"""What is configured of the houses' sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic import SecretStr

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import slot
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.credentials import StoredSecrets
from sunpilot.fetcher.need import has_use_for_readings
from sunpilot.fetcher.sun import Place
from sunpilot.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Setup:
    """Inverters, houses and Wattpilots by id, and their sources' secrets by slot."""

    inverters: Mapping[int, Inverter] = field(default_factory=dict)
    houses: Mapping[int, House] = field(default_factory=dict)
    wattpilots: Mapping[int, Wattpilot] = field(default_factory=dict)
    secrets: Mapping[str, StoredSecrets] = field(default_factory=dict)

    @classmethod
    async def read(cls, store: Store) -> Self:
        """What is stored; raises `StoreDownError` or `StoreRefusedError`."""
        tokens, codes, grants = [
            {name: SecretStr(text) for name, text in (await store.call(store.redis.hgetall(key))).items()}
            for key in (store.keys.tokens, store.keys.codes, store.keys.grants)
        ]
        names = tokens.keys() | codes.keys() | grants.keys()
        return cls(
            await store.all(Inverter, store.keys.inverters),
            await store.all(House, store.keys.houses),
            await store.all(Wattpilot, store.keys.wattpilots),
            {name: StoredSecrets(tokens.get(name), codes.get(name), grants.get(name)) for name in names},
        )

    def assignments(self, inverter_id: int, statuses: Mapping[int, Status]) -> tuple[Assignment, ...]:
        """What to tell the attendant of a configured inverter about its source and, where there is one, the second,
        given the Wattpilots' last statuses.
        """
        inverter = self.inverters[inverter_id]
        house = self.houses.get(inverter.house_id) or House(id=inverter.house_id, name="unknown")
        place = Place(house.latitude, house.longitude)
        car = has_use_for_readings(inverter.house_id, self.inverters, self.wattpilots, statuses)
        sources = {slot(inverter_id): inverter.source, slot(inverter_id, fallback=True): inverter.fallback}
        return tuple(
            Assignment(name, source, self.secrets.get(name, StoredSecrets()), place, car)
            for name, source in sources.items()
            if source is not None
        )

    @property
    def slots(self) -> frozenset[str]:
        """The slots of all configured sources."""
        return frozenset(order.slot for inverter_id in self.inverters for order in self.assignments(inverter_id, {}))
