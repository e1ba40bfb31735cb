"""An override that holds, and the car that it waits to see leave."""

from dataclasses import dataclass

from sunpilot.contract.order import Override


@dataclass(slots=True)
class Held:
    """An override in memory. ``car_is_stored``: that a car was seen is in the store, so that a restart knows it."""

    override: Override
    has_seen_car: bool = False
    car_is_stored: bool = False
    car_has_left: bool = False

    def see(self, has_car: bool) -> None:
        """Take note of a live status. Once a car was seen, any later sight without one means that it left."""
        if not self.override.ends_on_unplug:
            return
        if has_car:
            self.has_seen_car = True
        elif self.has_seen_car:
            self.car_has_left = True
