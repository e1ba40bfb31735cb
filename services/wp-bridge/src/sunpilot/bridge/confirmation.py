"""Whether the box does what it has stored: its telemetry shows the effect, or not.

Source: Wattpilot protocol, start and stop (a stop shows in the current, not in the car's state) and responses (success
means stored, not that the charge changed).
"""

from dataclasses import dataclass

from sunpilot.bridge.box import Box
from sunpilot.contract.property import Value
from sunpilot.contract.setpoint import Order

LOOK_S = 1.0
"""The answer to a write counts as no telemetry; the box's next report follows after about a second."""
PATIENCE_S = 120.0
STOPPED_A = 1.0
FORCED_OFF = 4
"""Reason not to charge: the force state says so."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A value that the box has stored at ``at_s`` for the setpoint ``of``, or for a person's raw write (None)."""

    of: Order | None
    key: str
    value: Value
    at_s: float


class Confirmations:
    """The last stored write of each key that has shown no effect yet."""

    def __init__(self) -> None:
        self._expected: dict[str, Expected] = {}

    def expect(self, expected: Expected) -> None:
        """The box has stored a value; one before it counts no more."""
        self._expected[expected.key] = expected

    def drop(self, key: str) -> None:
        """The value of this key is not ours any more."""
        self._expected.pop(key, None)

    def shown(self, box: Box, now_s: float) -> list[Expected]:
        """Those whose effect shows now; each is told once. What does not show within two minutes is forgotten."""
        if not box.status.is_online:
            return []
        waiting = [one for one in self._expected.values() if now_s - one.at_s >= LOOK_S]
        shown = [one for one in waiting if _shows(one.key, one.value, box)]
        for one in waiting:
            if one in shown or now_s - one.at_s > PATIENCE_S:
                del self._expected[one.key]
        return shown


def _shows(key: str, value: Value, box: Box) -> bool:
    status = box.status
    if box.value(key) != value:
        return False
    match key:
        case "amp":
            return status.offered_a is None or status.offered_a == value
        case "frc":
            return _force_shows(value, box)
        case "psm":
            relay = {1: True, 2: False}.get(value) if isinstance(value, int) else None
            return not box.is_switching and (None in (relay, box.is_single_phase) or box.is_single_phase is relay)
        case _:
            return True


def _force_shows(value: Value, box: Box) -> bool:
    status = box.status
    if value == 1:
        amperes = [ampere for ampere in status.current_a or () if ampere is not None]
        return status.allowed is False and bool(amperes) and max(amperes) < STOPPED_A
    return status.reason != FORCED_OFF if value == 0 else status.allowed is True
