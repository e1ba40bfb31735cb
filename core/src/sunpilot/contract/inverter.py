"""An inverter, and the source of its readings."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sunpilot.contract.message import Part


class SolarEdgeV1(Part):
    """SolarEdge's monitoring API V1, ``currentPowerFlow``. The token is stored apart and never comes out.

    ``calls_per_day`` is the budget (SolarEdge allows 300), ``floor_s`` the least time between calls, ``age_s`` the
    range of the age of a value that comes without a time. ``url`` is another address that speaks the same API; None
    is SolarEdge's own.
    """

    kind: Literal["solaredge"] = "solaredge"
    api: Literal["v1"] = "v1"
    site_id: str = Field(pattern=r"^[0-9]{1,12}$")
    calls_per_day: int = Field(default=290, ge=1, le=1_000_000)
    floor_s: float = Field(default=75.0, ge=1, le=3600)
    age_s: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(le=900)]] = (0.0, 360.0)
    url: str | None = Field(default=None, pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+$", max_length=200)

    @model_validator(mode="after")
    def _ages_in_order(self) -> "SolarEdgeV1":
        if self.age_s[0] > self.age_s[1]:
            raise ValueError("age_s is [lowest, highest], in seconds")
        return self

    @property
    def maximum_age_s(self) -> float:
        """Older than this, a reading starts and raises nothing: 15 minutes."""
        return 900.0


Source = SolarEdgeV1
"""Where an inverter's readings come from. Further kinds join here as a union told apart by ``kind``."""


class Role(StrEnum):
    """``grid``: measures the house's connection. ``pv``: adds generation only."""

    GRID = "grid"
    PV = "pv"


class Inverter(Part):
    """A source of readings. ``wattpilot_id`` puts that Wattpilot into the inverter's house.

    ``smart_charging_enabled`` of the grid inverter rules the whole house: off means release, then hands off.
    """

    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=80)
    source: Source
    role: Role = Role.GRID
    house_id: int = Field(ge=1)
    wattpilot_id: int | None = Field(default=None, ge=1, le=999)
    smart_charging_enabled: bool = True
