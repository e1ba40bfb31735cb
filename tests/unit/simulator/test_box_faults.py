"""Each fault of the simulated Wattpilot, as its clients see it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sunpilot.simulator.car import Car
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.cut import How
from sunpilot.simulator.wattpilot.fault import FAULTS
from tests.unit.simulator.talk import Talk, logged_in

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def box_charging(**options: Any) -> Box:
    """A box whose car has charged for a minute."""
    box = Box(lambda: NOON, **options)
    box.plug_in()
    box.step(60)
    assert box.properties["car"] == 2
    return box


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_set_and_cleared_at_any_time(name: str) -> None:
    box = box_charging()
    box.set_fault(name, True)
    box.step(30)
    assert (name in box.faults) is not FAULTS[name].once
    box.set_fault(name, False)
    box.step(30)
    assert not box.faults


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("gremlins", True, "there are: refuse"),
        ("silence", 2.0, "silence: true or false"),
        ("late_response", 0.1, "0.5 to 600"),
        ("late_response", float("nan"), "0.5 to 600"),
        ("close", 6000, "1000 to 4999"),
    ],
)
def test_an_unknown_fault_or_amount_says_what_there_is(name: str, value: float, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Box(lambda: NOON).set_fault(name, value)


def test_a_login_can_fail_once() -> None:
    talk = Talk("auth_error_once")
    assert [message["type"] for message in talk.login()] == ["authError"]
    assert not talk.session.is_over
    assert talk.login()[0]["type"] == "authSuccess"


def test_a_failed_login_can_end_the_connection() -> None:
    talk = Talk("auth_error_always", "auth_error_closes")
    talk.login()
    assert talk.session.is_over


def full_status(talk: Talk) -> list[tuple[float, dict[str, Any]]]:
    """Delay and content of what comes after the login."""
    asked = talk.replies(12, type="requestFullStatus")
    return [(reply.delay_s, json.loads(reply.frame)) for reply in asked]


def test_a_full_status_can_take_a_minute() -> None:
    talk = Talk("slow_full_status")
    talk.login()
    for _ in range(59):
        assert talk.second() == []
    assert sum(delay_s for delay_s, _ in full_status(logged_in())) < 1
    talk.second()
    assert talk.second() != []


def test_the_last_message_of_the_full_status_can_be_missing() -> None:
    whole, cut = full_status(logged_in()), full_status(logged_in("no_final_chunk"))
    assert len(cut) == len(whole) - 1
    assert all(message["partial"] for _, message in cut)


def test_changes_can_come_between_the_messages_of_the_full_status() -> None:
    kinds = [message["type"] for _, message in full_status(logged_in("delta_in_burst"))]
    assert kinds[:4] == ["fullStatus", "deltaStatus", "fullStatus", "deltaStatus"]
    assert kinds[-1] == "fullStatus"


def test_the_full_status_can_leave_out_whether_more_comes() -> None:
    messages = [message for _, message in full_status(logged_in("no_partial"))]
    assert len(messages) > 3
    assert not any("partial" in message for message in messages)


def test_unknown_messages_and_properties_come_each_second() -> None:
    delta, *strays = logged_in("unknown_messages").second()
    assert "zzz" in delta["status"]
    assert [stray["type"] for stray in strays] == ["updateSmip", "news"]


def test_values_can_have_wrong_types_while_the_device_goes_on() -> None:
    talk = logged_in("wrong_types")
    told = talk.second()[0]["status"]
    assert len(told["nrg"]) == 12
    assert talk.box.properties["car"] == 1
    merged: dict[str, Any] = {}
    for _, message in full_status(talk):
        merged |= message["status"]
    assert (merged["car"], merged["acu"], merged["lot"]) == (None, None, 32)


def strays(fault: str, value: float = True) -> list[str | bytes]:
    """What comes beside the changes."""
    talk = logged_in()
    talk.box.set_fault(fault, value)
    talk.box.step(1)
    return [reply.frame for reply in talk.session.deltas()][1:]


def test_broken_json_binary_frames_and_huge_messages_come_beside_the_changes() -> None:
    (broken,) = strays("broken_json")
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(broken)
    (binary,) = strays("binary_frames")
    assert isinstance(binary, bytes)
    (huge,) = strays("oversized", 3)
    assert len(huge) == 3_000_000


def test_a_storm_brings_twenty_messages_in_a_second() -> None:
    talk = logged_in("delta_storm")
    talk.box.step(1)
    replies = talk.session.deltas()
    assert len(replies) == 20
    assert 0.9 < sum(reply.delay_s for reply in replies) < 1


def test_the_energy_of_a_session_can_be_below_zero_and_run_backwards() -> None:
    talk = logged_in("noisy_wh")
    merged = {key: value for _, message in full_status(talk) for key, value in message["status"].items()}
    assert merged["wh"] == -0.003
    talk.box.plug_in()
    talk.box.step(60)
    talk.box.write("frc", 1)
    talk.box.step(10)
    told = [talk.second()[0]["status"]["wh"] for _ in range(4)]
    assert told[1] - told[0] == pytest.approx(-0.001) or told[2] - told[1] == pytest.approx(-0.001)


def test_the_meter_can_show_zeros_while_the_car_charges() -> None:
    talk = logged_in("zero_nrg")
    talk.box.plug_in()
    talk.box.step(60)
    assert talk.box.power_w > 10_000
    assert talk.second()[0]["status"].get("nrg", [0] * 16) == [0] * 16
    merged = {key: value for _, message in full_status(talk) for key, value in message["status"].items()}
    assert merged["nrg"] == [0] * 16


def test_a_write_can_be_answered_twice_or_under_another_number() -> None:
    twice = logged_in("duplicate_response").replies(7, type="setValue", key="amp", value=10)
    assert [json.loads(reply.frame)["requestId"] for reply in twice] == ["7", "7"]
    assert logged_in("wrong_request_id").sets("amp", 10, 7)["requestId"] != "7"


def test_a_current_above_the_limit_can_be_clamped_and_says_so() -> None:
    talk = logged_in("clamp_amp")
    assert talk.sets("amp", 25)["status"] == {"amp": 16}
    assert logged_in().sets("amp", 25)["success"] is False


def test_another_controller_can_take_a_current_back_after_three_seconds() -> None:
    talk = logged_in("overridden")
    talk.sets("amp", 10)
    told = [talk.second()[0]["status"].get("amp") for _ in range(3)]
    assert told == [10, None, 16]


def test_another_client_can_change_the_settings() -> None:
    box = box_charging()
    for key, value in (("amp", 8), ("frc", 1), ("psm", 1), ("lmo", 4)):
        box.set_fault(f"foreign_{key}", value)
        assert box.properties[key] == value


@pytest.mark.parametrize(
    ("fault", "how", "code"), [("drop_all", How.DROP, 1006), ("reset", How.RESET, 1006), ("close", How.CLOSE, 1001)]
)
def test_all_connections_can_end_in_several_ways(fault: str, how: How, code: int) -> None:
    talk = logged_in()
    assert talk.session.cut is None
    talk.box.set_fault(fault, True)
    cut = talk.session.cut
    assert cut is not None
    assert (cut.how, cut.code) == (how, code)
    assert logged_in().session.cut is None


def test_after_a_half_open_reboot_nobody_is_at_the_other_end() -> None:
    talk = logged_in()
    talk.box.set_fault("reboot_half_open", True)
    assert (talk.box.properties["rbc"], talk.box.properties["rbt"]) == (8, 0)
    assert talk.second() == []
    assert talk.replies(type="requestFullStatus") == []
    assert not talk.session.answers_pings


def test_silence_answers_pings_unless_told_otherwise() -> None:
    assert Talk("silence").session.answers_pings
    assert not Talk("silence_without_pong").session.answers_pings


def test_load_balancing_limits_the_current_and_stops_below_the_minimum() -> None:
    box = box_charging()
    box.set_fault("load_limit", 8)
    box.step(5)
    assert (box.properties["acu"], box.properties["cll"]["loadLimit"]) == (8, 8)
    box.set_fault("load_limit", 0)
    box.step(5)
    assert (box.properties["alw"], box.properties["modelStatus"]) == (False, 27)


def test_heat_limits_the_current() -> None:
    box = box_charging()
    box.set_fault("heat", 10)
    box.step(5)
    assert (box.properties["amt"], box.properties["acu"]) == (10, 10)


def test_during_a_phase_switch_the_car_can_seem_to_be_away() -> None:
    box = box_charging()
    box.set_fault("phase_switch_unplugs", True)
    box.write("psm", 1)
    cars = []
    for _ in range(40):
        box.step(1)
        cars.append(box.properties["car"])
    assert cars.count(1) == 12
    assert cars[-1] == 2
    assert box.properties["frc"] == 0


def test_a_car_can_decline_little_current_on_three_phases_alone() -> None:
    box = box_charging()
    box.set_fault("car_declines", True)
    box.write("amp", 7)
    box.step(30)
    assert (box.properties["alw"], box.power_w) == (True, 0)
    box.write("psm", 1)
    box.step(60)
    assert box.power_w > 1000


def test_an_error_has_a_number_and_ocpp_takes_over() -> None:
    box = box_charging()
    box.set_fault("error", 7)
    box.set_fault("ocpp_in_control", True)
    assert (box.properties["err"], box.properties["ocppc"], box.properties["ocppe"]) == (7, True, True)
    box.set_fault("error", False)
    box.set_fault("ocpp_in_control", False)
    assert (box.properties["err"], box.properties["ocppc"], box.properties["ocppe"]) == (0, False, False)


def test_a_stubborn_car_wakes_when_an_unplugged_cable_is_played() -> None:
    box = box_charging(car=Car(stubborn=True))
    box.write("frc", 1)
    box.step(20)
    box.write("frc", 0)
    box.step(60)
    assert (box.properties["alw"], box.power_w) == (True, 0)
    box.write("su", True)
    box.step(3)
    assert box.properties["modelStatus"] == 22
    box.step(60)
    assert box.properties["su"] is False
    assert box.power_w > 1000
