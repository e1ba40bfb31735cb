"""What is kept of the last two days, and of each day."""

from sunpilot.contract.decision import Text
from sunpilot.contract.house import Currency
from sunpilot.contract.message import Message, Part, Utc
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


class DayTotal(Message):
    """A house's energies of one day in its time zone, which began at ``began_at``.

    They cover the ``measured_s`` for which there were readings, the last of them of ``measured_until``; after a gap of
    more than 15 minutes, a reading counts for its own window only. ``import_wh`` and ``export_wh`` cover all of them.

    ``pv_wh`` covers the ``pv_measured_s`` of them in which the generation of all inverters was known, in which
    ``pv_export_wh`` of the export flowed. ``load_wh``, which is all that the house took, its cars included, covers the
    ``load_measured_s`` in which that was known, in which ``load_import_wh`` of the import flowed. So 1 −
    ``pv_export_wh`` / ``pv_wh`` is the share of the sun that was not sold, and 1 − ``load_import_wh`` / ``load_wh`` the
    share of the consumption that was not bought, each of its own time.

    What is told of the cars covers the ``car_measured_s`` in which the power of all the house's Wattpilots was known.
    ``car_sun_wh`` is what the cars took while nothing was imported for it: import counts to the cars before it counts
    to the house. Of the ``charging_s`` in which cars drew, ``charging_grid_wh`` is the integral of |grid|, and
    ``charging_without_wh`` that of |grid| without the cars: the one against the other is how well the sun was followed.

    Prices are per kWh in ``currency``, as they were set that day. ``pv_wh``, ``load_wh``, the battery's and the cars'
    are None where nothing of them was ever known; ``began_at``, ``measured_until``, what is told of the generation's,
    the load's and the cars' time, the prices and their currency are None of days that an older version began.
    """

    day: str
    began_at: Utc | None = None
    measured_s: float = 0.0
    measured_until: Utc | None = None
    pv_measured_s: float | None = None
    pv_wh: float | None = None
    pv_export_wh: float | None = None
    load_measured_s: float | None = None
    load_wh: float | None = None
    load_import_wh: float | None = None
    import_wh: float = 0.0
    export_wh: float = 0.0
    battery_charged_wh: float | None = None
    battery_discharged_wh: float | None = None
    car_measured_s: float | None = None
    car_wh: float | None = None
    car_sun_wh: float | None = None
    charging_s: float = 0.0
    charging_grid_wh: float = 0.0
    charging_without_wh: float = 0.0
    import_price: float | None = None
    feed_in_price: float | None = None
    currency: Currency | None = None

    @property
    def sun_share(self) -> float | None:
        """The share of the cars' energy that was sun; None when nothing was charged, or nobody knows."""
        return self.car_sun_wh / self.car_wh if self.car_wh and self.car_sun_wh is not None else None
