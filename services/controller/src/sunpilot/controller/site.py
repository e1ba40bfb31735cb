"""A site: one grid connection, and what its Wattpilots share, which is the sun and the main fuse. Time comes in.

The reading of the grid inverter rules; further inverters add their generation. Surplus is −grid + the power of all
Wattpilots that follow the sun, each at the reading's own time; one that obeys an order counts as load of the house.
"""

from collections.abc import Mapping
from datetime import datetime

from sunpilot.contract.reading import Reading
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.claim import draw, sun_claim
from sunpilot.controller.control import Control
from sunpilot.controller.fuse import FuseShare, fuse_shares
from sunpilot.controller.generation import with_generation
from sunpilot.controller.home_battery import battery_part
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.sharing import shares
from sunpilot.controller.sun import Sun

Ruled = Mapping[int, Assignment]
"""The Wattpilots that smart charging rules at one site, by id."""


class Site:
    """The controls of one house, by Wattpilot, and the last readings of its inverters."""

    def __init__(self) -> None:
        self.controls: dict[int, Control] = {}
        self._readings: dict[int, Reading] = {}
        self._reading: Reading | None = None

    def see_reading(self, inverter_id: int, reading: Reading, ruled: Ruled, now: datetime) -> list[int]:
        """Take in a live reading; answers the Wattpilots that must decide anew, none for one seen before."""
        self._readings[inverter_id] = reading
        assignment = next(iter(ruled.values()), None)
        if assignment is None or inverter_id != assignment.grid.id:
            return []
        fresh = [wattpilot_id for wattpilot_id in ruled if not self.controls[wattpilot_id].has_handled(reading)]
        if not fresh:
            return []
        further = [(inverter, self._readings.get(inverter.id)) for inverter in assignment.further]
        self._reading = whole = with_generation(reading, further, now)
        for wattpilot_id in ruled:
            self.controls[wattpilot_id].align(whole)
        suns = self._suns(whole, ruled, now)
        fuse = self._fuse(ruled, now)
        for wattpilot_id in fresh:
            control = self.controls[wattpilot_id]
            control.see_reading(whole, suns.get(wattpilot_id), ruled[wattpilot_id], fuse[wattpilot_id], now)
        return fresh

    def decide(self, wattpilot_id: int, ruled: Ruled, now: datetime) -> Outcome:
        """One Wattpilot's decision as things stand."""
        return self.controls[wattpilot_id].decide(ruled[wattpilot_id], self._fuse(ruled, now)[wattpilot_id], now)

    def car_w(self, now: datetime) -> float | None:
        """The power of all Wattpilots in sight now; None when there is none."""
        seen = [status.power_w for control in self.controls.values() if (status := control.charger.status(now))]
        known = [power_w for power_w in seen if power_w is not None]
        return sum(known) if known else None

    def own_w(self, ruled: Ruled) -> float:
        """The power of all Wattpilots at the last reading's time, as far as it is known."""
        return sum(self.controls[w].charger.own_w or 0.0 for w in ruled)

    def reading(self, ruled: Ruled, now: datetime) -> Reading | None:
        """The house's last reading while it is fresh."""
        grid = next(iter(ruled.values())).grid
        is_fresh = self._reading is not None and self._reading.is_fresh(now, grid.maximum_age_s(self._reading))
        return self._reading if is_fresh else None

    def start_afresh(self) -> None:
        """After a step of the clock: no reading's time means anything."""
        self._readings.clear()
        self._reading = None

    def _suns(self, reading: Reading, ruled: Ruled, now: datetime) -> dict[int, Sun]:
        """The sun for each one whose own power is known; what nobody knows of stays load of the house."""
        known = {w: own_w for w in ruled if (own_w := self.controls[w].charger.own_w) is not None}
        if reading.grid_w is None:
            return {}
        battery = battery_part(reading, next(iter(ruled.values())).house)
        at_connection_w = battery.surplus_w - reading.grid_w
        followers = {w: ruled[w] for w in known if self._follows(self.controls[w], ruled[w], now)}
        shared_w = at_connection_w + sum(known[w] for w in followers)
        given_w = self._given(shared_w, followers, now)
        return {
            w: Sun(given_w[w], shared_w, battery)
            if w in followers
            else Sun(at_connection_w + own_w, at_connection_w + own_w, battery)
            for w, own_w in known.items()
        }

    @staticmethod
    def _follows(control: Control, assignment: Assignment, now: datetime) -> bool:
        """Sunpilot decides by the sun what it draws; out of sight or in another hand, it is load."""
        status = control.charger.status(now)
        return status is not None and status.manual is None and control.follows_sun(assignment, now)

    def _given(self, shared_w: float, followers: Ruled, now: datetime) -> dict[int, float]:
        """Each follower's part. One alone has it all; who cannot use it sees what the others leave."""
        fuse = self._fuse(followers, now) if len(followers) > 1 else {}
        claims = [sun_claim(self.controls[w], followers[w], share, now) for w, share in fuse.items()]
        wanting = [claim for claim in claims if claim is not None]
        given_w = shares(shared_w, wanting)
        rest_w = shared_w - sum(max(0.0, share_w) for share_w in given_w.values())
        if len(wanting) == 1:
            given_w[wanting[0].wattpilot_id] = shared_w
        return {w: given_w.get(w, rest_w) for w in followers}

    def _fuse(self, ruled: Ruled, now: datetime) -> dict[int, FuseShare]:
        """What the main fuse leaves for each; while the power of one of them is unknown, the reading tells nothing."""
        known = all(self.controls[w].charger.own_w is not None for w in ruled)
        draws = [draw(self.controls[w], one, now) for w, one in ruled.items()]
        house = next(iter(ruled.values())).house
        return fuse_shares(house, self.reading(ruled, now) if known else None, draws)
