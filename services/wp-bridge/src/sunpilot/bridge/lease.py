"""The setpoint as a lease: what holds now, what holds when no setpoint comes, and whose setpoints count.

All times are seconds of the bridge's own monotonic clock, counted from receipt; the clock of another machine is never
compared. The start of the bridge counts as a lease that begins.
"""

from sunpilot.bridge.intent import Charge, HandsOff, Intent, Minimum, Release, Stop, StopOwn
from sunpilot.contract.setpoint import Action, OnLapse, Order, Setpoint

START_LEASE_S = 90.0


class Lease:
    """``highest`` is the highest order obeyed, ``setpoint`` the one that holds, ``is_released`` a release carried out.

    ``owns_charge`` says that a charge forced before the start of the bridge is still ours.
    """

    def __init__(self, started_s: float, *, highest: Order | None, is_released: bool, owns_charge: bool) -> None:
        self.highest = highest
        self.setpoint: Setpoint | None = None
        self.is_released = is_released
        self.owns_charge = owns_charge
        self._since_s = started_s

    def take(self, setpoint: Setpoint, now_s: float) -> bool:
        """Obey a setpoint from now on. False: it is older than one obeyed before, and changes nothing."""
        if self.highest is not None and setpoint.order < self.highest:
            return False
        self.highest = setpoint.order
        self.setpoint = setpoint
        self.is_released = self.is_released and setpoint.action is Action.RELEASE
        self._since_s = now_s
        return True

    def intent(self, now_s: float) -> Intent:
        """What to be after now."""
        age_s = now_s - self._since_s
        if self.setpoint is None:
            return StopOwn() if self.owns_charge and age_s >= START_LEASE_S else HandsOff()
        match self.setpoint.action:
            case Action.RELEASE:
                return HandsOff() if self.is_released else Release()
            case Action.STOP:
                return Stop()
            case Action.CHARGE:
                return _charge(self.setpoint, age_s)

    def release_done(self) -> None:
        """The box has been given back; from here on the hands are off."""
        self.is_released = True


def _charge(setpoint: Setpoint, age_s: float) -> Intent:
    keeps = setpoint.on_lapse is OnLapse.KEEP
    held_s = max(setpoint.lease_s, setpoint.keep_s or 0.0) if keeps else setpoint.lease_s
    if age_s < held_s and setpoint.amps is not None:
        return Charge(setpoint.amps, setpoint.phases, by_person=keeps or setpoint.resume)
    return Minimum() if setpoint.on_lapse is OnLapse.MINIMUM else Stop()
