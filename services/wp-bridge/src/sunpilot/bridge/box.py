"""The box as its bridge sees it: the status that everybody gets, and what concerns the bridge alone.

Source: Wattpilot protocol, properties ``rbt``, ``lfspt``, ``pha``, ``fsp``, ``ocppe``, ``ocppc``, and the
reasons in ``modelStatus``.
"""

from dataclasses import dataclass, field

from sunpilot.bridge.message import Json, Properties
from sunpilot.bridge.status import DRAWING_A, whole
from sunpilot.contract.property import Value
from sunpilot.contract.status import Status

PHASE_SWITCH = 23
OCPP = 28
"""Reasons not to charge: a phase switch is running; an OCPP server says so."""


@dataclass(frozen=True, slots=True)
class Box:
    """One look at the box. ``properties`` is empty while the link is down; firmware may lack any of them."""

    status: Status
    properties: Properties = field(default_factory=dict)

    @property
    def uptime_s(self) -> float | None:
        """Seconds since its start."""
        return _seconds(self.properties.get("rbt"))

    @property
    def since_switch_s(self) -> float | None:
        """Seconds since its phase relay toggled, by its own record; at least its uptime where it knows of none.

        None: it does not say.
        """
        if self.is_switching:
            return 0.0
        if "lfspt" not in self.properties or self.uptime_s is None:
            return None
        toggled = self.properties["lfspt"]
        toggled_s = 0.0 if toggled is None else _seconds(toggled)
        return None if toggled_s is None or toggled_s > self.uptime_s else self.uptime_s - toggled_s

    @property
    def is_switching(self) -> bool:
        """A switch of phases is running."""
        return self.status.reason == PHASE_SWITCH

    @property
    def is_single_phase(self) -> bool | None:
        """The phase relay stands on one phase; None where it does not say."""
        relay = self.properties.get("fsp")
        return relay if isinstance(relay, bool) else None

    @property
    def grid_phases(self) -> int | None:
        """Phases that arrive from the grid: the last three of the six flags ``pha``. None where it does not say."""
        flags = self.properties.get("pha")
        arriving = flags[3:6].count(True) if isinstance(flags, list) else 0
        return arriving or None

    @property
    def drawing_phases(self) -> int:
        """Phases that carry the current of a charge."""
        return sum(1 for ampere in self.status.current_a or () if ampere is not None and ampere > DRAWING_A)

    @property
    def is_under_ocpp(self) -> bool:
        """An OCPP server is connected, or has just forbidden the charge: a second controller."""
        connected = self.properties.get("ocppc") is True and self.properties.get("ocppe") is not False
        return connected or self.status.reason == OCPP

    def value(self, key: str) -> Value:
        """A property that can be set, as it is now; None also where it is unknown or no bare value."""
        value = self.properties.get(key)
        return value if isinstance(value, bool | int | float) else None


def _seconds(milliseconds: Json) -> float | None:
    whole_ms = whole(milliseconds)
    return None if whole_ms is None or whole_ms < 0 else whole_ms / 1000
