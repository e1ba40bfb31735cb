"""Other hands at the Wattpilot: respected, not fought; and what looks like one and is none."""

import asyncio

import pytest

from sunpilot.bridge.writes import BaseName
from sunpilot.contract.setpoint import Action, Result
from sunpilot.contract.status import Car, ManualReason
from tests.unit.bridge.twin import Site

parked_on_eco = pytest.mark.parametrize("site", [{"base": BaseName.B, "box": {"lmo": 4}}], indirect=True, ids=["B"])


def reason(site: Site) -> ManualReason | None:
    manual = site.status.manual
    return None if manual is None else manual.reason


@pytest.mark.parametrize(("key", "value"), [("amp", 14), ("frc", 1), ("frc", 2), ("psm", 1)])
async def test_a_change_at_the_box_is_manual_and_nothing_is_written_against_it(
    key: str, value: int, site: Site
) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    written = len(site.results)
    site.box.person_sets(key, value)
    await asyncio.sleep(3.0)
    manual = site.status.manual
    assert manual is not None
    assert (manual.reason, manual.key) == (ManualReason.CHANGED, key)
    await site.order(Action.STOP)
    assert site.acks[-1].result is Result.MANUAL
    await asyncio.sleep(200.0)
    assert site.box.properties[key] == value
    assert [result for _, result in site.results[written:]] == [Result.MANUAL]


