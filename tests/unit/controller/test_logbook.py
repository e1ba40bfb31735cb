"""The logbook over days of a household: what it says of each session is what flowed, also where readings come late."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import Car
from sunpilot.controller.logbook import Logbook
from sunpilot.controller.mix import Mix, mix
from sunpilot.controller.span import Span, spoken_for
from tests.unit.controller.household import NOON, STEP_S, Charger, Household

MIDNIGHT = datetime(2026, 6, 21, tzinfo=ZoneInfo("Europe/Berlin"))


class Home:
    """A household with a logbook, and the truth of each session, summed step by step."""

    def __init__(self, *chargers: Charger, house: House | None = None, start: datetime = NOON) -> None:
        self.household = Household(*chargers, house=house, start=start)
        self.logbook = Logbook()
        self.kept: dict[int, dict[int, Session]] = {number: {} for number in self.household.chargers}
        self.truth_wh: dict[int, list[list[float]]] = {number: [] for number in self.household.chargers}
        self._was_plugged = dict.fromkeys(self.household.chargers, False)
        self.window_s, self.late_s = 0.0, 0.0
        self._grid_w: list[tuple[datetime, float]] = []
        self._readings: list[tuple[datetime, Reading]] = []

    def pass_time(self, seconds: float) -> None:
        home = self.household
        for _ in range(round(seconds / STEP_S)):
            self._sum()
            if self.window_s:
                home.with_readings = False
                home.pass_time(STEP_S)
                self._measure()
            else:
                home.pass_time(STEP_S)
            for number, charger in home.chargers.items():
                self.logbook.see_status(number, charger.status(), home.now)
                self.logbook.see_decision(number, charger.reason, home.now)
            self.logbook.see_reading(home.site, home.now)
            for entry in list(self.logbook.due(home.now)):
                self.kept[entry.wattpilot_id] |= {one.id: one for one in entry.news}
                self.logbook.kept(entry)

    def sessions(self, number: int = 1) -> list[Session]:
        return [self.kept[number][one] for one in sorted(self.kept[number])]

    def _sum(self) -> None:
        """The truth of the coming step, the powers of which hold through it."""
        home = self.household
        cars_w = sum(charger.power_w for charger in home.chargers.values())
        for number, charger in home.chargers.items():
            is_plugged = charger.car is not Car.IDLE
            if is_plugged and not self._was_plugged[number]:
                self.truth_wh[number].append([0.0, 0.0, 0.0])
            self._was_plugged[number] = is_plugged
            if charger.power_w > 0:
                grid_w = min(1.0, max(0.0, home.grid_w) / cars_w) * charger.power_w
                given_w = min(charger.power_w - grid_w, max(0.0, -(home.battery_w or 0.0)) * charger.power_w / cars_w)
                for place, power_w in enumerate((charger.power_w - grid_w, grid_w, given_w)):
                    self.truth_wh[number][-1][place] += power_w * STEP_S / 3600

    def _measure(self) -> None:
        """A mean over each window, which comes late."""
        home = self.household
        self._grid_w.append((home.now, home.grid_w))
        if (home.now - NOON).total_seconds() % self.window_s == 0:
            values = [grid_w for at, grid_w in self._grid_w if at > home.now - timedelta(seconds=self.window_s)]
            reading = home.reading(
                averaged_s=self.window_s, grid_w=sum(values) / len(values), pv_w=None, load_w=None, battery_w=None
            )
            self._readings.append((home.now + timedelta(seconds=self.late_s), reading))
        while self._readings and self._readings[0][0] <= home.now:
            home.site.see_reading(1, self._readings.pop(0)[1], home.ruled, home.now)


def order(home: Household, amps: int | None) -> None:
    """A current that no sun decides."""
    charger = home.chargers[1]
    charger.obey(Setpoint(action=Action.CHARGE, amps=amps, phases=3, epoch=1, n=1, reason="test"), home.now)


def test_three_days_of_sun_clouds_and_a_dip_into_the_grid_add_up() -> None:
    charger = Charger(1, car=Car.IDLE)
    home = Home(charger, house=House(id=1, name="House", import_price=0.4, feed_in_price=0.1), start=MIDNIGHT)
    for day in range(3):
        home.household.now = MIDNIGHT + timedelta(days=day, hours=6)
        for quarter in range(24, 42):
            hour = quarter / 4
            clear_w = max(0.0, 9000 * math.sin(math.pi * (hour - 5) / 16))
            home.household.pv_w = clear_w * (0.25 if quarter % 5 == day else 1.0)
            if quarter == 25:
                charger.car = Car.WAITING
            if quarter == 41:
                charger.car, charger.amps = Car.IDLE, 0
            home.pass_time(900)
    sessions = home.sessions()
    assert len(sessions) == 3
    for one, (sun_wh, grid_wh, _) in zip(sessions, home.truth_wh[1], strict=True):
        assert sun_wh > 3000
        assert one.energy_wh == pytest.approx(sun_wh + grid_wh, abs=40)
        assert one.sun_wh == pytest.approx(sun_wh, rel=0.02)
        assert one.grid_wh == pytest.approx(grid_wh, rel=0.05, abs=15)
        assert one.cost == pytest.approx(sun_wh / 10_000 + grid_wh / 2500, rel=0.02)
        assert one.plugged_s == pytest.approx(4 * 3600, abs=STEP_S)
        assert one.covered_s == pytest.approx(one.plugged_s, abs=2 * STEP_S)
        assert one.battery_wh is None
    assert max(one.grid_wh or 0 for one in sessions) > 30


def test_a_home_battery_s_part_is_told_apart() -> None:
    charger = Charger(1)
    home = Home(charger, house=House(id=1, name="House", battery_discharge=True))
    home.household.pv_w, home.household.battery_w = 4000.0, -3000.0
    home.pass_time(3600)
    charger.car, charger.amps = Car.IDLE, 0
    home.pass_time(60)
    (one,), ((sun_wh, _, battery_wh),) = home.sessions(), home.truth_wh[1]
    assert battery_wh > 1000
    assert one.battery_wh == pytest.approx(battery_wh, rel=0.02)
    assert one.sun_wh == pytest.approx(sun_wh, rel=0.02)


def test_means_of_quarter_hours_that_come_late_still_tell_of_a_session_that_has_ended() -> None:
    charger = Charger(1, car=Car.IDLE)
    home = Home(charger)
    home.window_s, home.late_s = 300.0, 40.0  # the household's meter may be 60 s old
    home.household.pv_w = 3000.0
    home.pass_time(600)
    charger.car = Car.WAITING
    charger.override = None
    for _ in range(700 // 5):
        order(home.household, 10)
        home.pass_time(5)
    charger.car, charger.amps = Car.IDLE, 0
    home.pass_time(20)
    before = home.sessions()[0].covered_s
    charger.car = Car.WAITING  # the next car is here before the last one's end is known
    home.pass_time(600)
    one, _ = home.sessions()
    assert before < 700 < one.plugged_s + 10
    assert one.covered_s == pytest.approx(one.plugged_s, abs=10)
    assert (one.sun_wh or 0) + (one.grid_wh or 0) == pytest.approx(one.energy_wh, rel=0.02)


@given(
    grid_w=st.none() | st.floats(-20_000, 20_000),
    battery_w=st.none() | st.floats(-10_000, 10_000),
    cars_w=st.floats(0, 22_000),
)
def test_shares_are_shares_and_nothing_is_known_without_the_grid(
    grid_w: float | None, battery_w: float | None, cars_w: float
) -> None:
    reading = Reading(source="m", measured_at=NOON, received_at=NOON, grid_w=grid_w, battery_w=battery_w)
    made_of = mix(reading, cars_w)
    assert (made_of is None) == (grid_w is None)
    if made_of is not None:
        assert 0 <= made_of.grid <= 1
        assert (made_of.battery is None) == (battery_w is None)
        assert 0 <= made_of.grid + (made_of.battery or 0) <= 1 + 1e-9


def test_import_goes_to_the_cars_first_then_what_the_battery_gives() -> None:
    def shares(grid_w: float, battery_w: float | None) -> Mix | None:
        return mix(Reading(source="m", measured_at=NOON, received_at=NOON, grid_w=grid_w, battery_w=battery_w), 4000.0)

    assert shares(-500.0, None) == Mix(0.0, None)
    assert shares(1000.0, None) == Mix(0.25, None)
    assert shares(9000.0, -2000.0) == Mix(1.0, 0.0)
    assert shares(1000.0, -2000.0) == Mix(0.25, 0.5)
    assert shares(1000.0, 2000.0) == Mix(0.25, 0.0)


def test_a_reading_speaks_for_the_time_since_the_last_one_and_after_a_gap_for_its_own_window() -> None:
    def spoken(averaged_s: float, gap_s: float | None) -> Span:
        reading = Reading(source="m", measured_at=NOON, received_at=NOON, grid_w=0.0, averaged_s=averaged_s)
        return spoken_for(reading, None if gap_s is None else NOON - timedelta(seconds=gap_s))

    assert spoken(0.0, 60.0).seconds == 60.0
    assert spoken(900.0, 900.0).seconds == 900.0
    assert spoken(900.0, 300.0).seconds == 300.0
    assert spoken(0.0, 3600.0).seconds == 0.0
    assert spoken(900.0, 3600.0).seconds == 900.0
    assert spoken(900.0, None).seconds == 900.0
    assert spoken(0.0, None).seconds == 0.0
