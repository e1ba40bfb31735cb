"""A Wattpilot, as it is configured."""

from pydantic import Field, model_validator

from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode


class PolicySettings(Part):
    """What a user may set of the policy. The defaults are the gentle ones: a quarter fewer starts for 2 % more |grid|.

    ``min_a``, ``max_a`` bound the current per phase besides what box and cable allow. ``min_on_s`` and ``min_off_s``
    are the least times between switching. ``start_wh`` is the regret (energy lost by not having switched) at which a
    charge starts or stops. ``stale_grace_s`` is how long a charge is held on stale data before ``stale_minimum`` (go
    on at the minimum) or a stop.
    """

    min_a: int = Field(default=6, ge=6, le=32)
    max_a: int = Field(default=16, ge=6, le=32)
    min_on_s: float = Field(default=300.0, ge=0, le=7200)
    min_off_s: float = Field(default=120.0, ge=0, le=7200)
    start_wh: float = Field(default=15.0, ge=0, le=1000)
    stale_grace_s: float = Field(default=60.0, ge=0, le=3600)
    stale_minimum: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "PolicySettings":
        if self.min_a > self.max_a:
            raise ValueError("min_a must not be above max_a")
        return self


class Wattpilot(Part):
    """A Wattpilot by the number of its bridge. ``fixed_a`` is the current per phase of the mode ``fixed``."""

    id: int = Field(ge=1, le=999)
    name: str = Field(min_length=1, max_length=80)
    enabled: bool = True
    mode: Mode = Mode.SUN
    fixed_a: int = Field(default=6, ge=6, le=32)
    priority: int = Field(default=1, ge=1, le=99)
    policy: PolicySettings = Field(default_factory=PolicySettings)
