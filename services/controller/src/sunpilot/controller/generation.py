"""A house's reading with the generation of its further inverters: they add pv_w and battery_w, never the grid.

What a further inverter delivers is part of the house behind the one connection: the grid inverter's meter sees it, but
the grid inverter itself does not know where it comes from. A value that is too old, or missing, makes the sum unknown.
"""

from collections.abc import Sequence
from datetime import datetime

from sunpilot.contract.inverter import Inverter
from sunpilot.contract.reading import Reading


def with_generation(reading: Reading, further: Sequence[tuple[Inverter, Reading | None]], now: datetime) -> Reading:
    """The grid inverter's reading, with what the ``further`` inverters last said; None where one has said nothing.

    The load is computed anew from the balance: the grid inverter takes the others' generation for less load.
    """
    if not further:
        return reading
    fresh = [other if other is not None and _is_fresh(inverter, other, now) else None for inverter, other in further]
    pv_w = _sum([reading.pv_w, *(None if other is None else other.pv_w for other in fresh)])
    batteries_w = [other.battery_w for other in fresh if other is not None and other.battery_w is not None]
    battery_w = reading.battery_w if not batteries_w else sum(batteries_w) + (reading.battery_w or 0.0)
    load_w = None
    if reading.grid_w is not None and pv_w is not None:
        load_w = reading.grid_w + pv_w - (battery_w or 0.0)
    return reading.model_copy(update={"pv_w": pv_w, "battery_w": battery_w, "load_w": load_w})


def _is_fresh(inverter: Inverter, reading: Reading, now: datetime) -> bool:
    return reading.age_at(now).total_seconds() <= inverter.maximum_age_s(reading)


def _sum(powers_w: Sequence[float | None]) -> float | None:
    known_w = [power_w for power_w in powers_w if power_w is not None]
    return sum(known_w) if len(known_w) == len(powers_w) else None
