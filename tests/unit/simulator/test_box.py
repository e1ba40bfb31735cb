"""A Wattpilot through its days: plug-in, charging, stop, phase switch, unplug, reboot."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from sunpilot.simulator.car import Car
from sunpilot.simulator.wattpilot.box import Box

NOON = datetime(2026, 6, 21, 12, 0, 0, 250_000, tzinfo=UTC)


def box_charging(**options: Any) -> Box:
    """A box whose car has charged for a minute."""
    box = Box(lambda: NOON, **options)
    box.plug_in()
    box.step(60)
    assert box.properties["car"] == 2
    return box


def seconds_until(box: Box, key: str, value: object, limit: int = 120) -> int:
    """Step until a property has a value; how many seconds that took."""
    for second in range(1, limit + 1):
        box.step(1)
        if box.properties[key] == value:
            return second
    pytest.fail(f"{key} did not become {value} within {limit} s")


def test_an_idle_box_offers_current_to_nobody() -> None:
    box = Box(lambda: NOON)
    box.step(10)
    shown = box.properties
    assert (shown["car"], shown["alw"], shown["modelStatus"], shown["acu"]) == (1, True, 15, 16)
    assert shown["pha"] == [False, False, False, True, True, True]
    assert (shown["cbl"], shown["cus"], shown["nrg"][11], box.power_w) == (None, 1, 0, 0)


def test_clocks_are_spelled_as_the_device_does() -> None:
    shown = Box(lambda: NOON).properties
    assert shown["utc"] == "2026-06-21T12:00:00.250"
    assert shown["loc"] == "2026-06-21T14:00:00.250 +02:00"


def test_plug_in_leads_to_charging_within_seconds() -> None:
    box = Box(lambda: NOON)
    box.plug_in(cable_a=20)
    assert seconds_until(box, "car", 3) <= 2
    assert (box.properties["cbl"], box.properties["cus"], box.properties["wh"]) == (20, 3, 0)
    assert 3 <= seconds_until(box, "car", 2) <= 15


def test_measurements_agree_with_each_other_while_charging() -> None:
    box = box_charging()
    nrg, shown = box.properties["nrg"], box.properties
    assert len(nrg) == 16
    assert all(abs(volt - 230) <= 1.5 for volt in nrg[0:3])
    assert nrg[4:7] == pytest.approx([0.97 * 16 - 0.1] * 3, abs=0.001)
    assert nrg[11] == pytest.approx(sum(nrg[7:10]), abs=0.01)
    assert nrg[11] == pytest.approx(0.995 * sum(u * i for u, i in zip(nrg[0:3], nrg[4:7], strict=True)), abs=0.5)
    assert box.power_w == pytest.approx(nrg[11], abs=0.001)
    assert shown["pha"][:3] == [True, True, True]
    assert shown["tpa"] == pytest.approx(nrg[11], rel=0.01)


def test_energy_counters_follow_the_power() -> None:
    box = box_charging()
    before, energy_wh, eto = box.properties["wh"], box.energy_wh, box.properties["eto"]
    box.step(3600)
    assert box.properties["wh"] - before == pytest.approx(10_615, rel=0.01)  # 3 · 230 V · 15.42 A · 0.995 · 1 h
    assert box.energy_wh - energy_wh == pytest.approx(box.properties["wh"] - before, abs=0.01)
    assert box.properties["eto"] - eto == pytest.approx(box.energy_wh - energy_wh, abs=1)
    assert isinstance(box.properties["eto"], int)


def test_a_write_shows_at_once_and_works_one_to_two_seconds_later() -> None:
    box = box_charging()
    box.write("frc", 1)
    assert (box.properties["frc"], box.properties["alw"]) == (1, True)
    box.step(1)
    assert box.properties["alw"] is True
    box.step(1)
    assert (box.properties["alw"], box.properties["modelStatus"], box.properties["acu"]) == (False, 4, None)


def test_a_stop_ends_the_current_within_six_seconds_and_pauses_the_car() -> None:
    box = box_charging()
    box.write("frc", 1)
    box.step(6)
    assert (box.properties["nrg"][4:7], box.power_w) == ([0, 0, 0], 0)
    assert box.properties["car"] == 4
    assert box.properties["pha"][:3] == [False, False, False]


def test_a_stopped_car_charges_again_when_forced_on() -> None:
    box = box_charging()
    box.write("frc", 1)
    box.step(30)
    box.write("frc", 2)
    assert 3 <= seconds_until(box, "car", 2) <= 15
    assert box.properties["modelStatus"] == 3


def test_a_new_current_is_offered_and_followed() -> None:
    box = box_charging()
    box.write("amp", 8)
    box.step(5)
    assert (box.properties["acu"], box.properties["cll"]["requestedCurrent"]) == (8, 8)
    assert box.properties["nrg"][4] == pytest.approx(0.97 * 8 - 0.1, abs=0.001)


@pytest.mark.parametrize(("cable_a", "heat_a", "offered_a"), [(13, 32, 13), (32, 10, 10), (32, 32, 16)])
def test_the_lowest_limit_rules_the_offer(cable_a: int, heat_a: int, offered_a: int) -> None:
    box = Box(lambda: NOON)
    box.plug_in(cable_a)
    box.derate(heat_a)
    box.step(30)
    assert box.properties["acu"] == offered_a
    assert min(box.properties["cll"].values()) == offered_a


def test_too_little_to_offer_is_no_permission() -> None:
    box = box_charging()
    box.derate(5)
    box.step(8)
    assert (box.properties["alw"], box.properties["acu"], box.power_w) == (False, None, 0)


def test_unplugging_resets_force_state_and_authorisation_at_once() -> None:
    box = box_charging()
    box.write("frc", 2)
    box.write("trx", 0)
    box.step(5)
    energy_wh = box.properties["wh"]
    box.unplug()
    shown = box.properties
    assert (shown["car"], shown["frc"], shown["trx"], shown["cbl"], shown["cus"]) == (1, 0, None, None, 1)
    assert (box.power_w, shown["nrg"][11], shown["wh"]) == (0, 0, energy_wh)
    box.plug_in()
    box.step(2)
    assert box.properties["wh"] == 0


def test_a_stop_written_after_unplug_waits_for_the_next_car() -> None:
    box = box_charging()
    box.unplug()
    box.write("frc", 1)
    box.step(5)
    box.plug_in()
    box.step(60)
    assert (box.properties["car"], box.power_w) == (3, 0)


def test_a_phase_switch_breaks_the_charge_for_the_pause_and_goes_on_with_one_phase() -> None:
    box = box_charging()
    box.write("psm", 1)
    seen = []
    for _ in range(40):
        box.step(1)
        seen.append({key: box.properties[key] for key in ("modelStatus", "alw", "car", "fsp", "lfspt", "nrg", "rbt")})
    switching = [shown for shown in seen if shown["modelStatus"] == 23]
    assert len(switching) == 12  # psmd 10 s + 2 s
    assert not any(shown["alw"] for shown in switching)
    for before, after in pairwise(seen):
        if before["fsp"] != after["fsp"]:
            assert after["nrg"][11] == 0
            assert after["lfspt"] == after["rbt"]
    without_power = [shown for shown in seen if shown["nrg"][11] == 0]
    assert 15 <= len(without_power) <= 60
    assert (seen[-1]["car"], seen[-1]["fsp"]) == (2, True)
    assert seen[-1]["nrg"][4] > 10
    assert seen[-1]["nrg"][5:7] == [0, 0]


def test_without_a_car_the_phases_switch_silently() -> None:
    box = Box(lambda: NOON, psm=2)
    box.write("psm", 1)
    box.step(2)
    assert (box.properties["fsp"], box.properties["pnp"], box.properties["modelStatus"]) == (True, 1, 15)
    assert box.properties["lfspt"] == box.properties["rbt"]


def test_a_single_phase_car_draws_on_the_first_phase_alone() -> None:
    box = box_charging(car=Car(phases=1, max_a=32), ama=32)
    assert [current > 0 for current in box.properties["nrg"][4:7]] == [True, False, False]


def test_parked_in_eco_the_box_charges_only_when_forced() -> None:
    box = Box(lambda: NOON, lmo=4)
    box.plug_in()
    box.step(30)
    assert (box.properties["modelStatus"], box.properties["car"]) == (17, 3)
    box.write("frc", 2)
    box.step(30)
    assert (box.properties["modelStatus"], box.properties["car"]) == (3, 2)


def test_a_minimum_pause_holds_after_the_box_stopped() -> None:
    box = box_charging()
    box.write("mcpd", 60_000)
    box.step(3)
    box.write("frc", 1)
    box.step(5)
    box.write("frc", 0)
    box.step(3)
    assert box.properties["modelStatus"] == 24
    assert seconds_until(box, "modelStatus", 15) <= 60


def test_a_reboot_forgets_the_force_state_and_keeps_the_other_settings() -> None:
    box = box_charging()
    box.write("amp", 9)
    box.write("frc", 2)
    box.step(3)
    boots, token, cut = box.properties["rbc"], box.token1, box.cut.number
    box.reboot()
    shown = box.properties
    assert (shown["frc"], shown["amp"], shown["rbt"], shown["rbc"]) == (0, 9, 0, boots + 1)
    assert box.token1 != token
    assert box.cut.number == cut + 1
    box.step(5)
    assert box.properties["rbt"] == 5000


def test_a_written_reboot_happens_after_the_answer_had_time_to_leave() -> None:
    box = Box(lambda: NOON)
    box.write("rst", True)
    assert box.cut.number == 0
    box.step(3)
    assert box.cut.number == 1


def test_a_person_at_the_app_changes_settings_under_the_same_rules() -> None:
    box = Box(lambda: NOON)
    box.person_sets("lmo", 4)
    assert box.properties["lmo"] == 4
    with pytest.raises(ValueError, match="uint8_t"):
        box.person_sets("lmo", "4")


def test_an_error_stops_the_charge_until_it_clears() -> None:
    box = box_charging()
    box.set_fault("error", True)
    box.step(6)
    assert (box.properties["car"], box.properties["err"], box.properties["modelStatus"]) == (5, 1, 26)
    assert box.power_w == 0
    box.set_fault("error", False)
    assert seconds_until(box, "car", 2) <= 20


def test_a_lost_charge_controller_makes_the_car_unknown() -> None:
    box = box_charging()
    box.set_fault("no_charge_controller", True)
    box.step(2)
    assert (box.properties["car"], box.properties["modelStatus"], box.properties["alw"]) == (None, 0, False)


def test_an_unknown_fault_or_profile_names_those_there_are() -> None:
    box = Box(lambda: NOON)
    with pytest.raises(ValueError, match="hello_only"):
        box.set_fault("gremlins", True)
    with pytest.raises(ValueError, match="v2-42"):
        Box(lambda: NOON, profile="v9")


def test_faults_last_until_cleared_and_a_drop_happens_once() -> None:
    box = Box(lambda: NOON)
    box.set_fault("silence", True)
    box.set_fault("drop_all", True)
    assert (dict(box.faults), box.cut.number) == ({"silence": 1}, 1)
    box.set_fault("silence", False)
    assert not box.faults


def test_firmware_36_counts_in_whole_numbers() -> None:
    box = box_charging(profile="v2-36")
    assert all(isinstance(value, int) for value in box.properties["nrg"])
    assert "cll" not in box.properties


def test_steps_of_any_length_add_up_to_the_same_seconds() -> None:
    fine, coarse = Box(lambda: NOON), Box(lambda: NOON)
    for box in (fine, coarse):
        box.plug_in()
    for _ in range(300):
        fine.step(0.1)
    coarse.step(30)
    assert fine.properties == coarse.properties
