"""A Wattpilot, as it is configured."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode


class Eagerness(StrEnum):
    """How much a kWh from the grid is worth avoiding against a kWh sold: 20:1, 3:1, 1:1 (the least |grid|), 1:3."""

    CAUTIOUS = "cautious"
    CAREFUL = "careful"
    BALANCED = "balanced"
    EAGER = "eager"


class PolicySettings(Part):
    """What a user may set of the policy. The defaults are the gentle ones: a quarter fewer starts for 2 % more |grid|.

    ``min_a``, ``max_a`` bound the current per phase besides what box and cable allow. ``min_on_s`` and ``min_off_s``
    are the least times between switching on and off, ``min_phases_s`` that between phase switches.
    ``phases`` fixes how many phases a charge uses; None: as the sun asks. ``start_wh`` is the regret (energy lost by
    not having switched) at which a charge starts or stops.

    ``eagerness`` is the slider between never buying and never selling. ``kwh_value`` says the same exactly: what a kWh
    in the car is worth, in the currency of the house's prices, from the feed-in price (take only what would be sold) to
    the import price (take the sun early and buy the rest); where it is set, it rules. ``reserve_w`` is what shall go on
    being exported (target: grid = −reserve).

    ``stale_grace_s`` is how long a charge is held on stale data before ``stale_minimum`` (go on at the minimum) or a
    stop. ``manual_s`` is how long a change by hand at the Wattpilot is respected.
    """

    min_a: int = Field(default=6, ge=6, le=32)
    max_a: int = Field(default=16, ge=6, le=32)
    phases: Literal[1, 3] | None = None
    min_on_s: float = Field(default=300.0, ge=0, le=7200)
    min_off_s: float = Field(default=120.0, ge=0, le=7200)
    min_phases_s: float = Field(default=600.0, ge=300, le=7200)
    start_wh: float = Field(default=15.0, ge=0, le=1000)
    eagerness: Eagerness = Eagerness.BALANCED
    kwh_value: float | None = Field(default=None, ge=0, le=10)
    reserve_w: float = Field(default=0.0, ge=0, le=20_000)
    stale_grace_s: float = Field(default=60.0, ge=0, le=3600)
    stale_minimum: bool = False
    manual_s: float = Field(default=7200.0, ge=0, le=86_400)

    @model_validator(mode="after")
    def _in_order(self) -> "PolicySettings":
        if self.min_a > self.max_a:
            raise PydanticCustomError("min_above_max", "min_a must not be above max_a")
        return self


class Wattpilot(Part):
    """A Wattpilot by the number of its bridge. ``fixed_a`` is the current per phase of the mode ``fixed``.

    ``priority``: where the sun or the fuse does not do for all of a house's Wattpilots, the lowest number goes first,
    and equal numbers share. ``house_id`` puts it into a house; None leaves that to the inverter that names it.
    """

    id: int = Field(ge=1, le=999)
    name: str = Field(min_length=1, max_length=80)
    enabled: bool = True
    mode: Mode = Mode.SUN
    fixed_a: int = Field(default=6, ge=6, le=32)
    priority: int = Field(default=1, ge=1, le=99)
    house_id: int | None = Field(default=None, ge=1)
    policy: PolicySettings = Field(default_factory=PolicySettings)
