"""What is configured of the houses' sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic import SecretStr

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.status import Status
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.need import has_use_for_readings
from sunpilot.fetcher.sun import Place
from sunpilot.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Setup:
    """Inverters, their houses, and their sources' tokens, by id."""

    inverters: Mapping[int, Inverter] = field(default_factory=dict)
    houses: Mapping[int, House] = field(default_factory=dict)
    tokens: Mapping[int, SecretStr] = field(default_factory=dict)

    @classmethod
    async def read(cls, store: Store) -> Self:
        """What is stored; raises `StoreDownError` or `StoreRefusedError`."""
        tokens = await store.call(store.redis.hgetall(store.keys.tokens))
        return cls(
            await store.all(Inverter, store.keys.inverters),
            await store.all(House, store.keys.houses),
            {int(inverter_id): SecretStr(token) for inverter_id, token in tokens.items() if inverter_id.isdigit()},
        )

    def assignment(self, inverter_id: int, statuses: Mapping[int, Status]) -> Assignment:
        """What to tell the poller of a configured inverter, given the Wattpilots' last statuses."""
        inverter = self.inverters[inverter_id]
        house = self.houses.get(inverter.house_id) or House(id=inverter.house_id, name="unknown")
        return Assignment(
            inverter=inverter,
            place=Place(house.latitude, house.longitude),
            token=self.tokens.get(inverter_id),
            car=has_use_for_readings(inverter.house_id, self.inverters, statuses),
        )
