"""The house: balance, energies, and a clock that jumps."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.simulator.house import House, Truth

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


@dataclass
class FakeCharger:
    power_w: float = 0.0
    steps_s: list[float] = field(default_factory=list)

    def step(self, dt_s: float) -> None:
        self.steps_s.append(dt_s)


@dataclass
class FakeDay:
    pv: float = 5000.0
    load: float = 500.0
    asked: list[datetime] = field(default_factory=list)

    def pv_w(self, at: datetime) -> float:
        self.asked.append(at)
        return self.pv

    def load_w(self, at: datetime) -> float:
        return self.load


@dataclass
class FakeTime:
    """A clock whose sleep takes `overshoot_s` longer than asked."""

    at: datetime = NOON
    overshoot_s: float = 0.0
    sleeps_left: int = 10

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        if not self.sleeps_left:
            raise asyncio.CancelledError
        self.sleeps_left -= 1
        self.at += timedelta(seconds=seconds + self.overshoot_s)


def build(time: FakeTime, day: FakeDay, charger: FakeCharger, sun_shift: timedelta = timedelta(0)) -> House:
    return House(time.now, time.sleep, day, charger, sun_shift=sun_shift)


def test_the_grid_balances_load_car_and_sun() -> None:
    house = build(FakeTime(), FakeDay(pv=5000, load=500), FakeCharger(power_w=3500))
    assert house.truth == Truth(NOON, NOON, pv_w=5000, load_w=4000, car_w=3500, grid_w=-1000)


def test_energies_are_kept_apart_by_direction() -> None:
    day, charger = FakeDay(pv=5000, load=500), FakeCharger()
    house = build(FakeTime(), day, charger)
    for _ in range(1800):
        house.step(1)
    charger.power_w = 7500
    for _ in range(1800):
        house.step(1)
    energies = house.energies
    assert energies.export_wh == pytest.approx(4500 / 2)
    assert energies.import_wh == pytest.approx(3000 / 2)
    assert energies.pv_wh == pytest.approx(5000)
    assert energies.car_wh == pytest.approx(7500 / 2)
    assert energies.load_wh == pytest.approx(500 + 7500 / 2)
    assert energies.mean_abs_grid_w == pytest.approx((4500 + 3000) / 2)


def test_a_mean_over_no_time_is_unknown() -> None:
    assert build(FakeTime(), FakeDay(), FakeCharger()).energies.mean_abs_grid_w is None


async def run_out(house: House) -> None:
    with pytest.raises(asyncio.CancelledError):
        await house.run()


async def test_the_house_steps_once_a_second() -> None:
    charger = FakeCharger()
    time = FakeTime()
    house = build(time, FakeDay(), charger)
    await run_out(house)
    assert charger.steps_s == [1.0] * 10
    assert house.truth.at == time.at


async def test_a_sleep_that_overshoots_loses_no_time() -> None:
    charger = FakeCharger()
    time = FakeTime(overshoot_s=2.25)
    house = build(time, FakeDay(), charger)
    await run_out(house)
    assert charger.steps_s == [1.0] * 32
    assert timedelta(0) <= time.at - house.truth.at < timedelta(seconds=1)


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(minutes=-5)])
def test_a_clock_that_was_set_is_followed_and_not_replayed(jump: timedelta) -> None:
    charger, time = FakeCharger(), FakeTime()
    house = build(time, FakeDay(), charger)
    time.at += jump
    house.catch_up()
    assert charger.steps_s == []
    time.at += timedelta(seconds=1)
    house.catch_up()
    assert charger.steps_s == [1.0]
    assert house.truth.at == time.at


def test_a_shifted_sun_leaves_the_clock_alone() -> None:
    day = FakeDay()
    house = build(FakeTime(), day, FakeCharger(), sun_shift=timedelta(hours=-3))
    assert house.truth.at == NOON
    assert house.truth.day_time == day.asked[-1] == NOON - timedelta(hours=3)


def test_watchers_see_the_beginning_and_every_step() -> None:
    seen: list[Truth] = []
    time = FakeTime()
    house = House(time.now, time.sleep, FakeDay(), FakeCharger(), watchers=[seen.append])
    house.step(1)
    assert [truth.at for truth in seen] == [NOON, NOON + timedelta(seconds=1)]
