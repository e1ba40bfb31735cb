"""What the dashboards are asked about: simulated houses of which all that flowed is known, and all that was said.

A whole local day of the real controller, in step with a simulated charger and car, with a meter that gives means of a
minute and is silent for an hour; a quarter of an hour of the whole swarm with two Wattpilots and with faults; and a few
messages for what neither has: a home battery, earlier days and sessions, and a recorder that had lost something.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.control.day import ROOF, ZONE, Day
from bench.control.meter import Meter
from sunpilot.contract.history import DayTotal
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import Recording, ServiceState
from sunpilot.contract.session import Session
from sunpilot.controller.clear_sky import Sky
from sunpilot.runtime.bus import Delivery
from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.clouds import Sky as Weather
from sunpilot.simulator.house import ModelledDay
from sunpilot.simulator.world import UPPER_BAVARIA
from tests.support.lockstep import lived
from tests.support.recorded import Said
from tests.support.virtual_swarm import VirtualSwarm
from tests.support.virtual_time import run

Powers = NDArray[np.float64]

DAY_S = 86_400
SECONDS = DAY_S + 600
"""From midnight to midnight, and the first minutes of the next day, which must stay out of it."""

IMPORT_PRICE, FEED_IN_PRICE = 0.32, 0.08
"""Those that a house has unless it is told others."""

SEED = 3


def _day() -> Day:
    """A day of broken clouds, by the simulator, with one value for each minute."""
    midnight = datetime(2026, 6, 3, tzinfo=ZONE)
    model = ModelledDay(UPPER_BAVARIA, ROOF, Clouds(Weather.BROKEN, seed=SEED), Appliances(ZONE, seed=SEED))
    times = [midnight + timedelta(seconds=second + 30) for second in range(0, SECONDS, 60)]
    pv_w, load_w = (np.repeat([power_w(at) for at in times], 60) for power_w in (model.pv_w, model.load_w))
    place = Sky(UPPER_BAVARIA.latitude, UPPER_BAVARIA.longitude)
    return Day("broken", "broken", midnight.astimezone(UTC), place, pv_w, load_w, from_s=0)


DAY = _day()
SILENT_S = range(45_000, 48_600)


class Interrupted(Meter):
    """A meter that is silent for a while."""

    def arrivals(self, seconds: int, seed: int) -> Iterator[tuple[int, int]]:
        return ((arrives_s, true_s) for arrives_s, true_s in super().arrivals(seconds, seed) if true_s not in SILENT_S)


METER = Interrupted("means of a minute", 60, (1, 1), window_s=60)


def _known() -> NDArray[np.bool_]:
    """A reading speaks for the time since the one before or, after more than 15 minutes, for its own minute."""
    known = np.zeros(SECONDS, dtype=bool)
    times = (true_s for _, true_s in METER.arrivals(SECONDS, seed=1))
    for before_s, at_s in pairwise((0, *times)):
        known[before_s if at_s - before_s <= 900 else at_s - 60 : at_s] = True
    return known[:DAY_S]


@dataclass(frozen=True, slots=True)
class Truth:
    """What flowed in the day, in W by the second; ``known`` are the seconds that readings speak for."""

    pv_w: Powers
    load_w: Powers
    car_w: Powers
    known: NDArray[np.bool_]

    @property
    def grid_w(self) -> Powers:
        return self.load_w - self.pv_w

    @property
    def car_from_grid_w(self) -> Powers:
        return np.minimum(self.car_w, np.maximum(self.grid_w, 0))

    def wh(self, power_w: Powers) -> float:
        return float(power_w[self.known].sum()) / 3600

    def metered(self) -> "Truth":
        """What a perfect meter with means of a minute would tell: within one, import and export cancel out."""

        def means(power_w: Powers) -> Powers:
            return np.repeat(power_w.reshape(-1, 60).mean(axis=1), 60)

        return Truth(means(self.pv_w), means(self.load_w), means(self.car_w), self.known)

    def total(self) -> DayTotal:
        """The day's account, as its definitions ask for it."""
        draws = self.known & (self.car_w >= 100)
        car_wh = self.wh(self.car_w)
        return DayTotal(
            day=f"{DAY.midnight.astimezone(ZONE):%Y-%m-%d}",
            began_at=DAY.midnight,
            measured_s=float(self.known.sum()),
            pv_measured_s=float(self.known.sum()),
            pv_wh=self.wh(self.pv_w),
            pv_export_wh=self.wh(np.maximum(-self.grid_w, 0)),
            load_measured_s=float(self.known.sum()),
            load_wh=self.wh(self.load_w),
            load_import_wh=self.wh(np.maximum(self.grid_w, 0)),
            import_wh=self.wh(np.maximum(self.grid_w, 0)),
            export_wh=self.wh(np.maximum(-self.grid_w, 0)),
            car_wh=car_wh,
            car_sun_wh=car_wh - self.wh(self.car_from_grid_w),
            charging_s=float(draws.sum()),
            charging_grid_wh=float(np.abs(self.grid_w[draws]).sum()) / 3600,
            charging_without_wh=float(np.abs(self.grid_w - self.car_w)[draws].sum()) / 3600,
            import_price=IMPORT_PRICE,
            feed_in_price=FEED_IN_PRICE,
        )


