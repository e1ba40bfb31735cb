"""A site: one grid connection, and what its Wattpilots share, which is the sun and the main fuse. Time comes in.

The reading of the grid inverter rules; further inverters add their generation. Surplus is −grid + the power of all
Wattpilots that follow the sun, each at the reading's own time; one that obeys an order counts as load of the house.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sunpilot.contract.reading import Reading
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.claim import draw, sun_claim
from sunpilot.controller.clear_sky import Sky
from sunpilot.controller.control import Control
from sunpilot.controller.fuse import FuseShare, fuse_shares
from sunpilot.controller.generation import accounted, with_generation
from sunpilot.controller.home_battery import battery_part
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.premises import Premises
from sunpilot.controller.sharing import shares
from sunpilot.controller.sun import Sun

Ruled = Mapping[int, Assignment]
"""The Wattpilots that smart charging rules at one site, by id."""


class Site:
    """The controls of one house, by Wattpilot, and the last readings of its inverters. Wattpilots that smart charging
    does not rule are seen, and never decided on.
    """

    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        self.controls: dict[int, Control] = {}
        self._readings: dict[int, Reading] = {}
        self._reading: Reading | None = None
        self._accounted: Reading | None = None

    def settle(self, premises: Premises, controls: dict[int, Control]) -> None:
        """Take in the configuration. Another meter's readings say nothing here."""
        if premises.grid.id != self.premises.grid.id:
            self.start_afresh()
        self.premises, self.controls = premises, controls

    def see_reading(self, inverter_id: int, reading: Reading, ruled: Ruled, now: datetime) -> list[int] | None:
        """Take in a live reading; answers the Wattpilots that must decide anew; None: no news of the grid."""
        self._readings[inverter_id] = reading
        if inverter_id != self.premises.grid.id:
            return None
        fresh = [wattpilot_id for wattpilot_id in ruled if not self.controls[wattpilot_id].has_handled(reading)]
        if not (fresh if ruled else self._is_news(reading)):
            return None
        further = [(inverter, self._readings.get(inverter.id)) for inverter in self.premises.further]
        house, grid = self.premises.house, self.premises.grid
        self._reading = whole = with_generation(reading, further, now)
        self._accounted = accounted(reading, grid, further, Sky(house.latitude, house.longitude), now)
        for control in self.controls.values():
            control.align(whole)
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
        """The power of all Wattpilots now; None while that of any is not known."""
        statuses = [control.charger.status(now) for control in self.controls.values()]
        return _sum([None if status is None else status.power_w for status in statuses])

    @property
    def own_w(self) -> float | None:
        """The power of all Wattpilots at the last reading's time; None where that of any is not known."""
        return _sum([control.charger.own_w for control in self.controls.values()])

    @property
    def known_w(self) -> float:
        """As ``own_w``, of those whose power is known; the others are load of the house."""
        return sum(control.charger.own_w or 0.0 for control in self.controls.values())

    def reading(self, now: datetime) -> Reading | None:
        """The house's last reading while it is fresh."""
        grid = self.premises.grid
        is_fresh = self._reading is not None and self._reading.is_fresh(now, grid.maximum_age_s(self._reading))
        return self._reading if is_fresh else None

    def accounted(self, now: datetime) -> Reading | None:
        """The same as it is kept of: with what is known of the sun beside what was said."""
        return None if self.reading(now) is None else self._accounted

    def start_afresh(self) -> None:
        """After a step of the clock: no reading's time means anything."""
        self._readings.clear()
        self._reading = self._accounted = None

    def _is_news(self, reading: Reading) -> bool:
        last = self._reading
        return last is None or (reading.identity != last.identity and reading.time >= last.time)

    def _suns(self, reading: Reading, ruled: Ruled, now: datetime) -> dict[int, Sun]:
        """The sun for each one whose own power is known; what nobody knows of stays load of the house."""
        known = {w: own_w for w in ruled if (own_w := self.controls[w].charger.own_w) is not None}
        if reading.grid_w is None:
            return {}
        battery = battery_part(reading, self.premises.house)
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
        return fuse_shares(self.premises.house, self.reading(now) if known else None, draws)


def _sum(powers_w: Sequence[float | None]) -> float | None:
    known_w = [power_w for power_w in powers_w if power_w is not None]
    return sum(known_w) if len(known_w) == len(powers_w) else None