async def test_a_start_at_the_box_after_our_stop_is_manual(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    await asyncio.sleep(15.0)
    site.box.person_sets("frc", 0)
    await asyncio.sleep(4.0)
    assert reason(site) is ManualReason.CHANGED
    assert site.frc == 0


def car(site: Site) -> Car | None:
    return site.status.car


async def test_manual_counts_down_and_ends_after_manual_s_of_the_last_setpoint(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10, manual_s=600.0)
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(2.0)
    begun = site.status.manual
    assert begun is not None
    assert begun.seconds_left == pytest.approx(600.0, abs=3.0)
    for _ in range(19):
        await asyncio.sleep(29.0)
        await site.order(Action.CHARGE, 10)
    assert site.amp == 14
    now = site.status.manual
    assert now is not None
    assert now.since == begun.since
    assert now.seconds_left is not None
    assert now.seconds_left < 40.0
    await site.keep_charging(60.0)
    assert (site.amp, reason(site)) == (10, None)


async def test_a_further_change_begins_the_time_anew(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10, manual_s=300.0)
    await asyncio.sleep(15.0)
    for amps in (14, 13, 12, 11):
        site.box.person_sets("amp", amps)
        await asyncio.sleep(200.0)
    assert reason(site) is ManualReason.CHANGED
    assert site.amp == 11


async def test_manual_ends_on_unplug(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(3.0)
    await site.order(Action.STOP)
    site.box.unplug()
    await asyncio.sleep(3.0)
    assert reason(site) is None
    assert site.frc == 1


async def test_a_setpoint_with_resume_ends_it(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(3.0)
    await site.order(Action.CHARGE, 10, resume=True)
    assert (site.amp, reason(site)) == (10, None)
    assert site.results[-1] == ("amp", Result.STORED)


async def test_neither_lapse_nor_release_ends_it(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.person_sets("frc", 2)
    await asyncio.sleep(120.0)
    assert site.frc == 2
    await site.order(Action.RELEASE)
    assert site.results[-1] == (None, Result.MANUAL)
    assert site.frc == 2
    await site.order(Action.RELEASE, resume=True)
    assert site.results[-1] == (None, Result.DONE)
    assert site.frc == 0


async def test_it_outlives_a_restart_of_the_bridge_with_the_time_that_is_left(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10, manual_s=600.0)
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(3.0)
    manual = site.memory.manual
    await site.stop()
    await asyncio.sleep(300.0)
    await site.start()
    await site.order(Action.CHARGE, 10, manual_s=600.0)
    assert site.results[-1] == (None, Result.MANUAL)
    now = site.status.manual
    assert now is not None
    assert manual is not None
    assert now.since == manual.since
    assert now.seconds_left == pytest.approx(290.0, abs=10.0)
    assert site.amp == 14
    await site.keep_charging(300.0)
    assert site.amp == 10
    assert site.memory.manual is None


async def test_after_a_restart_it_has_the_time_that_the_setting_gives_and_not_two_hours(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10, manual_s=6 * 3600.0)
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(3 * 3600.0)
    await site.stop()
    await site.start()
    manual = site.status.manual
    assert manual is not None
    assert manual.seconds_left == pytest.approx(3 * 3600.0, abs=20.0)
    await site.order(Action.CHARGE, 10)
    assert site.amp == 14


async def test_a_mode_that_is_tried_and_left_again_does_not_end_a_change_by_hand(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 14)
    await asyncio.sleep(3.0)
    site.box.person_sets("lmo", 4)
    await asyncio.sleep(3.0)
    assert reason(site) is ManualReason.BOX_MODE
    site.box.person_sets("lmo", 3)
    await site.order(Action.CHARGE, 10)
    assert (reason(site), site.amp) == (ManualReason.CHANGED, 14)


async def test_a_restart_of_the_bridge_during_a_phase_switch_takes_no_car_away(site: Site) -> None:
    site.box.set_fault("phase_switch_unplugs", True)
    await site.charge(10)
    await site.keep_charging(300.0, 10)
    await site.order(Action.CHARGE, 10, phases=1)
    await asyncio.sleep(4.0)
    await site.stop()
    begun = len(site.statuses)
    await site.start()
    assert site.box.properties["car"] == 1
    await site.keep_charging(60.0, 10, 1)
    assert Car.IDLE not in {status.car for status in site.statuses[begun:]}
    assert car(site) is Car.CHARGING


async def test_a_value_that_jumps_back_is_written_three_more_times_and_then_left(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.set_fault("overridden", 3)
    stored = len(site.results)
    await site.keep_charging(90.0, 14)
    tries = [value for value in site.results[stored:] if value == ("amp", Result.STORED)]
    assert len(tries) == 4
    assert reason(site) is ManualReason.RESISTED
    await site.keep_charging(60.0, 14)
    assert len([value for value in site.results[stored:] if value == ("amp", Result.STORED)]) == 4


async def test_a_value_that_jumps_back_once_is_written_again_and_stays_ours(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    await site.order(Action.CHARGE, 14)
    site.box.person_sets("amp", 10)
    await site.keep_charging(60.0, 14)
    assert (site.amp, reason(site)) == (14, None)


async def test_a_jump_back_to_another_value_is_another_hand(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    await site.order(Action.CHARGE, 14)
    site.box.person_sets("amp", 12)
    await asyncio.sleep(2.0)
    assert reason(site) is ManualReason.CHANGED


async def test_three_changes_within_ten_minutes_are_a_contest_that_no_time_ends(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    for amps in (14, 13, 12):
        assert reason(site) is None
        site.box.person_sets("amp", amps)
        await asyncio.sleep(20.0)
        if amps > 12:
            await site.order(Action.CHARGE, 10, resume=True, manual_s=60.0)
            await asyncio.sleep(20.0)
    manual = site.status.manual
    assert manual is not None
    assert (manual.reason, manual.seconds_left) == (ManualReason.CONTESTED, None)
    await site.keep_charging(900.0)
    assert site.amp == 12
    site.box.unplug()
    await asyncio.sleep(3.0)
    assert reason(site) is None


async def test_an_ocpp_server_in_control_keeps_our_hands_off_for_as_long_as_it_is(site: Site) -> None:
    await site.charge()
    site.box.set_fault("ocpp_in_control", True)
    await asyncio.sleep(2.0)
    assert reason(site) is ManualReason.OCPP
    await site.order(Action.STOP, resume=True)
    assert site.results[-1] == (None, Result.MANUAL)
    assert site.frc == 0
    site.box.set_fault("ocpp_in_control", False)
    await asyncio.sleep(3.0)
    assert reason(site) is None
    assert site.frc == 1


async def test_another_mode_of_the_box_keeps_our_hands_off_for_as_long_as_it_stands(site: Site) -> None:
    await site.charge()
    site.box.person_sets("lmo", 4)
    await asyncio.sleep(2.0)
    manual = site.status.manual
    assert manual is not None
    assert (manual.reason, manual.key, manual.seconds_left) == (ManualReason.BOX_MODE, "lmo", None)
    await site.keep_charging(60.0, 14)
    assert site.amp == 10
    site.box.person_sets("lmo", 3)
    await site.keep_charging(30.0, 14)
    assert (site.amp, reason(site)) == (14, None)


@pytest.mark.parametrize("site", [{"base": BaseName.B, "box": {"lmo": 3}}], indirect=True)
async def test_a_box_found_in_another_mode_than_its_base_is_left_alone(site: Site) -> None:
    site.box.plug_in()
    await site.start()
    await site.order(Action.STOP)
    assert site.results == [(None, Result.MANUAL)]
    assert site.frc == 0
    assert reason(site) is ManualReason.BOX_MODE


# --- What is no other hand -------------------------------------------------------------------------------------------


@parked_on_eco
async def test_the_force_state_that_falls_back_on_unplug_is_no_other_hand(site: Site) -> None:
    await site.charge()
    assert site.frc == 2
    site.box.unplug()
    await asyncio.sleep(5.0)
    assert site.frc == 0
    assert reason(site) is None
    assert "frc" not in site.memory.written


async def test_a_force_state_that_falls_back_before_the_car_is_seen_gone_is_no_other_hand(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    await asyncio.sleep(15.0)
    site.box.person_sets("frc", 0)
    await asyncio.sleep(1.2)
    site.box.unplug()
    await asyncio.sleep(5.0)
    assert reason(site) is None
    assert site.frc == 1


@pytest.mark.parametrize("half_open", [False, True])
async def test_what_a_reboot_forgets_is_no_other_hand(half_open: bool, site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    await asyncio.sleep(15.0)
    if half_open:
        site.box.properties.update(rbc=site.box.properties["rbc"] + 1, frc=0)
    else:
        site.box.reboot()
    await asyncio.sleep(15.0)
    assert reason(site) is None
    assert site.frc == 1


async def test_a_current_clamped_to_a_limit_is_no_other_hand(site: Site) -> None:
    await site.charge(16)
    await asyncio.sleep(15.0)
    site.box.properties["ama"] = 13
    site.box.properties["amp"] = 13
    await site.keep_charging(60.0, 16)
    assert (site.amp, reason(site)) == (13, None)


async def test_a_current_raised_to_a_limit_is_another_hand(site: Site) -> None:
    await site.charge(10)
    await asyncio.sleep(15.0)
    site.box.person_sets("amp", 16)
    await asyncio.sleep(2.0)
    assert reason(site) is ManualReason.CHANGED


async def test_phases_that_move_during_our_own_switch_are_no_other_hand(site: Site) -> None:
    await site.charge(10, 1)
    assert site.psm == 1
    await asyncio.sleep(5.0)
    site.box.person_sets("psm", 2)
    await asyncio.sleep(20.0)
    assert reason(site) is None


async def test_values_found_at_a_connect_are_no_other_hand(site: Site) -> None:
    await site.charge()
    await asyncio.sleep(15.0)
    site.box.set_fault("refuse", True)
    site.box.set_fault("drop_all", True)
    await asyncio.sleep(2.0)
    site.box.person_sets("amp", 14)
    site.box.set_fault("refuse", False)
    await site.keep_charging(60.0)
    assert (site.amp, reason(site)) == (10, None)


async def test_our_own_value_that_shows_late_is_no_other_hand(site: Site) -> None:
    site.box.set_fault("success_without_status", True)
    await site.charge(8)
    for amps in (10, 12, 14, 6, 12):
        await site.keep_charging(30.0, amps)
        assert (site.amp, reason(site)) == (amps, None)


async def test_a_box_that_nobody_steers_knows_no_other_hands(site: Site) -> None:
    site.box.plug_in()
    await site.start()
    site.box.person_sets("amp", 14)
    site.box.person_sets("lmo", 4)
    await asyncio.sleep(10.0)
    assert reason(site) is None
    site.box.person_sets("lmo", 3)
    await asyncio.sleep(10.0)
    await site.order(Action.CHARGE, 10)
    assert site.amp == 10


async def test_after_a_release_a_change_is_nobody_s_business(site: Site) -> None:
    await site.charge()
    await site.order(Action.RELEASE)
    site.box.person_sets("amp", 14)
    site.box.person_sets("lmo", 4)
    await asyncio.sleep(10.0)
    assert reason(site) is None


async def test_a_car_that_is_only_missed_around_our_own_phase_switch_stays(site: Site) -> None:
    site.box.set_fault("phase_switch_unplugs", True)
    await site.charge(10)
    await site.keep_charging(300.0, 10)
    begun = len(site.statuses)
    await site.keep_charging(90.0, 6, 1)
    assert site.psm == 1
    assert {status.car for status in site.statuses[begun:]} <= {Car.CHARGING, Car.WAITING, Car.COMPLETE}
    assert reason(site) is None
    assert site.box.power_w > 1000


async def test_a_car_that_leaves_during_our_own_phase_switch_is_gone_a_minute_after_it(site: Site) -> None:
    await site.charge(10)
    await site.keep_charging(30.0, 6, 1)
    site.box.unplug()
    await asyncio.sleep(20.0)
    assert car(site) is Car.WAITING
    await asyncio.sleep(30.0)
    assert car(site) is Car.IDLE


async def test_without_a_phase_switch_a_car_that_leaves_is_gone_at_once(site: Site) -> None:
    await site.charge()
    site.box.unplug()
    await asyncio.sleep(2.0)
    assert car(site) is Car.IDLE
