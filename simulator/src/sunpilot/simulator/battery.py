"""A home battery as its inverter runs it for the house's own consumption: what is left over goes in, what is missing
comes out.

It answers at once and to the watt, and charges from the sun only. Losses are those of a common battery with its
inverter: about 5 % on the way in, and 5 % on the way out.
"""

from dataclasses import dataclass

EFFICIENCY = 0.95  # one way


@dataclass(slots=True)
class Battery:
    """``limit_w`` bounds charging and discharging; below ``reserve_pct`` nothing is taken out."""

    capacity_wh: float = 10_000.0
    limit_w: float = 5_000.0
    soc_pct: float = 50.0
    reserve_pct: float = 5.0

    def settle(self, surplus_w: float, dt_s: float) -> float:
        """Take or give what it can of ``surplus_w`` (+ left over, − missing) for ``dt_s`` seconds.

        Returns the power at the house's side, + charging.
        """
        hours = max(dt_s, 1.0) / 3600  # at the first look no time has passed: then what a second allows
        if surplus_w >= 0:
            room_wh = self.capacity_wh * (100 - self.soc_pct) / 100
            power_w = min(surplus_w, self.limit_w, room_wh / EFFICIENCY / hours)
            stored_wh = power_w * EFFICIENCY * dt_s / 3600
        else:
            stock_wh = self.capacity_wh * max(0.0, self.soc_pct - self.reserve_pct) / 100
            power_w = -min(-surplus_w, self.limit_w, stock_wh * EFFICIENCY / hours)
            stored_wh = power_w / EFFICIENCY * dt_s / 3600
        self.soc_pct = min(100.0, max(0.0, self.soc_pct + 100 * stored_wh / self.capacity_wh))
        return power_w
