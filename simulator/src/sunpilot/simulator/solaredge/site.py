"""The one site behind both APIs: what the cloud knows of the house, and how it may be asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo

from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge.faults import Faults
from sunpilot.simulator.solaredge.subscription import Options, Subscription
from sunpilot.simulator.solaredge.tally import History
from sunpilot.simulator.solaredge.uploads import Uploads


@dataclass(slots=True)
class Production:
    """The inverter's energy counters in Wh. The site is taken to be new this month."""

    total_wh: float = 0.0
    today_wh: float = 0.0
    _last: datetime | None = None
    _day: date | None = None

    def add(self, truth: Truth, zone: tzinfo) -> None:
        """Book the time since the last call at the present power; at local midnight the day begins at 0."""
        elapsed_s = (truth.at - self._last).total_seconds() if self._last else 0.0
        self._last = truth.at
        if (day := truth.at.astimezone(zone).date()) != self._day:
            self._day, self.today_wh = day, 0.0
        energy_wh = truth.pv_w * max(0.0, elapsed_s) / 3600
        self.total_wh += energy_wh
        self.today_wh += energy_wh


@dataclass(slots=True)
class Site:
    """`now` gives aware UTC."""

    now: Callable[[], datetime]
    subscription: Subscription
    options: Options
    faults: Faults
    uploads: Uploads
    history: History = field(default_factory=History)
    production: Production = field(default_factory=Production)

    def observe(self, truth: Truth) -> None:
        """Take in what flows in the house."""
        self.production.add(truth, self.subscription.zone)
        if self.faults.active("frozen"):
            return
        if self.faults.active("car_ahead_of_meter"):
            truth = replace(truth, load_w=truth.load_w - truth.car_w, grid_w=truth.grid_w - truth.car_w)
        self.history.observe(truth)
        self.uploads.observe(truth)

    @property
    def known_until(self) -> datetime:
        """What happened later is not published yet."""
        return self.now() - timedelta(seconds=self.options.publish_delay_s)
