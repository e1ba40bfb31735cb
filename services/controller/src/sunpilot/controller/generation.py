"""A house's reading with the generation of its further inverters: they add pv_w and battery_w, never the grid.

What a further inverter delivers is part of the house behind the one connection: the grid inverter's meter sees it, but
the grid inverter itself does not know where it comes from. A value that is too old, or missing, makes the sum unknown.
"""

from collections.abc import Sequence
from datetime import datetime

from sunpilot.contract.inverter import Inverter
from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeV1, SolarEdgeV2
from sunpilot.controller.clear_sky import Sky

HELD_S = 3600.0
"""So long a cloud's average counts in the accounts: without a car it is asked twice an hour, and tells late."""

Further = Sequence[tuple[Inverter, Reading | None]]
"""The inverters beside the one at the connection, with what each last said; None: nothing yet."""


def with_generation(reading: Reading, further: Further, now: datetime) -> Reading:
    """The grid inverter's reading, with what the ``further`` inverters last said. Decisions rest on this."""
    if not further:
        return reading
    return _whole(reading, [_fresh(other, inverter.maximum_age_s(other), now) for inverter, other in further])


def accounted(reading: Reading, grid: Inverter, further: Further, sky: Sky, now: datetime) -> Reading:
    """The same for what is kept, in which a day shall be whole; nothing is decided by it.

    A meter at the connection alone generates nothing itself. A cloud's average counts for an hour; a moment between
    clouds does not. In the dark, when a cloud is not asked, a solar inverter that tells nothing generates nothing;
    where a home battery belongs to it, nobody knows what that gives.
    """
    if not further:
        return reading
    is_dark = sky.light_w_m2(reading.time) <= 0
    own = reading if grid.tells_generation else reading.model_copy(update={"pv_w": reading.pv_w or 0.0})
    return _whole(own, [_counted(inverter, other, now, is_dark=is_dark) for inverter, other in further])


def _counted(inverter: Inverter, other: Reading | None, now: datetime, *, is_dark: bool) -> Reading | None:
    is_cloud = isinstance(inverter.source, SolarEdgeV1 | SolarEdgeV2)
    is_held = is_cloud and other is not None and other.averaged_s > 0
    maximum_age_s = inverter.maximum_age_s(other)
    fresh = _fresh(other, max(HELD_S, maximum_age_s) if is_held else maximum_age_s, now)
    if fresh is not None or not is_dark or isinstance(inverter.source, MqttMeter):
        return fresh
    rests = is_cloud if other is None else other.battery_w is None
    return Reading(source=inverter.source.kind, measured_at=now, received_at=now, pv_w=0.0) if rests else None


def _whole(reading: Reading, others: Sequence[Reading | None]) -> Reading:
    """The load is computed anew from the balance: the grid inverter takes the others' generation for less load."""
    pv_w = _sum([reading.pv_w, *(None if other is None else other.pv_w for other in others)])
    batteries_w = [other.battery_w for other in others if other is not None and other.battery_w is not None]
    battery_w = reading.battery_w if not batteries_w else sum(batteries_w) + (reading.battery_w or 0.0)
    load_w = None
    if reading.grid_w is not None and pv_w is not None:
        load_w = reading.grid_w + pv_w - (battery_w or 0.0)
    return reading.model_copy(update={"pv_w": pv_w, "battery_w": battery_w, "load_w": load_w})


def _fresh(reading: Reading | None, maximum_age_s: float, now: datetime) -> Reading | None:
    return None if reading is None or reading.age_at(now).total_seconds() > maximum_age_s else reading


def _sum(powers_w: Sequence[float | None]) -> float | None:
    known_w = [power_w for power_w in powers_w if power_w is not None]
    return sum(known_w) if len(known_w) == len(powers_w) else None
