"""The house: PV on the roof, appliances, a car at its charger, perhaps a battery, and one grid connection that balances
them.

grid_w = load_w + car_w + battery_w − pv_w, + import. The model moves in steps of a second.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.battery import Battery
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.sun import Place, Roof

STEP = timedelta(seconds=1)
LONGEST_CATCH_UP = timedelta(minutes=10)


class Charger(Protocol):
    """The charger as the house sees it."""

    @property
    def power_w(self) -> float:
        """What the car draws now."""

    def step(self, dt_s: float) -> None:
        """Advance charger and car by `dt_s` seconds."""


class Day(Protocol):
    """Where sun and household load come from."""

    def pv_w(self, at: datetime) -> float:
        """AC power of the PV system at `at`."""

    def load_w(self, at: datetime) -> float:
        """Household load at `at`, without the car."""


@dataclass(frozen=True, slots=True)
class ModelledDay:
    """Sun, clouds and appliances from models."""

    place: Place
    roof: Roof
    clouds: Clouds
    appliances: Appliances

    def pv_w(self, at: datetime) -> float:
        """AC power of the roof under these clouds."""
        return self.roof.power_w(self.place, at, self.clouds.transmission(at))

    def load_w(self, at: datetime) -> float:
        """What the appliances draw."""
        return self.appliances.load_w(at)


@dataclass(frozen=True, slots=True)
class Truth:
    """What really flows at the time `at`. `load_w` includes the car; `grid_w` is + import; `battery_w` is + charging,
    and `None` without a battery, as is its state of charge `soc_pct`.

    `day_time` is the time by the house's sun, which may be shifted against `at`.
    """

    at: datetime
    day_time: datetime
    pv_w: float
    load_w: float
    car_w: float
    grid_w: float
    battery_w: float | None = None
    soc_pct: float | None = None


@dataclass(slots=True)
class Energies:
    """Energies in Wh since the last reset; `load_wh` includes the car."""

    import_wh: float = 0.0
    export_wh: float = 0.0
    pv_wh: float = 0.0
    load_wh: float = 0.0
    car_wh: float = 0.0
    elapsed_s: float = 0.0

    @property
    def mean_abs_grid_w(self) -> float | None:
        """Mean of |grid_w|: what the control loop is there to make small. `None` before the first second."""
        return (self.import_wh + self.export_wh) * 3600 / self.elapsed_s if self.elapsed_s else None

    def add(self, truth: Truth, dt_s: float) -> None:
        """Book `dt_s` seconds of these powers."""
        hours = dt_s / 3600
        self.import_wh += max(0.0, truth.grid_w) * hours
        self.export_wh += max(0.0, -truth.grid_w) * hours
        self.pv_wh += truth.pv_w * hours
        self.load_wh += truth.load_w * hours
        self.car_wh += truth.car_w * hours
        self.elapsed_s += dt_s


class House:
    """One house with its charger. `day` may be exchanged at any time; `watchers` get the truth after every step.

    `now` gives aware UTC, `sleep` takes seconds of that clock; `sun_shift` moves the house's sun and habits against it.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        day: Day,
        charger: Charger,
        *,
        sun_shift: timedelta = timedelta(0),
        battery: Battery | None = None,
        watchers: Sequence[Callable[[Truth], None]] = (),
    ) -> None:
        self.day = day
        self.energies = Energies()
        self.battery = battery
        self._now, self._sleep = now, sleep
        self._charger = charger
        self._sun_shift = sun_shift
        self._watchers = tuple(watchers)
        self._at = now()
        self.truth = self._observe(0.0)

    def step(self, dt_s: float) -> None:
        """Advance the model by `dt_s` seconds."""
        self._charger.step(dt_s)
        self._at += timedelta(seconds=dt_s)
        self.truth = self._observe(dt_s)
        self.energies.add(self.truth, dt_s)

    async def run(self) -> None:
        """Follow the clock, second by second, until cancelled."""
        while True:
            await self._sleep(STEP.total_seconds())
            self.catch_up()

    def catch_up(self) -> None:
        """Step to the present second. A clock that was set, or a machine that slept, is skipped, not replayed."""
        gap = self._now() - self._at
        if not -STEP <= gap <= LONGEST_CATCH_UP:
            self._at = self._now()
            return
        for _ in range(gap // STEP):
            self.step(STEP.total_seconds())

    def _observe(self, dt_s: float) -> Truth:
        day_time = self._at + self._sun_shift
        pv_w, car_w = self.day.pv_w(day_time), self._charger.power_w
        load_w = self.day.load_w(day_time) + car_w
        battery_w = self.battery.settle(pv_w - load_w, dt_s) if self.battery else None
        soc_pct = self.battery.soc_pct if self.battery else None
        grid_w = load_w + (battery_w or 0.0) - pv_w
        truth = Truth(self._at, day_time, pv_w, load_w, car_w, grid_w, battery_w, soc_pct)
        for watcher in self._watchers:
            watcher(truth)
        return truth