def _earlier(days_ago: int, **what: float | None) -> DayTotal:
    midnight = DAY.midnight - timedelta(days=days_ago)
    return DayTotal(day=f"{midnight.astimezone(ZONE):%Y-%m-%d}", began_at=midnight, **what)  # type: ignore[arg-type]


EARLIER_DAYS = (
    _earlier(
        4, measured_s=80_000, pv_measured_s=80_000, pv_wh=30_000, pv_export_wh=19_000, load_measured_s=80_000,
        load_wh=14_000, load_import_wh=3_000, import_wh=3_000, export_wh=19_000, car_wh=5_000,
        car_sun_wh=4_000, charging_s=5_400, charging_grid_wh=600, charging_without_wh=5_000, import_price=0.41,
        feed_in_price=0.07,
    ),
    _earlier(
        3, measured_s=86_400, pv_wh=9_000, load_wh=8_000, import_wh=2_500, export_wh=6_000, car_wh=2_000,
        car_sun_wh=500, import_price=0.38, feed_in_price=0.08,
    ),
    _earlier(
        2, measured_s=86_400, pv_measured_s=64_800, pv_wh=12_000, pv_export_wh=3_000, load_measured_s=43_200,
        load_wh=5_000, load_import_wh=1_000, import_wh=1_500, export_wh=4_500, car_wh=2_500,
        car_sun_wh=1_000, charging_s=1_800, charging_grid_wh=900, charging_without_wh=700, import_price=0.35,
        feed_in_price=0.09,
    ),
    _earlier(1, measured_s=43_200, import_wh=2_000, export_wh=250),
)  # fmt: skip
"""Two months, other prices; one that an older version counted; one whose sun was known for three quarters of it, and
whose consumption for half; and one of a house whose sun, cars and prices nobody knew.
"""

