"""Prices that may stand, because there are such tariffs, but are more often a mistake. Pure."""

from collections.abc import Iterator

from sunpilot.api.diagnosis.finding import Area, Finding, Verdict
from sunpilot.api.household import house_of
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text


def prices(configuration: Configuration) -> Iterator[Finding]:
    """Each house whose prices look swapped, and each Wattpilot whose ``kwh_value`` is not between them."""
    for house in sorted(configuration.houses.values(), key=lambda one: one.id):
        if house.feed_in_price >= house.import_price:
            yield Finding(
                Verdict.WAITS,
                Area.HOUSE,
                Text(en=f"prices of {house.name}", de=f"Preise von {house.name}"),
                Text(
                    en=f"a kWh sold brings {house.feed_in_price:g}, a kWh bought costs {house.import_price:g}",
                    de=f"eine verkaufte kWh bringt {_de(house.feed_in_price)}, "
                    f"eine gekaufte kostet {_de(house.import_price)}",
                ),
                _SWAPPED,
                house.id,
            )
    for wattpilot in sorted(configuration.wattpilots.values(), key=lambda one: one.id):
        value, own = wattpilot.policy.kwh_value, house_of(wattpilot.id, configuration)
        if value is not None and own is not None and not own.feed_in_price <= value <= own.import_price:
            low, high = own.feed_in_price, own.import_price
            yield Finding(
                Verdict.WAITS,
                Area.WATTPILOT,
                Text(en=f"kwh_value of {wattpilot.name}", de=f"kwh_value von {wattpilot.name}"),
                Text(
                    en=f"a kWh in the car is worth {value:g}, which is not between the two prices of {own.name}",
                    de=f"eine kWh im Auto ist {_de(value)} wert; das liegt nicht zwischen den Preisen von {own.name}",
                ),
                Text(
                    en=f"the nearest holds; set kwh_value from {low:g} to {high:g}, or to null",
                    de=f"der nächste gilt; setze kwh_value auf einen Wert von {_de(low)} bis {_de(high)} oder auf null",
                ),
                wattpilot.id,
            )


def _de(price: float) -> str:
    return f"{price:g}".replace(".", ",")


_SWAPPED = Text(
    en="are the two swapped? As they are, kwh_value is not heeded, and charging from the sun saves nothing",
    de="sind die beiden vertauscht? So wird kwh_value nicht beachtet, und Laden mit Sonne spart nichts",
)
