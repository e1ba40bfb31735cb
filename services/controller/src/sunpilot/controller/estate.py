"""The estate: every house that is measured, and all that is known of the Wattpilots there."""

from collections.abc import Mapping
from datetime import datetime

from sunpilot.controller.control import Control, ControlState
from sunpilot.controller.premises import Premises
from sunpilot.controller.records import load_power
from sunpilot.controller.site import Site
from sunpilot.runtime.store import Store


class Estate:
    """``sites`` by house; ``controls`` by Wattpilot, also of those that smart charging does not rule, and of those that
    are still to be released.
    """

    def __init__(self) -> None:
        self.sites: dict[int, Site] = {}
        self.controls: dict[int, Control] = {}

    async def load(
        self, store: Store, places: Mapping[int, Premises], states: Mapping[int, ControlState], now: datetime
    ) -> None:
        """Go on with what an earlier leader knew of Wattpilots that are new here; raises what `Store` raises."""
        for wattpilot_id in {w for place in places.values() for w in place.wattpilots} - self.controls.keys():
            control = Control(wattpilot_id)
            await load_power(store, wattpilot_id, control.charger.history, now)
            control.restore(states.get(wattpilot_id, ControlState()), now)
            self.controls[wattpilot_id] = control

    def settle(self, places: Mapping[int, Premises]) -> list[int]:
        """Take in the configuration, whose Wattpilots are loaded; answers the houses that are measured no more."""
        for house_id, place in places.items():
            site = self.sites.setdefault(house_id, Site(place))
            site.settle(place, {wattpilot_id: self.controls[wattpilot_id] for wattpilot_id in place.wattpilots})
        gone = [house_id for house_id in self.sites if house_id not in places]
        for house_id in gone:
            del self.sites[house_id]
        return gone

    def start_afresh(self, now: datetime) -> None:
        """After a step of the clock."""
        for control in self.controls.values():
            control.start_afresh(now)
        for site in self.sites.values():
            site.start_afresh()

    def at_home(self, wattpilot_id: int) -> Control | None:
        """The control of a Wattpilot that belongs to one of the houses."""
        found = (site.controls.get(wattpilot_id) for site in self.sites.values())
        return next((control for control in found if control is not None), None)
