"""One Wattpilot under control: what fresh data allow, what stale data forbid, and whom it obeys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.contract.decision import Reason, StageName
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.order import Mode, Override, OverrideKind
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.setpoint import Action, OnLapse
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.status import Car, Limits, LinkState, Status
from sunpilot.contract.wattpilot import PolicySettings, Wattpilot
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.control import Control, ControlState
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.premises import Premises
from sunpilot.controller.site import Site

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


class Bench:
    """A control with a car that follows it, and a clock."""

    def __init__(self, mode: Mode = Mode.SUN, fuse_a: float = 35, **policy: float) -> None:
        self.now = NOON
        self.override: Override | None = None
        self.mode = mode
        self.policy = PolicySettings.model_validate(policy)
        self.house = House(id=1, name="House", fuse_a=fuse_a)
        self.car = Car.WAITING
        self.control = Control(1)
        self.power_w = 0.0
        self.sent: list[tuple[datetime, Action, int | None]] = []

    @property
    def control(self) -> Control:
        return self.site.controls[1]

    @control.setter
    def control(self, control: Control) -> None:
        """A new leader knows no readings."""
        self.site = Site(Premises(self.house, self.assignment.grid, wattpilots=(1,)))
        self.site.controls = {1: control}

    @property
    def assignment(self) -> Assignment:
        inverter = Inverter(id=1, name="Roof", source=SolarEdgeV1(site_id="1", age_s=(0.0, 5.0)), house_id=1)
        wattpilot = Wattpilot(id=1, name="Carport", mode=self.mode, policy=self.policy)
        return Assignment(wattpilot, inverter, self.house, self.override)

    def status(self, **change: object) -> Status:
        status = Status(
            link=LinkState.ONLINE,
            car=self.car,
            allowed=self.power_w > 0,
            power_w=self.power_w,
            voltage_v=(230.0, 230.0, 230.0),
            phases=3,
            offered_a=round(self.power_w / 690) or None,
            limits=Limits(minimum_a=6, installation_a=16),
        )
        return status.model_copy(update=change)

    def pass_time(self, seconds: float, surplus_w: float | None = None, *, status: bool = True) -> Outcome:
        """Steps of 5 s: a status each, a reading each where there is a surplus, and a car that obeys at once."""
        for _ in range(round(seconds / 5)):
            self.now += timedelta(seconds=5)
            if status:
                self.control.charger.see(self.status(), self.now)
            if surplus_w is not None:
                self.read(self.power_w - surplus_w)
            outcome = self.decide()
        return outcome

    def read(self, grid_w: float | None, quality: Quality = Quality.OK) -> None:
        load_w = 500 + self.power_w
        reading = Reading(
            source="solaredge", age_s=(0, 5), received_at=self.now, grid_w=grid_w, load_w=load_w, quality=quality
        )
        self.site.see_reading(1, reading, {1: self.assignment}, self.now)

    def decide(self) -> Outcome:
        outcome = self.site.decide(1, {1: self.assignment}, self.now)
        if outcome.setpoint is not None:
            self.control.state = self.control.state.model_copy(update={"setpoint": outcome.setpoint})
            self.sent.append((self.now, outcome.setpoint.action, outcome.setpoint.amps))
            self.power_w = 690.0 * (outcome.setpoint.amps or 0) if self.car is not Car.IDLE else 0.0
            if self.car is not Car.IDLE:
                self.car = Car.CHARGING if self.power_w else Car.WAITING
        assert sum(stage.live for stage in outcome.decision.stages) == 1
        assert outcome.decision.text.en
        assert outcome.decision.text.de
        return outcome


def test_sun_starts_a_charge_and_follows() -> None:
    bench = Bench()
    outcome = bench.pass_time(120, surplus_w=7000)
    assert outcome.decision.amps == 10
    assert outcome.decision.reason is Reason.FOLLOWING_SUN
    assert outcome.decision.inputs.surplus_w == pytest.approx(7000)


def test_before_the_first_reading_nothing_starts() -> None:
    outcome = Bench().pass_time(3600)
    assert outcome.decision.reason is Reason.FIRST_READING
    assert outcome.setpoint is not None
    assert outcome.setpoint.action is Action.STOP


def test_without_a_status_nothing_is_sent() -> None:
    bench = Bench()
    outcome = bench.pass_time(600, surplus_w=7000, status=False)
    assert outcome.decision.reason is Reason.NO_STATUS
    assert bench.sent == []


def test_stale_data_are_held_for_the_grace_and_then_stop() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    last_reading = bench.now
    assert bench.pass_time(15 * 60).decision.amps == 10  # the source's maximum age: a good reading still rules
    assert bench.pass_time(30).decision.reason is Reason.STALE_HOLD
    bench.pass_time(60)
    stop = next(time for time, action, _ in bench.sent if action is Action.STOP and time > last_reading)
    assert (stop - last_reading).total_seconds() == pytest.approx(900 + 60, abs=10)
    assert bench.pass_time(7200).decision.reason is Reason.STALE_STOP


def test_stale_data_may_go_on_at_the_minimum_if_set() -> None:
    bench = Bench(stale_minimum=True)
    bench.pass_time(300, surplus_w=7000)
    assert bench.pass_time(3600).decision.amps == 6


def test_a_reading_acts_once() -> None:
    bench = Bench()
    bench.pass_time(5, surplus_w=100)
    regret = bench.control.state.policy.regret_wh
    reading = Reading(source="solaredge", age_s=(0, 5), received_at=bench.now, grid_w=-9000, load_w=500)
    assert not bench.site.see_reading(1, reading, {1: bench.assignment}, bench.now)  # the same time: handled before
    assert bench.control.state.policy.regret_wh == regret


def test_a_suspect_reading_neither_starts_nor_raises() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=5000)
    amps = bench.control.state.setpoint
    for _ in range(100):
        bench.now += timedelta(seconds=5)
        bench.control.charger.see(bench.status(), bench.now)
        bench.read(-9000, Quality.SUSPECT)
        outcome = bench.decide()
    assert outcome.decision.reason is Reason.SUSPECT
    assert outcome.setpoint is not None
    assert amps is not None
    assert outcome.setpoint.amps == amps.amps


def test_own_power_out_of_sight_holds_and_is_never_taken_as_zero() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    bench.control.charger.history.clear()
    bench.now += timedelta(seconds=40)
    bench.read(-100)  # with own power 0 this would look like 100 W of surplus
    bench.now += timedelta(seconds=5)
    bench.control.charger.see(bench.status(), bench.now)
    outcome = bench.decide()
    assert outcome.decision.reason is Reason.OWN_POWER_UNKNOWN
    assert outcome.decision.amps == 10


@pytest.mark.parametrize(("mode", "amps"), [(Mode.FULL, 16), (Mode.FIXED, 6), (Mode.MINIMUM, 6), (Mode.OFF, None)])
def test_a_mode_is_an_order_and_needs_no_reading(mode: Mode, amps: int | None) -> None:
    assert Bench(mode).pass_time(60).decision.amps == amps


def test_an_override_hides_the_mode_until_its_end_and_hands_over_without_a_bump() -> None:
    bench = Bench()
    bench.pass_time(60, surplus_w=0)
    bench.override = Override(
        kind=OverrideKind.FIXED,
        amps=12,
        set_at=bench.now,
        ends_at=bench.now + timedelta(minutes=10),
        ends_on_unplug=False,
    )
    outcome = bench.pass_time(300, surplus_w=6900)
    assert (outcome.decision.amps, outcome.decision.reason) == (12, Reason.ORDER_FIXED)
    assert outcome.setpoint is not None
    assert outcome.setpoint.on_lapse is OnLapse.KEEP
    assert outcome.setpoint.keep_s == pytest.approx(300)
    bench.pass_time(330, surplus_w=6900)
    assert {action for _, action, _ in bench.sent[-70:]} == {Action.CHARGE}  # no stop in between
    assert bench.decide().decision.amps == 10


def test_the_fuse_stands_above_an_order_and_blind_it_leaves_ten_ampere() -> None:
    bench = Bench(Mode.FULL, fuse_a=25)
    assert bench.pass_time(30).decision.amps == 15
    bench = Bench(Mode.FULL, fuse_a=25)
    bench.pass_time(10, surplus_w=-4600)  # the house draws 4.6 kW: 20 A, if all on one phase
    outcome = bench.pass_time(10, surplus_w=-4600)
    assert outcome.decision.reason is Reason.FUSE
    assert outcome.decision.amps is None  # 5 A are left


def test_no_car_means_a_stop_that_the_next_plug_in_finds() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    bench.car, bench.power_w = Car.IDLE, 0.0
    outcome = bench.pass_time(10, surplus_w=7000)
    assert outcome.decision.reason is Reason.NO_CAR
    assert outcome.setpoint is not None
    assert outcome.setpoint.action is Action.STOP
    assert next(stage.name for stage in outcome.decision.stages if stage.live) is StageName.CAR
    bench.car = Car.WAITING
    assert bench.pass_time(60, surplus_w=7000).decision.amps == 10  # a new car need not rest


def test_after_a_takeover_the_stored_charge_is_held_until_a_new_reading() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=5000)
    stored = ControlState.model_validate_json(bench.control.state.model_dump_json())
    bench.control = Control(1)
    bench.control.state = stored
    outcome = bench.pass_time(60)
    assert outcome.decision.reason is Reason.FIRST_READING
    assert outcome.decision.amps == 7
    bench.pass_time(5, surplus_w=9000)
    assert bench.pass_time(60, surplus_w=9000).decision.amps == 13


def test_a_box_with_an_error_is_stopped() -> None:
    bench = Bench()
    bench.control.charger.see(bench.status(error=10), bench.now)
    assert bench.decide().decision.reason is Reason.BOX_ERROR


def test_a_charge_that_was_stopped_meanwhile_does_not_start_again_by_being_held() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    stored = bench.control.state
    bench.control = Control(1)
    bench.control.restore(stored, bench.now)
    bench.power_w, bench.car = 0.0, Car.COMPLETE  # the lease lapsed while no controller was there
    outcome = bench.pass_time(120)
    assert outcome.decision.reason is Reason.FIRST_READING
    assert outcome.decision.amps is None


def test_nor_when_the_bridge_was_out_of_sight_while_the_controller_ran_on() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    for _ in range(24):
        bench.pass_time(5, surplus_w=7000, status=False)
    bench.power_w, bench.car = 0.0, Car.COMPLETE  # the lease lapsed, and the bridge stopped
    bench.control.charger.see(bench.status(), bench.now)
    bench.read(-300, quality=Quality.SUSPECT)
    assert bench.decide().decision.amps is None


def test_a_charge_that_comes_back_into_sight_waits_for_the_next_reading_and_no_longer_than_the_grace() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    for _ in range(20 * 12):
        bench.pass_time(5, surplus_w=7000, status=False)
    bench.pass_time(5, surplus_w=7000)
    assert bench.power_w == 6900
    assert bench.pass_time(15, surplus_w=7000).decision.reason is Reason.FOLLOWING_SUN


def test_a_car_that_was_stopped_is_not_called_full_when_it_may_charge_again() -> None:
    bench = Bench()
    bench.pass_time(120, surplus_w=-300)
    bench.car = Car.COMPLETE
    while bench.power_w == 0:
        bench.pass_time(5, surplus_w=7000)
    bench.car = Car.COMPLETE  # allowed, and on its way
    assert bench.pass_time(5, surplus_w=7000).decision.reason is not Reason.CAR_FULL
    for _ in range(8):
        bench.car = Car.COMPLETE
        outcome = bench.pass_time(5, surplus_w=7000)
    assert outcome.decision.reason is Reason.CAR_FULL


@pytest.mark.parametrize("step_s", [-7200, -60, 60, 7200])
def test_a_step_of_the_clock_holds_for_the_grace_only(step_s: float) -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    bench.now += timedelta(seconds=step_s)
    bench.control.start_afresh(bench.now)
    assert bench.pass_time(50).decision.amps == 10
    assert bench.pass_time(30).decision.amps is None
    assert bench.pass_time(600, surplus_w=7000).decision.amps == 10


def test_stored_times_in_the_future_are_not_believed() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=7000)
    stored = bench.control.state
    bench.now -= timedelta(hours=2)
    bench.control = Control(1)
    bench.control.restore(stored, bench.now)
    assert bench.control.state.policy.measured_at is None
    assert bench.pass_time(120).decision.amps is None


def test_a_reading_before_the_first_status_is_the_one_that_counts() -> None:
    bench = Bench()
    bench.pass_time(300, surplus_w=8000)
    bench.car, bench.power_w = Car.WAITING, 0.0
    stored = bench.control.state.model_copy(update={"setpoint": None})
    stored = stored.model_copy(update={"policy": replace(stored.policy, charging=False, amps=None)})
    power = bench.control.charger.history
    bench.control = Control(1)
    bench.control.charger.history = power
    bench.control.restore(stored, bench.now)
    for _ in range(8):  # the samples since then say that the charger drew nothing
        bench.now += timedelta(seconds=5)
        power.add(bench.now, 0.0)
    bench.read(3000)  # import now, with the old surplus of 8 kW still stored
    assert bench.pass_time(5).decision.inputs.surplus_w == -3000
    assert bench.pass_time(60).decision.amps is None
    assert bench.control.state.policy.surplus_w == -3000


def test_no_reading_acts_after_a_later_one() -> None:
    bench = Bench()
    bench.pass_time(60, surplus_w=500)
    old = Reading(source="other", measured_at=bench.now - timedelta(seconds=300), received_at=bench.now, grid_w=-9000)
    assert not bench.site.see_reading(1, old, {1: bench.assignment}, bench.now)


def test_an_order_rests_after_the_fuse_barred_it_whatever_its_kind() -> None:
    for mode in (Mode.FULL, Mode.MINIMUM):
        bench = Bench(mode, fuse_a=30)
        changes = 0
        charging = False
        for step in range(80):  # a load of 7 kW that comes and goes every 15 s
            bench.pass_time(5, surplus_w=-7000 if step // 3 % 2 else -300)
            changes += charging != (bench.power_w > 0)
            charging = bench.power_w > 0
        assert changes <= 3


def test_limits_that_are_not_the_fuse_are_not_called_the_fuse() -> None:
    bench = Bench(min_a=16, max_a=16)
    bench.control.charger.see(bench.status(limits=Limits(minimum_a=6, cable_a=13)), bench.now)
    assert bench.decide().decision.reason is Reason.LIMITS


def test_unknown_phases_are_said_and_nothing_is_sent() -> None:
    bench = Bench()
    bench.control.charger.see(bench.status(phases=None), bench.now)
    outcome = bench.decide()
    assert outcome.decision.reason is Reason.NO_PHASES
    assert outcome.setpoint is None


def test_off_is_sent_but_not_said_to_be_done_while_the_wattpilot_is_out_of_sight() -> None:
    outcome = Bench(Mode.OFF).pass_time(60, status=False)
    assert outcome.decision.reason is Reason.NO_STATUS
    assert outcome.setpoint is not None
    assert outcome.setpoint.action is Action.STOP
