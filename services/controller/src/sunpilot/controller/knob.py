"""The one knob: what a kWh in the car is worth, as weights of import and export.

A kWh too much in the car costs (import price − value), a kWh too little (value − feed-in price). The current that costs
least is a quantile of the surplus: the newsvendor's rule. In the middle of both prices the weights are 1:1, and |grid|
is smallest. A slider from cautious to eager stands for four ratios import:export. Source: Sunpilot's control study,
prices.
"""

from dataclasses import dataclass

from sunpilot.contract.house import House
from sunpilot.contract.wattpilot import Eagerness, PolicySettings

RATIOS = {Eagerness.CAUTIOUS: 20.0, Eagerness.CAREFUL: 3.0, Eagerness.BALANCED: 1.0, Eagerness.EAGER: 1 / 3}
"""The slider's words, as the ratio of the weights import:export."""

LARGEST_RATIO = 20.0
"""A side without any weight would never start a charge, or never stop one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a watt of import and a watt of export cost, relative to each other; their sum is 2."""

    imported: float = 1.0
    exported: float = 1.0


def weights(settings: PolicySettings, house: House) -> Weights:
    """The weights by the value of a kWh in the car and the house's prices; without a value, by the slider.

    A value outside of the prices counts as the nearer one. Without a difference between the prices there is nothing to
    weigh but the slider.
    """
    span = house.import_price - house.feed_in_price
    if settings.kwh_value is None or span <= 0:
        exported = 2 / (1 + RATIOS[settings.eagerness])
    else:
        exported = 2 * (settings.kwh_value - house.feed_in_price) / span
    least = 2 / (1 + LARGEST_RATIO)
    exported = max(least, min(2 - least, exported))
    return Weights(2 - exported, exported)
