"""What the rule rests on: a person's settings, the wear it may cause, and what this box and car were seen to need."""

import math
from dataclasses import dataclass

from sunpilot.contract.house import House
from sunpilot.contract.wattpilot import PolicySettings
from sunpilot.controller.connection import Connection
from sunpilot.controller.knob import weights

HORIZON_S = 2400.0
"""How far ahead a change of phases is judged."""

PERSISTENCE_S = 450.0
"""How long the present sun is taken to last, as the time constant of its decay towards the last while's mean."""

MEMORY_S = 900.0
"""Time constant of that mean."""

SWITCH_MARGIN_WH = 40.0
"""A change of phases must save this much over the horizon: its wear, and the doubt about tomorrow's clouds."""

REACTION_S = 6.0
"""From a command until the current follows (Wattpilot and car together, typical)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The parameters of one Wattpilot's policy; the gentle ones by default.

    Times in s: least time on, off and on one number of phases; from a start to current (``start_s``), and without
    current while the phases change (``pause_s``). ``start_wh`` is the regret that starts or stops a charge.
    ``import_weight`` and ``export_weight`` are what a kWh too much and too little costs; 1 and 1 make |grid| small.
    ``reserve_w`` is left to the grid.
    """

    min_on_s: float = 300.0
    min_off_s: float = 120.0
    min_phases_s: float = 600.0
    start_wh: float = 15.0
    import_weight: float = 1.0
    export_weight: float = 1.0
    reserve_w: float = 0.0
    start_s: float = 20.0
    pause_s: float = 30.0

    @property
    def settle_s(self) -> float:
        """From the order to change phases until the car draws again."""
        return REACTION_S + self.pause_s + self.start_s

    def cost_w(self, surplus_w: float, power_w: float) -> float:
        """What charging with this power costs at this surplus, in weighted W of |grid|."""
        excess_w = power_w - surplus_w
        return self.import_weight * excess_w if excess_w > 0 else -self.export_weight * excess_w

    def nearest_a(self, surplus_w: float, connection: Connection) -> int:
        """The whole current that costs least: the nearest by default, and never outside the bounds."""
        round_up = self.export_weight / (self.import_weight + self.export_weight)
        wanted_a = math.floor(surplus_w / connection.power_per_a_w + round_up)
        return max(connection.minimum_a, min(connection.maximum_a, wanted_a))

    def gain_w(self, surplus_w: float, connection: Connection) -> float:
        """What charging at the best current saves against not charging, in weighted W; negative: it costs."""
        best_w = connection.power_w(self.nearest_a(surplus_w, connection))
        return self.cost_w(surplus_w, 0.0) - self.cost_w(surplus_w, best_w)

    def break_even_w(self, connection: Connection) -> float:
        """The surplus from which charging at the minimum costs less than not charging: half the minimum by default."""
        return connection.minimum_w * self.import_weight / (self.import_weight + self.export_weight)


def rule_of(settings: PolicySettings, house: House, start_s: float = 20.0, pause_s: float = 30.0) -> Rule:
    """The rule for a person's settings, the prices of the house, and the delays of this box and car."""
    weighed = weights(settings, house)
    return Rule(
        min_on_s=settings.min_on_s,
        min_off_s=settings.min_off_s,
        min_phases_s=settings.min_phases_s,
        start_wh=settings.start_wh,
        import_weight=weighed.imported,
        export_weight=weighed.exported,
        reserve_w=settings.reserve_w,
        start_s=start_s,
        pause_s=pause_s,
    )
