"""A house: one grid connection."""

import re
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Part


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("time_zone", "not a known time zone; write it as in 'Europe/Berlin'") from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]

_CODE = re.compile(r"[A-Z]{3}")


def _currency_code(text: str) -> str:
    if _CODE.fullmatch(text) is None:
        raise PydanticCustomError("currency", "three capital letters, as in EUR")
    return text


Currency = Annotated[
    str,
    Field(description="By its code, as in EUR (ISO 4217).", json_schema_extra={"pattern": f"^{_CODE.pattern}$"}),
    AfterValidator(_currency_code),
]


class HomeBattery(StrEnum):
    """Who gets the sun first: the car; the home battery up to its ``battery_soc_pct``, then the car; or whoever the
    battery's own inverter decides for (``ignore``: what charges the battery is never surplus).
    """

    CAR_FIRST = "car_first"
    BATTERY_FIRST = "battery_first"
    IGNORE = "ignore"


class House(Part):
    """One grid connection, where it is and what its energy costs.

    Prices are per kWh in ``currency``. ``fuse_a`` is the main fuse per phase, ``unbalance_a`` the largest
    current that charging may draw on one phase more than on another. ``battery`` says who goes first; a home battery
    is discharged into a car only where ``battery_discharge`` asks for that.
    """

    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=80)
    latitude: float = Field(default=48.0, ge=-90, le=90)
    longitude: float = Field(default=12.0, ge=-180, le=180)
    time_zone: TimeZone = "Europe/Berlin"
    import_price: float = Field(default=0.32, ge=0, le=10)
    feed_in_price: float = Field(default=0.08, ge=0, le=10)
    currency: Currency = "EUR"
    fuse_a: float = Field(default=35.0, ge=10, le=250)
    unbalance_a: float = Field(default=20.0, ge=0, le=250)
    battery: HomeBattery = HomeBattery.CAR_FIRST
    battery_soc_pct: float = Field(default=80.0, ge=0, le=100)
    battery_discharge: bool = False
