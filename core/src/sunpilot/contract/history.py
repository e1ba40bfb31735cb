"""What is kept of the last two days, and of each day."""

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.setpoint import Action

KEPT_H = 48
"""Decisions and power are kept for so long."""


class Decided(Part):
    """A decision that was other than the one before."""

    at: Utc
    reason: str
    text: Text
    action: Action
    amps: int | None
    phases: int | None


class Sample(Part):
    """Powers of a house at one time, in W; grid + import, battery + charging. ``car_w`` is all its Wattpilots."""

    at: Utc
    grid_w: float | None
    pv_w: float | None
    load_w: float | None
    battery_w: float | None
    soc_pct: float | None
    car_w: float | None


class DayTotal(Part):
    """A day's energies in Wh, in the house's time zone, over the ``measured_s`` for which there were readings.

    ``car_sun_wh`` is what the cars took while nothing was imported for it; ``pv_wh`` is None where no generation was
    ever known.
    """

    day: str
    measured_s: float = 0.0
    pv_wh: float | None = None
    import_wh: float = 0.0
    export_wh: float = 0.0
    car_wh: float = 0.0
    car_sun_wh: float = 0.0

    @property
    def sun_share(self) -> float | None:
        """The share of the cars' energy that was sun; None when nothing was charged."""
        return self.car_sun_wh / self.car_wh if self.car_wh > 0 else None
