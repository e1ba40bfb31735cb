"""What each generation of the Wattpilot says otherwise, in one conversation each."""

import json
from typing import Any

import pytest

from sunpilot.simulator.wattpilot.profile import PROFILES
from sunpilot.simulator.wattpilot.reply import Reply
from tests.unit.simulator.talk import Talk, logged_in


def bursts(talk: Talk) -> list[Reply]:
    """The messages of the full status, when it is asked for again."""
    return talk.replies(12, type="requestFullStatus")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_generation_lets_its_owner_in_tells_everything_and_takes_a_current(profile: str) -> None:
    talk = Talk(profile=profile)
    asks = [message["type"] for message in talk.greeting][:2] == ["hello", "authRequired"]
    assert asks is (profile != "open")
    if asks:
        assert talk.login()[0]["type"] == "authSuccess"
    talk.second()
    merged: dict[str, Any] = {}
    for reply in bursts(talk):
        merged |= json.loads(reply.frame)["status"]
    assert merged == talk.box.properties
    assert talk.sets("amp", 10)["status"] == {"amp": 10}
    assert talk.box.properties["amp"] == 10


def test_a_flex_says_hello_as_one() -> None:
    hello, asked = Talk(profile="flex-43").greeting
    assert hello == {
        "type": "hello", "serial": "91234567", "hostname": "Wattpilot-91234567", "friendly_name": "Carport",
        "manufacturer": "fronius", "devicefamily": "wattpilot", "devicetype": "wattpilot_flex",
        "devicesubtype": "wattpilot_flex_c6", "version": "43.4", "protocol": 2, "proto": 4, "secured": True,
    }  # fmt: skip
    assert asked["hash"] == "bcrypt"


def test_a_flex_tells_everything_in_one_message_of_four_frames() -> None:
    talk = logged_in(profile="flex-43")
    (burst,) = bursts(talk)
    assert burst.fragments == 4
    assert json.loads(burst.frame)["partial"] is False
    status = json.loads(burst.frame)["status"]
    assert not {"cus", "cbl", "cards"} & status.keys()
    assert status["tma"].count(None) == 3
    assert status["authhash"] == "bcrypt"


def test_an_early_flex_names_no_algorithm_and_means_bcrypt() -> None:
    talk = Talk(profile="flex-early")
    assert "hash" not in talk.greeting[1]
    assert talk.login()[0]["type"] == "authSuccess"


def test_an_open_listener_takes_a_plain_write() -> None:
    talk = Talk(profile="open")
    talk.second()
    assert talk.greeting[0]["secured"] is False
    (answer,) = talk.say(type="setValue", requestId=4, key="amp", value=10)
    assert (answer["success"], talk.box.properties["amp"]) == (True, 10)


def test_the_cloud_needs_a_login_and_no_signatures() -> None:
    talk = Talk(profile="cloud")
    assert talk.greeting[0]["secured"] is False
    assert talk.say(type="setValue", requestId=4, key="amp", value=10) == []
    talk.login()
    talk.second()
    (answer,) = talk.say(type="setValue", requestId=5, key="amp", value=10)
    assert (answer["success"], talk.box.properties["amp"]) == (True, 10)


def test_some_firmware_does_not_say_whether_more_comes() -> None:
    (burst,) = bursts(logged_in(profile="nopartial"))
    assert "partial" not in json.loads(burst.frame)


def test_firmware_36_and_its_successor_use_small_messages_20_ms_apart() -> None:
    replies = bursts(logged_in(profile="v2-36"))
    assert len(replies) > 3
    assert {reply.delay_s for reply in replies} == {0.02}
    assert all(len(json.loads(reply.frame)["status"]) <= 25 for reply in replies)


def test_the_oldest_firmware_does_not_say_its_names() -> None:
    assert not {"hostname", "friendly_name"} & Talk(profile="v2-36").greeting[0].keys()
