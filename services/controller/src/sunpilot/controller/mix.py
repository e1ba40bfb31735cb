"""Where the cars' energy comes from.

The rule: what the house imports goes to the cars before the house, then what a home battery gives, and the rest comes
straight from the roof. It is the strict one, for without the cars so much less would have been bought. Among several
cars, everything is shared by their power.
"""

from dataclasses import dataclass

from sunpilot.contract.reading import Reading


@dataclass(frozen=True, slots=True)
class Mix:
    """The shares, from 0 to 1, of grid and home battery in the cars' power; the rest is sun straight from the roof.

    ``battery`` is None where nobody knows of one.
    """

    grid: float
    battery: float | None


def mix(reading: Reading, cars_w: float) -> Mix | None:
    """What ``cars_w``, the power of all the house's cars at the reading's own time, was made of; None: nobody knows."""
    if reading.grid_w is None:
        return None
    grid = min(1.0, max(0.0, reading.grid_w) / cars_w) if cars_w > 0 else 0.0
    if reading.battery_w is None:
        return Mix(grid, None)
    given_w = max(0.0, -reading.battery_w)
    return Mix(grid, min(1.0 - grid, given_w / cars_w) if cars_w > 0 else 0.0)
