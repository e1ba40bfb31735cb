"""What an inverter or a meter measured."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, model_validator

from sunpilot.contract.message import Message, Utc

LONGEST_S = 86_400.0
"""Windows and ages beyond a day mean nothing here."""


class Quality(StrEnum):
    """How far a reading can be trusted. On ``suspect`` nothing starts or raises a charge by itself."""

    OK = "ok"
    INFERRED = "inferred"
    SUSPECT = "suspect"


class Reading(Message):
    """Powers of one inverter at one time, or averaged over one window.

    ``measured_at`` is the end of the window (measured_at − averaged_s, measured_at]. A source that gives no time
    leaves it ``None`` and says by ``age_s`` how old the values were when received (lowest, highest); ``received_at``
    is then the time of the first poll that showed these values. The balance is grid_w + pv_w = load_w + battery_w.
    All of it comes from one source: its kind is ``source``, and ``is_from_fallback`` tells whether it is the
    inverter's second one.
    """

    source: str
    is_from_fallback: bool = False
    measured_at: Utc | None = None
    age_s: tuple[float, float] | None = None
    received_at: Utc
    averaged_s: float = Field(default=0.0, ge=0, le=LONGEST_S)
    grid_w: float | None = None
    pv_w: float | None = None
    load_w: float | None = None
    battery_w: float | None = None
    soc_pct: float | None = None
    grid_a: tuple[float | None, float | None, float | None] | None = None
    quality: Quality = Quality.OK

    @model_validator(mode="after")
    def _has_a_time(self) -> "Reading":
        if self.measured_at is None and self.age_s is None:
            raise ValueError("either measured_at or age_s is needed")
        if self.age_s is not None and not 0 <= self.age_s[0] <= self.age_s[1] <= LONGEST_S:
            raise ValueError("age_s is (lowest, highest), in seconds, not negative, a day at most")
        return self

    @property
    def time(self) -> datetime:
        """The time that age counts from, and that tells one reading from the next."""
        return self.measured_at or self.received_at

    @property
    def identity(self) -> str:
        """The same for the same measurement: no reading acts twice."""
        return f"{self.source} {self.time.isoformat()}"

    def age_at(self, now: datetime) -> timedelta:
        """How long ago the values were measured or, without a time stamp, first received."""
        return now - self.time

    def is_fresh(self, now: datetime, maximum_age_s: float) -> bool:
        """Good enough to start or raise a charge: grid known, young enough, not suspect, not from the future."""
        age_s = self.age_at(now).total_seconds()
        return self.grid_w is not None and -5 <= age_s <= maximum_age_s and self.quality is not Quality.SUSPECT
