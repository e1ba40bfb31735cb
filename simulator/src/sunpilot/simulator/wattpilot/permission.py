"""Whether a Wattpilot lets the car charge, and the reason it gives.

The rules stand in a table, and the first that matches decides. Their order is inferred from the reasons that real boxes
were seen to give; the reason numbers are those of the property `modelStatus`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

ECO, NEXT_TRIP = 4, 5
FORCE_OFF, FORCE_ON = 1, 2


class Reason(IntEnum):
    """Why charging is allowed or not (`modelStatus`)."""

    NO_CHARGE_CONTROLLER = 0
    ACCESS_CONTROL = 2
    FORCED_ON = 3
    FORCED_OFF = 4
    ENERGY_LIMIT = 6
    PRICE_LOW = 7
    PV_SURPLUS = 12
    DEFAULT = 15
    ECO_THRESHOLD = 17
    NEXT_TRIP = 18
    PAUSE_NOT_ALLOWED = 20
    SIMULATED_UNPLUG = 22
    PHASE_SWITCH = 23
    MINIMUM_PAUSE = 24
    ERROR = 26
    LOAD_MANAGEMENT = 27
    FLOOR = 36


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the box looks at once a second. Names of settings are the Wattpilot's own."""

    frc: int = 0
    """Force state: 0 neutral, 1 off, 2 on."""
    lmo: int = 3
    """Logic mode: 3 default, 4 Eco, 5 Next Trip."""
    acs: int = 0
    """Access: 0 open, 1 authentication needed."""
    trx: int | None = None
    """Who authorised the charge; None: nobody."""
    dwo: float | None = None
    """Energy limit of the session in Wh; None: off."""
    wh: float = 0.0
    """Energy of the session in Wh."""
    fup: bool = False
    """Whether Eco uses PV surplus."""
    fst: float = 1400.0
    """Surplus in W from which Eco charges."""
    ful: bool = False
    """Whether Eco uses a dynamic price."""
    awp: float = 0.0
    """Price in ct/kWh up to which Eco charges."""
    fap: bool = True
    """Whether the box may pause a running charge."""
    surplus_w: float = 0.0
    """PV surplus that the box itself knows of."""
    price_ct: float | None = None
    """Present price in ct/kWh; None: unknown."""
    err: int = 0
    charge_controller: bool = True
    switching: bool = False
    """Whether a phase switch is running."""
    unplugging: bool = False
    """Whether the box plays an unplugged cable to wake the car."""
    pausing: bool = False
    """Whether the minimum pause is running."""
    charging: bool = False
    """Whether current flowed until now."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The decision of one second."""

    allowed: bool
    reason: Reason


Rule = tuple[Callable[[Conditions], bool], bool, Reason]

RULES: tuple[Rule, ...] = (
    (lambda c: not c.charge_controller, False, Reason.NO_CHARGE_CONTROLLER),
    (lambda c: c.err != 0, False, Reason.ERROR),
    (lambda c: c.frc == FORCE_OFF, False, Reason.FORCED_OFF),
    (lambda c: c.switching, False, Reason.PHASE_SWITCH),
    (lambda c: c.unplugging, False, Reason.SIMULATED_UNPLUG),
    (lambda c: c.acs == 1 and c.trx is None and c.frc != FORCE_ON, False, Reason.ACCESS_CONTROL),
    (lambda c: c.frc == FORCE_ON, True, Reason.FORCED_ON),
    (lambda c: c.dwo is not None and c.wh >= c.dwo, False, Reason.ENERGY_LIMIT),
    (lambda c: c.pausing, False, Reason.MINIMUM_PAUSE),
    (lambda c: c.lmo == ECO and c.fup and c.surplus_w >= c.fst, True, Reason.PV_SURPLUS),
    (lambda c: c.lmo == ECO and c.ful and c.price_ct is not None and c.price_ct <= c.awp, True, Reason.PRICE_LOW),
    (lambda c: c.lmo == ECO and c.charging and not c.fap, True, Reason.PAUSE_NOT_ALLOWED),
    (lambda c: c.lmo == ECO, False, Reason.ECO_THRESHOLD),
    (lambda c: c.lmo == NEXT_TRIP, False, Reason.NEXT_TRIP),
)


def permission(conditions: Conditions) -> Permission:
    """The first rule that matches; without one the box charges by default."""
    for matches, allowed, reason in RULES:
        if matches(conditions):
            return Permission(allowed, reason)
    return Permission(True, Reason.DEFAULT)
