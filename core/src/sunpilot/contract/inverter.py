"""An inverter, and the sources of its readings."""

from enum import StrEnum

from pydantic import Field

from sunpilot.contract.message import Part
from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import Source


class Role(StrEnum):
    """``grid``: measures the house's connection. ``pv``: adds generation only."""

    GRID = "grid"
    PV = "pv"


class Inverter(Part):
    """A source of readings. ``wattpilot_id`` puts that Wattpilot into the inverter's house.

    ``fallback`` is the source whose readings are used while the first one has none that is fresh.
    ``smart_charging_enabled`` of the grid inverter rules the whole house: off means release, then hands off.
    """

    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=80)
    source: Source
    fallback: Source | None = None
    role: Role = Role.GRID
    house_id: int = Field(ge=1)
    wattpilot_id: int | None = Field(default=None, ge=1, le=999)
    smart_charging_enabled: bool = True

    @property
    def tells_generation(self) -> bool:
        """One of its sources tells what it generates; a meter at the connection alone generates nothing."""
        sources = [self.source] if self.fallback is None else [self.source, self.fallback]
        return any(not isinstance(one, MqttMeter) or one.tells_generation for one in sources)

    def maximum_age_s(self, reading: Reading | None) -> float:
        """How old a reading of this inverter may be, in seconds: that depends on which of its sources it is from."""
        if reading is not None and reading.is_from_fallback and self.fallback is not None:
            return self.fallback.maximum_age_s
        return self.source.maximum_age_s
