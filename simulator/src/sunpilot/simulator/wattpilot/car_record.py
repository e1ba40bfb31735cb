"""What a Wattpilot notes about the car at its cable."""

from typing import Any

from sunpilot.simulator.car import CarState


class CarRecord:
    """Follows the state of the car; `state` is the one noted last, `cable_a` what its cable carries per phase."""

    def __init__(self) -> None:
        self.state = CarState.IDLE
        self.cable_a = 32
        self._charged_ms = 0

    @property
    def duration(self) -> dict[str, int]:
        """How long this car has charged, as the property `cdi` says it."""
        return {"type": 1, "value": self._charged_ms}

    def count(self, dt_s: float) -> None:
        """Add to the time charged."""
        if self.state == CarState.CHARGING:
            self._charged_ms += round(dt_s * 1000)

    def begins(self, state: CarState) -> bool:
        """Whether `state` is that of a car which has just come."""
        return self.state == CarState.IDLE != state

    def follow(self, state: CarState, uptime_ms: int) -> dict[str, Any]:
        """Note a state; the properties that change with it."""
        before, self.state = self.state, state
        if before == state:
            return {}
        changes: dict[str, Any] = {}
        if before == CarState.IDLE:
            self._charged_ms = 0
            changes |= {"cbl": self.cable_a, "cus": 3, "lccfi": uptime_ms}
        if before == CarState.CHARGING:
            changes["lccfc"] = uptime_ms
        if state == CarState.CHARGING:
            changes["lcctc"] = uptime_ms
        if state == CarState.IDLE:
            changes |= {"frc": 0, "trx": None, "cbl": None, "cus": 1}
        return changes
