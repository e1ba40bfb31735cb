"""One client's conversation with a Wattpilot, without sockets."""

import hashlib
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.wattpilot.session import Session
from tests.unit.simulator.talk import KEY, SERIAL, TOKEN3, Talk, logged_in

BUSY = "sending of fullStatus still in progress, paralell not allowed anymore!"


def test_the_box_greets_with_hello_and_asks_for_a_login() -> None:
    hello, asked = Talk().greeting
    assert hello == {
        "type": "hello", "serial": SERIAL, "hostname": f"Wattpilot_{SERIAL}", "friendly_name": "Carport",
        "manufacturer": "fronius", "devicetype": "wattpilot_V2", "version": "42.5", "protocol": 2, "secured": True,
    }  # fmt: skip
    assert (asked["type"], asked["hash"]) == ("authRequired", "pbkdf2")
    assert all(len(asked[token]) == 32 and asked[token].isalnum() for token in ("token1", "token2"))


def test_older_firmware_does_not_name_the_algorithm() -> None:
    assert "hash" not in Talk(profile="v2-36").greeting[1]


def test_token1_belongs_to_the_boot_and_token2_to_the_connection() -> None:
    talk = Talk()
    another = Session(talk.box, KEY, random.Random(4))
    asked = json.loads(another.open()[1].frame)
    assert asked["token1"] == talk.greeting[1]["token1"]
    assert asked["token2"] != talk.greeting[1]["token2"]


def test_nothing_is_answered_before_the_login() -> None:
    talk = Talk()
    assert talk.say(type="requestFullStatus") == []
    assert talk.say(type="setValue", requestId=1, key="amp", value=10) == []
    assert talk.replies(type="setValue", key="amp", value=10) == []
    assert talk.second() == []
    assert talk.box.properties["amp"] == 16


def test_a_wrong_password_is_said_to_be_one_and_the_right_one_still_works() -> None:
    talk = Talk()
    (error,) = talk.login(key="x" * 32)
    assert (error["type"], error["message"], error["token3"]) == ("authError", "Wrong password", TOKEN3)
    assert talk.session.awaits_login
    assert talk.login()[0]["type"] == "authSuccess"
    assert not talk.session.awaits_login