EARLIER_SESSIONS = tuple(
    Session(
        id=int(at.timestamp()), at=ended_at, started_at=at, ended_at=ended_at, plugged_s=9_000, charging_s=charging_s,
        covered_s=8_000, energy_wh=energy_wh, sun_wh=0.75 * energy_wh, grid_wh=0.125 * energy_wh, cost=1.25,
        saved=0.5 * hours, currency="CHF", peak_w=7_000.0 + hours, starts=starts, phase_switches=switches,
        reasons_s={"following_sun": 5_000, "order_full": 40.0 * hours},
    )
    for hours, starts, switches, charging_s, energy_wh in ((90, 7, 5, 6_000, 8_000), (40, 2, 0, 3_000, 4_000))
    for at in [DAY.midnight - timedelta(hours=hours)]
    for ended_at in [at + timedelta(seconds=9_000)]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """The whole day, and what is known of those before it."""

    said: Said
    truth: Truth
    phase_switches: int

    @classmethod
    def lived(cls) -> "RecordedDay":
        said = Said()
        before = DAY.midnight - timedelta(seconds=30)
        for total in EARLIER_DAYS:
            said.say(before, "sunpilot/house/1/day", total)
        for session in EARLIER_SESSIONS:
            said.say(before, "sunpilot/wattpilot/1/session", session)
        plant = lived(DAY, METER, SECONDS, hear=said.hear)
        pv_w, load_w, car_w = (power_w[:DAY_S] for power_w in (DAY.pv_w, DAY.load_w, plant.power_w))
        return cls(said, Truth(pv_w, load_w + car_w, car_w, _known()), plant.phase_switches)

    @property
    def total(self) -> DayTotal:
        """The day's account by the simulator's own powers, as a meter with means of a minute lets it be known."""
        return self.truth.metered().total()

    @property
    def totals(self) -> Sequence[DayTotal]:
        """All days from the first."""
        return (*EARLIER_DAYS, self.total)


NOON = datetime(2026, 6, 21, 12, tzinfo=ZONE)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class RecordedQuarter:
    """A quarter of an hour of the whole swarm, with two Wattpilots, the second of which is unplugged half-way."""

    said: Said
    counted_wh: dict[int, float]

    @classmethod
    def lived(cls) -> "RecordedQuarter":
        said = Said()

        async def main() -> dict[int, float]:
            swarm = VirtualSwarm(NOON, wattpilots=2)
            box = swarm.box
            bus = swarm.broker.client()
            bus.subscribe("#", lambda delivery: said.hear(swarm.clock.now(), delivery))
            bus.connect()
            async with swarm.running():
                await asyncio.sleep(150)
                box.derate(13)
                box.properties["tma"] = [one + 11.5 for one in box.properties["tma"]]
                await asyncio.sleep(60)
                box.derate()
                box.set_fault("late_response", 3)
                await asyncio.sleep(90)
                box.set_fault("late_response", False)
                box.set_fault("refuse", True)
                box.set_fault("drop_all", True)
                await asyncio.sleep(70)
                box.set_fault("refuse", False)
                swarm.broker.publish("sunpilot/wattpilot/1/status", b"{not json", False)
                swarm.cloud.faults.set("unit_unknown", calls=3)
                await asyncio.sleep(80)
                swarm.boxes[2].unplug()
                await asyncio.sleep(150)
                box.set_fault("error", 3)
                await asyncio.sleep(50)
                box.set_fault("error", False)
                await swarm.stop("controller")
                await asyncio.sleep(20)
                swarm.start("controller")
                await asyncio.sleep(229)
                return {wattpilot_id: one.energy_wh for wattpilot_id, one in swarm.boxes.items()}

        return cls(said, run(main()))


BATTERY_DAY = DAY.midnight + timedelta(days=110)


def battery_said() -> Said:
    """Two readings, the second 7 s late, and the total of a day of a house with a home battery."""
    said = Said()
    for minute, (battery_w, soc_pct) in enumerate(((1200.0, 55.0), (-800.0, 56.0))):
        at = BATTERY_DAY + timedelta(minutes=minute)
        received_at = at + timedelta(seconds=7 * minute)
        reading = Reading(source="meter", measured_at=at, received_at=received_at, battery_w=battery_w, soc_pct=soc_pct)
        said.say(received_at, "sunpilot/inverter/1/reading", reading)
    total = DayTotal(day="2026-09-21", began_at=BATTERY_DAY, battery_charged_wh=7000, battery_discharged_wh=5000)
    said.say(BATTERY_DAY + timedelta(minutes=2), "sunpilot/house/1/day", total)
    return said


REPORTS_DAY = DAY.midnight + timedelta(days=120)


def reports_said() -> Said:
    """Three reports of a recorder that had lost something."""
    said = Said()
    for minute in range(3):
        at = REPORTS_DAY + timedelta(minutes=minute)
        counts = Recording(
            received=600 * minute, written=300 * minute, put_aside=2, lost=minute, gaps=4, spool_bytes=4096 + minute,
            oldest_s=9,
        )  # fmt: skip
        state = ServiceState(online=True, version="1", started_at=REPORTS_DAY, uptime_s=60.0 * minute, recording=counts)
        said.hear(at, Delivery("sunpilot/service/recorder/other", state.encode(), retained=False))
    return said
