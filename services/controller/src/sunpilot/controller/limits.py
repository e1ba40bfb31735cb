"""How much current a Wattpilot may offer: fuse, cable and box stand above every order."""

from dataclasses import dataclass

from sunpilot.contract.decision import Reason
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import PolicySettings
from sunpilot.controller.fuse import FuseShare

NOMINAL_V = 230.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Whole ampere per phase. A maximum below ``minimum_a`` means that no charge is allowed.

    ``maximum_a`` is for a car on three phases, ``unbalanced_a`` for one that does not load all three alike.
    """

    minimum_a: int
    maximum_a: int
    by_fuse: bool
    unbalanced_a: int

    def maximum(self, phases: int) -> int:
        """The maximum for a car that draws on so many phases."""
        return self.maximum_a if phases == 3 else self.unbalanced_a

    def is_by_fuse(self, phases: int) -> bool:
        """That maximum is what the main fuse leaves, rather than what may be unbalanced."""
        return self.by_fuse and self.maximum(phases) == self.maximum_a

    @property
    def bar_charging(self) -> bool:
        """Not even the least current is allowed."""
        return max(self.maximum_a, self.unbalanced_a) < self.minimum_a

    @property
    def reason(self) -> Reason:
        """What stands above every order: the fuse, or box, cable and settings."""
        return Reason.FUSE if self.by_fuse else Reason.LIMITS


def limits(settings: PolicySettings, status: Status, share: FuseShare) -> Limits:
    """Bring together the user's bounds, what the box, its cable and its temperature allow, and the fuse's share."""
    minimum_a = max(6, settings.min_a, status.limits.minimum_a or 6)
    wanted_a = wanted(settings, status)
    by_fuse = share.maximum_a < wanted_a
    return Limits(minimum_a, min(wanted_a, share.maximum_a), by_fuse, min(wanted_a, share.unbalanced_a))


def wanted(settings: PolicySettings, status: Status) -> int:
    """The current that settings, box, cable and temperature allow, whatever the fuse leaves."""
    device_a = status.limits.maximum_a
    return settings.max_a if device_a is None else min(settings.max_a, device_a)


def voltage(status: Status) -> float:
    """The mean voltage of the phases that the charger measures; nominal where it measures none."""
    measured_v = [v for v in status.voltage_v or () if v is not None and v > 100]
    return sum(measured_v) / len(measured_v) if measured_v else NOMINAL_V