def test_after_the_login_the_whole_status_comes_in_parts_and_only_the_last_is_not_partial() -> None:
    talk = Talk()
    success, *parts, clear, inverter = talk.login()
    assert (success["type"], success["token3"]) == ("authSuccess", TOKEN3)
    assert clear == {"type": "clearInverters", "partial": True}
    assert inverter["type"] == "updateInverter"
    assert {part["type"] for part in parts} == {"fullStatus"}
    assert [part["partial"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert all(len(part["status"]) <= 25 for part in parts)
    merged: dict[str, Any] = {}
    for part in parts:
        assert not merged.keys() & part["status"].keys()
        merged |= part["status"]
    assert merged == talk.box.properties


def test_each_second_brings_what_changed_and_nothing_else() -> None:
    talk = logged_in()
    (delta,) = talk.second()
    assert delta["type"] == "deltaStatus"
    assert {"rbt", "utc", "loc", "nrg", "fhz"} <= delta["status"].keys()
    assert not {"amp", "sse", "car", "cak"} & delta["status"].keys()
    assert len(delta["status"]["nrg"]) == 16


def test_a_write_is_answered_in_20_to_300_ms_with_the_value_and_shows_in_the_next_delta_of_all_clients() -> None:
    talk = logged_in()
    watcher = Session(talk.box, KEY, random.Random(5))
    asked = json.loads(watcher.open()[1].frame)
    inner = hashlib.sha256(f"{asked['token1']}{KEY}".encode()).hexdigest()
    proof = hashlib.sha256(f"{TOKEN3}{asked['token2']}{inner}".encode()).hexdigest()
    watcher.receive(json.dumps({"type": "auth", "token3": TOKEN3, "hash": proof}))
    (reply,) = talk.replies(7, type="setValue", key="amp", value=10)
    assert 0.02 <= reply.delay_s <= 0.3
    assert json.loads(reply.frame) == {"type": "response", "requestId": "7", "success": True, "status": {"amp": 10}}
    assert talk.second()[0]["status"]["amp"] == 10
    assert json.loads(watcher.deltas()[0].frame)["status"]["amp"] == 10
    assert "amp" not in talk.second()[0]["status"]


def test_null_is_a_value() -> None:
    talk = logged_in()
    assert talk.sets("dwo", 5000)["status"] == {"dwo": 5000}
    talk.second()
    assert talk.sets("dwo", None)["status"] == {"dwo": None}
    assert talk.second()[0]["status"]["dwo"] is None


def test_a_request_id_may_be_a_text() -> None:
    uuid = "3e0b1bb6-8a1f-4c5e-9a53-0d6a2f1f7c11"
    assert logged_in().sets("frc", 1, uuid)["requestId"] == uuid


def test_a_refused_write_says_why_and_changes_nothing() -> None:
    talk = logged_in()
    assert talk.sets("amp", "16", 8) == {
        "type": "response", "requestId": "8", "success": False, "message": "value must be uint8_t",
    }  # fmt: skip
    assert talk.box.properties["amp"] == 16


def test_a_write_with_a_wrong_signature_or_without_one_fails() -> None:
    talk = logged_in()
    (reply,) = talk.replies(3, signing_key="wrong", type="setValue", key="amp", value=10)
    assert json.loads(reply.frame)["success"] is False
    (plain,) = talk.say(type="setValue", requestId=4, key="amp", value=10)
    assert (plain["success"], plain["requestId"]) == (False, "4")
    assert talk.box.properties["amp"] == 16


def test_a_reboot_is_accepted_without_a_value_and_ends_the_connection() -> None:
    talk = logged_in()
    assert talk.sets("rst", True, 5) == {"type": "response", "requestId": "5", "success": True}
    for _ in range(3):
        talk.second()
    assert talk.session.cut


@pytest.mark.parametrize("secured", [False, True])
def test_the_whole_status_comes_again_on_request(secured: bool) -> None:
    talk = logged_in()
    if secured:
        parts = [json.loads(reply.frame) for reply in talk.replies(12, type="requestFullStatus")]
    else:
        parts = talk.say(type="requestFullStatus", requestId=12)
    assert {part["type"] for part in parts} == {"fullStatus"}
    assert talk.second() != []


def test_a_second_request_for_the_whole_status_is_refused_while_one_runs_and_deltas_wait() -> None:
    talk = Talk()
    talk.login()
    assert talk.session.deltas() == []
    (refusal,) = talk.say(type="requestFullStatus", requestId=12)
    assert refusal == {"type": "response", "requestId": "12", "success": False, "message": BUSY}
    talk.second()
    assert talk.say(type="requestFullStatus", requestId=13)[0]["type"] == "fullStatus"


def test_an_unknown_type_is_named_in_the_answer() -> None:
    assert logged_in().say(type="PING") == [
        {"type": "response", "success": False, "message": 'unknown message type="PING"'}
    ]


def test_hello_only_asks_for_no_login() -> None:
    assert [message["type"] for message in Talk("hello_only").greeting] == ["hello"]


@pytest.mark.parametrize("fault", ["accept_then_silence", "silence"])
def test_a_silent_box_sends_nothing(fault: str) -> None:
    talk = Talk(fault)
    assert talk.greeting == []
    assert talk.say(type="auth", token3=TOKEN3, hash="") == []


def test_silence_may_fall_and_lift_while_connected() -> None:
    talk = logged_in()
    talk.box.set_fault("silence", True)
    assert talk.second() == []
    assert talk.replies(type="requestFullStatus") == []
    assert talk.replies(type="setValue", key="amp", value=10) == []
    talk.box.set_fault("silence", False)
    (delta,) = talk.second()
    assert {"rbt", "nrg"} <= delta["status"].keys()
    assert talk.box.properties["amp"] == 16


def test_the_right_password_can_be_made_to_fail() -> None:
    assert [message["type"] for message in Talk("auth_error_always").login()] == ["authError"]


def test_a_lost_answer_is_no_lost_write() -> None:
    talk = logged_in("no_response")
    assert talk.replies(type="setValue", key="amp", value=10) == []
    assert talk.box.properties["amp"] == 10


def test_an_answer_can_come_late_or_bare_or_be_a_refusal() -> None:
    talk = logged_in("late_response")
    (reply,) = talk.replies(type="setValue", key="amp", value=10)
    assert reply.delay_s == 8
    assert logged_in("success_without_status").sets("amp", 10) == {
        "type": "response", "requestId": "1", "success": True,
    }  # fmt: skip
    refusing = logged_in("reject_writes")
    assert refusing.sets("amp", 10)["success"] is False
    assert refusing.box.properties["amp"] == 16


@given(text=st.text() | st.sampled_from(["[" * 100_000, "1" * 5000, "null", "NaN", '{"type":[]}', '"\\ud800"']))
def test_no_text_breaks_the_conversation(text: str) -> None:
    talk = logged_in()
    talk.session.receive(text)
    talk.session.receive(json.dumps({"type": "securedMsg", "data": text, "hmac": text, "requestId": text}))
    talk.replies(text, type="setValue", key=text, value=text)
    assert talk.second() != []
    Talk().session.receive(json.dumps({"type": "auth", "token3": text, "hash": text}))
