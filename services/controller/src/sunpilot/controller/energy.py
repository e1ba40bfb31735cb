"""A day's energies, reading by reading: a power counts for the time that its reading speaks for. Time comes in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading

CHARGES_FROM_W = 100.0
"""Less is what a Wattpilot takes for itself, or a car that keeps its heater or its computers awake."""


def new_day(house: House, time: datetime) -> DayTotal:
    """The day at a house in which ``time`` lies, with nothing counted yet."""
    there = time.astimezone(ZoneInfo(house.time_zone))
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return DayTotal(
        day=f"{there:%Y-%m-%d}",
        began_at=midnight,
        pv_measured_s=0.0,
        pv_export_wh=0.0,
        load_measured_s=0.0,
        load_import_wh=0.0,
    )


def added(
    total: DayTotal, house: House, reading: Reading, grid_w: float, car_w: float | None, hours: float
) -> DayTotal:
    """The day with ``hours`` more of the powers of a reading, and of the cars at its time (None: not known)."""
    charged_w = None if reading.battery_w is None else max(0.0, reading.battery_w)
    discharged_w = None if reading.battery_w is None else max(0.0, -reading.battery_w)
    more = total.model_copy(
        update={
            "measured_s": total.measured_s + hours * 3600,
            "measured_until": reading.time,
            "import_wh": total.import_wh + max(0.0, grid_w) * hours,
            "export_wh": total.export_wh + max(0.0, -grid_w) * hours,
            "battery_charged_wh": _sum_wh(total.battery_charged_wh, charged_w, hours),
            "battery_discharged_wh": _sum_wh(total.battery_discharged_wh, discharged_w, hours),
            "import_price": house.import_price,
            "feed_in_price": house.feed_in_price,
            "currency": house.currency,
        }
    )
    if reading.pv_w is not None:
        more = _with_sun(more, reading.pv_w, max(0.0, -grid_w), hours)
    load_w = _load_w(reading, grid_w)
    if load_w is not None:
        more = _with_load(more, load_w, max(0.0, grid_w), hours)
    return more if car_w is None else _with_cars(more, grid_w, car_w, hours)


def _with_sun(total: DayTotal, pv_w: float, export_w: float, hours: float) -> DayTotal:
    return total.model_copy(
        update={
            "pv_measured_s": _more(total.pv_measured_s, hours * 3600),
            "pv_wh": _sum_wh(total.pv_wh, pv_w, hours),
            "pv_export_wh": _more(total.pv_export_wh, export_w * hours),
        }
    )


def _with_load(total: DayTotal, load_w: float, import_w: float, hours: float) -> DayTotal:
    return total.model_copy(
        update={
            "load_measured_s": _more(total.load_measured_s, hours * 3600),
            "load_wh": _sum_wh(total.load_wh, load_w, hours),
            "load_import_wh": _more(total.load_import_wh, import_w * hours),
        }
    )


def _with_cars(total: DayTotal, grid_w: float, car_w: float, hours: float) -> DayTotal:
    sun_w = car_w - min(car_w, max(0.0, grid_w))
    charges = car_w >= CHARGES_FROM_W
    return total.model_copy(
        update={
            "car_measured_s": (total.car_measured_s or 0.0) + hours * 3600,
            "car_wh": _sum_wh(total.car_wh, car_w, hours),
            "car_sun_wh": _sum_wh(total.car_sun_wh, sun_w, hours),
            "charging_s": total.charging_s + (hours * 3600 if charges else 0.0),
            "charging_grid_wh": total.charging_grid_wh + (abs(grid_w) * hours if charges else 0.0),
            "charging_without_wh": total.charging_without_wh + (abs(grid_w - car_w) * hours if charges else 0.0),
        }
    )


def _load_w(reading: Reading, grid_w: float) -> float | None:
    """What the house takes, by its meter or by the balance."""
    if reading.load_w is not None or reading.pv_w is None:
        return reading.load_w
    return grid_w + reading.pv_w - (reading.battery_w or 0.0)


def _sum_wh(before_wh: float | None, power_w: float | None, hours: float) -> float | None:
    return before_wh if power_w is None else (before_wh or 0.0) + power_w * hours


def _more(before: float | None, more: float) -> float | None:
    """None stays None: of a day that an older version began, a part is not known."""
    return None if before is None else before + more
