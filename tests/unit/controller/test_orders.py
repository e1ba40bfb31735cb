"""A person's orders: overrides, deadlines, the minimum, other hands at the Wattpilot, and the way back to the sun."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.order import Deadline, Mode, Override, OverrideKind, Resume
from sunpilot.contract.setpoint import Action, OnLapse
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV1, SolarEdgeV2, Source
from sunpilot.contract.status import Car, Manual, ManualReason
from sunpilot.contract.wattpilot import PolicySettings
from tests.unit.controller.household import NOON, Charger, Household

EVENING = datetime(2026, 6, 21, 23, 0, tzinfo=ZoneInfo("Europe/Berlin"))
SEVEN = datetime(2026, 6, 22, 7, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def override(
    home: Household, kind: OverrideKind, seconds: float, *, amps: int | None = None, phases: Literal[1, 3] | None = None
) -> Override:
    return Override(
        kind=kind,
        amps=amps,
        phases=phases,
        set_at=home.now,
        ends_at=home.now + timedelta(seconds=seconds),
        ends_on_unplug=False,
    )


# --- overrides and modes ---------------------------------------------------------------------------------------------


def test_the_sun_takes_over_from_an_order_without_a_stop_and_on_the_phases_as_they_are() -> None:
    home = Household(Charger(1))
    home.pv_w = 7000
    home.pass_time(600)
    charger = home.chargers[1]
    charger.override = override(home, OverrideKind.FULL, 600)
    home.pass_time(590)
    assert (charger.amps, charger.phases) == (16, 3)
    sent = len(charger.sent)
    home.pass_time(300)
    assert charger.power_w == pytest.approx(6700, abs=350)
    assert {setpoint.action for _, setpoint in charger.sent[sent:]} == {Action.CHARGE}
    assert charger.phases == 3


def test_a_fixed_order_stays_on_the_phases_that_it_finds_unless_it_names_them() -> None:
    home = Household(Charger(1, phase_mode=1))
    charger = home.chargers[1]
    charger.override = override(home, OverrideKind.FIXED, 600, amps=10)
    home.pass_time(60)
    assert (charger.amps, charger.phases) == (10, 1)
    charger.override = override(home, OverrideKind.FIXED, 600, amps=10, phases=3)
    home.pass_time(60)
    assert (charger.amps, charger.phases) == (10, 3)


def test_an_override_is_the_same_after_a_new_leader_takes_over() -> None:
    home = Household(Charger(1))
    charger = home.chargers[1]
    charger.override = override(home, OverrideKind.FIXED, 600, amps=10)
    home.with_readings = False
    home.pass_time(60)
    home.lead_anew()
    home.pass_time(60)
    assert (charger.amps, charger.reason) == (10, "order_fixed")


def test_the_minimum_goes_to_one_phase_as_soon_as_the_phases_have_rested() -> None:
    home = Household(Charger(1, mode=Mode.MINIMUM))
    charger = home.chargers[1]
    home.with_readings = False
    home.pass_time(60)
    assert charger.power_w == 6 * 230
    home.with_readings, home.pv_w = True, 9000
    while charger.phases == 1:
        home.pass_time(5)
    home.pass_time(120)
    home.pv_w = 0
    home.pass_time(360)
    assert charger.power_w == 6 * 690  # the sun has gone, but the phases were changed 8 minutes ago
    home.pass_time(300)
    assert charger.power_w == 6 * 230
    assert charger.reason == "order_minimum"


@pytest.mark.parametrize("phases", [1, 3])
def test_a_choice_of_phases_is_carried_out_whatever_the_box_stands_on(phases: Literal[1, 3]) -> None:
    found = 2 if phases == 1 else 1
    home = Household(Charger(1, mode=Mode.FULL, phase_mode=found, policy=PolicySettings(phases=phases)))
    home.pass_time(60)
    assert home.chargers[1].power_w == phases * 16 * 230


# --- other hands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.SUN, Mode.MINIMUM, Mode.FULL, Mode.FIXED, Mode.OFF])
def test_while_another_hand_is_at_the_box_it_goes_on_sending_and_says_so(mode: Mode) -> None:
    home = Household(Charger(1, mode=mode, policy=PolicySettings(manual_s=1800)))
    home.pv_w = 9000
    home.pass_time(300)
    charger = home.chargers[1]
    charger.manual = Manual(since=home.now, reason=ManualReason.CHANGED, key="amp", seconds_left=1500)
    sent = len(charger.sent)
    home.pass_time(120)
    assert charger.reason == "manual"
    assert "25 min left" in charger.said
    assert charger.outcome is not None
    assert charger.outcome.decision.countdowns == {"manual": 1500}
    assert len(charger.sent) > sent
    assert charger.sent[-1][1].manual_s == 1800


def test_a_wish_to_resume_is_sent_once() -> None:
    home = Household(Charger(1))
    home.pv_w = 9000
    charger = home.chargers[1]
    charger.manual = Manual(since=home.now, reason=ManualReason.CHANGED, key="amp", seconds_left=1500)
    home.pass_time(60)
    charger.resume = Resume(at=home.now)
    home.pass_time(60)
    assert sum(setpoint.resume for _, setpoint in charger.sent) == 1
    home.lead_anew()
    home.pass_time(60)
    assert sum(setpoint.resume for _, setpoint in charger.sent) == 1
    charger.resume = Resume(at=home.now)
    home.pass_time(60)
    assert sum(setpoint.resume for _, setpoint in charger.sent) == 2


def test_a_wish_to_resume_that_came_too_late_is_forgotten() -> None:
    home = Household(Charger(1))
    home.chargers[1].resume = Resume(at=home.now - timedelta(minutes=10))
    home.pass_time(60)
    assert not any(setpoint.resume for _, setpoint in home.chargers[1].sent)


# --- deadlines -------------------------------------------------------------------------------------------------------


def deadline(energy_wh: float | None, set_at: datetime = EVENING, at: datetime = SEVEN) -> Deadline:
    return Deadline(energy_wh=energy_wh, at=at, set_at=set_at)


def test_at_night_the_grid_part_begins_as_late_as_is_in_time_and_needs_no_reading() -> None:
    home = Household(Charger(1, deadline=deadline(20_000)), start=EVENING)
    charger = home.chargers[1]
    before_wh = charger.energy_wh
    home.with_readings = False
    home.pass_time(3600)
    assert charger.power_w == 0
    assert charger.outcome is not None
    forecast = charger.outcome.decision.forecast
    assert forecast is not None
    assert forecast.en == "20.0 kWh by 07:00 needs 1 h 49 min at 16 A: starts at 05:02 unless the sun delivers before."
    while charger.power_w == 0:
        home.pass_time(5)
    assert home.now.astimezone(SEVEN.tzinfo).strftime("%H:%M") == "05:02"
    assert charger.reason == "deadline_charging"
    _, setpoint = charger.sent[-1]
    assert setpoint.on_lapse is OnLapse.KEEP
    assert setpoint.keep_s == pytest.approx(20_000 / 11_040 * 3600, abs=10)  # no more than is wanted
    home.pass_time((SEVEN - home.now).total_seconds())
    assert charger.energy_wh - before_wh == pytest.approx(20_000, abs=50)
    assert charger.power_w == 0


def test_the_sun_comes_first_and_what_it_delivers_counts_also_over_a_restart() -> None:
    at = NOON + timedelta(hours=6)
    home = Household(Charger(1, deadline=deadline(20_000, NOON, at)))
    charger = home.chargers[1]
    home.pv_w = 7000
    home.pass_time(3 * 3600)
    delivered_wh = charger.energy_wh - 1_000_000
    assert charger.reason in ("following_sun", "at_minimum")
    assert home.grid_w == pytest.approx(0, abs=350)
    home.lead_anew()
    home.pass_time(3600)
    home.pv_w = 0.0
    home.pass_time(2 * 3600)
    assert delivered_wh > 15_000
    assert charger.energy_wh - 1_000_000 >= 20_000


def test_waiting_for_the_sun_the_reason_is_the_deadline() -> None:
    home = Household(Charger(1, deadline=deadline(20_000)), start=EVENING)
    home.pass_time(60)
    charger = home.chargers[1]
    assert charger.reason == "deadline_waiting"
    assert "starts at 05:02" in charger.said
    assert charger.outcome is not None
    assert charger.outcome.decision.countdowns["deadline_waiting"] == pytest.approx(6 * 3600, rel=0.02)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.FULL])
def test_other_modes_serve_no_deadline(mode: Mode) -> None:
    home = Household(Charger(1, mode=mode, deadline=deadline(20_000)), start=SEVEN - timedelta(minutes=30))
    home.pass_time(60)
    assert home.chargers[1].reason == f"order_{mode}"


def test_a_deadline_without_energy_ends_when_the_car_is_full() -> None:
    home = Household(Charger(1, deadline=deadline(None)), start=SEVEN - timedelta(hours=2))
    charger = home.chargers[1]
    home.pass_time(60)
    assert charger.reason == "deadline_charging"
    charger.car, charger.limit_a = Car.COMPLETE, 0.0
    home.site.controls[1].charger.see(charger.status(), home.now)
    assert home.site.decide(1, home.ruled, home.now).decision.reason == "car_full"


def test_a_deadline_without_a_car_waits_for_one() -> None:
    home = Household(Charger(1, car=Car.IDLE, deadline=deadline(20_000)), start=SEVEN - timedelta(minutes=30))
    home.pass_time(60)
    assert home.chargers[1].reason == "no_car"


def test_a_deadline_never_stands_above_the_fuse() -> None:
    house = Household(Charger(1)).house.model_copy(update={"fuse_a": 20.0})
    home = Household(Charger(1, deadline=deadline(20_000)), house=house, start=SEVEN - timedelta(minutes=30))
    home.with_readings = False
    home.pass_time(60)
    assert home.chargers[1].amps == 10


# --- time to a safe state --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "maximum_age_s"),
    [
        (SolarEdgeModbus(kind="solaredge-modbus", host="inverter"), 15),
        (MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="m")), 60),
        (MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="m"), maximum_age_s=20), 20),
        (SolarEdgeV1(site_id="1"), 15 * 60),
        (SolarEdgeV2(api="v2", site_id="1"), 40 * 60),
    ],
)
@pytest.mark.parametrize(("stale_minimum", "safe_w"), [(False, 0), (True, 6 * 690)])
def test_from_the_last_reading_to_the_safe_state_it_takes_the_source_s_maximum_age_and_the_grace(
    source: Source, maximum_age_s: float, stale_minimum: bool, safe_w: float
) -> None:
    home = Household(Charger(1, policy=PolicySettings(stale_grace_s=60, stale_minimum=stale_minimum, phases=3)))
    home.grid = home.grid.model_copy(update={"source": source})
    home.pv_w = 9000
    home.pass_time(600)
    home.with_readings = False
    last = home.now
    while home.chargers[1].power_w > safe_w:
        home.pass_time(5)
    assert (home.now - last).total_seconds() == pytest.approx(maximum_age_s + 60, abs=5)
    home.pass_time(3600)
    assert home.chargers[1].power_w == safe_w


def test_without_readings_a_change_to_three_phases_is_no_way_to_more_power() -> None:
    home = Household(Charger(1, policy=PolicySettings(phases=1)))
    home.pv_w = 3000
    home.pass_time(900)
    before_w = home.chargers[1].power_w
    assert before_w > 2000
    home.with_readings = False
    home.pass_time(75)
    assert home.chargers[1].reason == "stale_hold"
    home.chargers[1].policy = PolicySettings(phases=3)
    home.pass_time(5)
    assert home.chargers[1].power_w <= before_w


def test_the_minimum_names_no_surplus_that_nobody_measured() -> None:
    home = Household(Charger(1, mode=Mode.MINIMUM))
    home.pass_time(60)
    assert "surplus" in home.chargers[1].said
    home.with_readings = False
    home.pass_time(300)
    assert home.chargers[1].reason == "order_minimum"
    assert "surplus" not in home.chargers[1].said
