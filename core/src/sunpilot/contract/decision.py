"""Why the controller does what it does."""

from enum import StrEnum

from pydantic import Field

from sunpilot.contract.message import Message, Part, Utc
from sunpilot.contract.setpoint import Action


class Reason(StrEnum):
    """The reason codes. Every decision has one."""

    NO_CAR = "no_car"
    WAITING_FOR_SUN = "waiting_for_sun"
    STARTING_SOON = "starting_soon"
    AWAITING_READING = "awaiting_reading"
    STARTED = "started"
    FOLLOWING_SUN = "following_sun"
    AT_MINIMUM = "at_minimum"
    AT_MAXIMUM = "at_maximum"
    STOPPING_SOON = "stopping_soon"
    STOPPED = "stopped"
    SWITCHING_PHASES = "switching_phases"
    RESTING = "resting"
    SHARING = "sharing"
    BATTERY_FIRST = "battery_first"
    CAR_FULL = "car_full"
    CAR_NOT_DRAWING = "car_not_drawing"
    ORDER_FULL = "order_full"
    ORDER_FIXED = "order_fixed"
    ORDER_OFF = "order_off"
    ORDER_MINIMUM = "order_minimum"
    DEADLINE_WAITING = "deadline_waiting"
    DEADLINE_CHARGING = "deadline_charging"
    FUSE = "fuse"
    LIMITS = "limits"
    STALE_HOLD = "stale_hold"
    STALE_STOP = "stale_stop"
    OWN_POWER_UNKNOWN = "own_power_unknown"
    SUSPECT = "suspect"
    NO_STATUS = "no_status"
    NO_PHASES = "no_phases"
    BOX_ERROR = "box_error"
    MANUAL = "manual"
    RELEASED = "released"
    FIRST_READING = "first_reading"


class Text(Part):
    """One sentence for a person, with numbers and the countdown of what it waits for."""

    en: str
    de: str


class StageName(StrEnum):
    """The way from sun to current, in order: a car, fresh data, enough sun, the start, the charge, the end."""

    CAR = "car"
    DATA = "data"
    SUN = "sun"
    START = "start"
    CHARGE = "charge"
    DONE = "done"


class Stage(Part):
    """One step on the way; exactly one of a decision's stages is live."""

    name: StageName
    live: bool


class Inputs(Part):
    """What the decision was made from. ``surplus_w`` is what the car could take without import: −grid + the car's own
    power, both at the reading's own time.
    """

    grid_w: float | None = None
    pv_w: float | None = None
    load_w: float | None = None
    own_w: float | None = None
    surplus_w: float | None = None
    reading_time: Utc | None = None
    reading_age_s: float | None = None
    reading_is_fresh: bool = False
    status_is_fresh: bool = False


class Decision(Message):
    """One decision, explained. ``terms`` are the policy's inner values for plotting, ``countdowns`` the seconds to
    what it waits for. ``forecast`` says of a deadline when charging from the grid would start.
    """

    at: Utc
    reason: Reason
    text: Text
    forecast: Text | None = None
    action: Action
    amps: int | None = None
    phases: int | None = None
    mode: str
    override: str | None = None
    stages: tuple[Stage, ...]
    inputs: Inputs
    terms: dict[str, float | None] = Field(default_factory=dict)
    countdowns: dict[str, float] = Field(default_factory=dict)
