"""The protocol's state machine, walked by its table, and what its messages mean."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from sunpilot.bridge.decoder import Fault
from sunpilot.bridge.message import AuthError, AuthSuccess, Hello, Kind, Response
from sunpilot.bridge.protocol import (
    AuthRequired,
    Changed,
    Distrusted,
    Initialised,
    NotReadyError,
    Protocol,
)
from sunpilot.bridge.state import TRANSITIONS, State

KEEP = frozenset({"car", "alw", "amp", "frc", "nrg", "modelStatus", "acu"})
KEY = "P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo"
TOKEN3 = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ESSENTIALS: dict[str, Any] = {"car": 1, "alw": True, "amp": 16, "frc": 0, "nrg": [0] * 16, "modelStatus": 15}

HELLO = {"type": "hello", "serial": "91234567", "devicetype": "wattpilot_V2", "version": "42.5", "secured": True}
CHALLENGE = {
    "type": "authRequired",
    "token1": "Zr8kQ2vN5tYw7xAb3cDe6fGh9jKm1pRs",
    "token2": "u4Lq0WmXn8By2Vc6Td1Se5Rf9Ag3Hj7K",
    "hash": "pbkdf2",
}
MESSAGES: dict[Kind, dict[str, Any]] = {
    Kind.HELLO_SECURED: HELLO,
    Kind.HELLO_OPEN: {**HELLO, "secured": False},
    Kind.CHALLENGE: CHALLENGE,
    Kind.AUTH_SUCCESS: {"type": "authSuccess", "token3": TOKEN3, "hash": "00"},
    Kind.AUTH_ERROR: {"type": "authError", "token3": TOKEN3, "hash": "00", "message": "Wrong password"},
    Kind.STATUS_PART: {"type": "fullStatus", "partial": True, "status": {"amp": 16}},
    Kind.STATUS_END: {"type": "fullStatus", "partial": False, "status": {"frc": 0}},
    Kind.DELTA: {"type": "deltaStatus", "status": {"car": 3}},
    Kind.RESPONSE: {"type": "response", "requestId": "1", "success": True, "status": {"amp": 10}},
}
LOGIN: list[Kind | None] = [Kind.HELLO_SECURED, Kind.CHALLENGE, None, Kind.AUTH_SUCCESS]
PATHS: dict[State, list[Kind | None]] = {  # None: our own answer to the challenge
    State.CONNECTED: [],
    State.CLOUD: [],
    State.GREETED: [Kind.HELLO_SECURED],
    State.OPEN: [Kind.HELLO_OPEN],
    State.CHALLENGED: [Kind.HELLO_SECURED, Kind.CHALLENGE],
    State.ANSWERED: [Kind.HELLO_SECURED, Kind.CHALLENGE, None],
    State.DISTRUSTED: [Kind.HELLO_OPEN, Kind.CHALLENGE],
    State.REFUSED: [Kind.HELLO_SECURED, Kind.CHALLENGE, None, Kind.AUTH_ERROR],
    State.INITIALISING: LOGIN,
    State.READY: [*LOGIN, Kind.STATUS_END],
    State.RESYNCING: [*LOGIN, Kind.STATUS_END, Kind.STATUS_PART],
}


def say(protocol: Protocol, message: dict[str, Any]) -> list[object]:
    return list(protocol.receive(json.dumps(message)))


def protocol_in(state: State) -> Protocol:
    protocol = Protocol(KEEP, cloud=state is State.CLOUD)
    for step in PATHS[state]:
        if step is None:
            protocol.authenticate(KEY, TOKEN3)
        else:
            say(protocol, MESSAGES[step])
    assert protocol.state is state
    return protocol


def test_the_table_knows_every_state_and_every_kind() -> None:
    assert {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) == set(State)
    assert {kind for _, kind in TRANSITIONS} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_every_message_in_every_state_does_what_the_table_says(state: State, kind: Kind) -> None:
    protocol = protocol_in(state)
    events = say(protocol, MESSAGES[kind])
    target = TRANSITIONS.get((state, kind))
    if target is None:
        assert (protocol.state, events) == (state, [])
        assert protocol.dropped == {Fault.UNEXPECTED: 1}
    else:
        assert protocol.state is target
        assert events
        assert not protocol.dropped


def test_the_published_login_is_reproduced() -> None:
    protocol = Protocol(KEEP)
    assert say(protocol, HELLO) == [Hello("91234567", "wattpilot_V2", "42.5", secured=True)]
    assert say(protocol, CHALLENGE) == [AuthRequired("91234567", "pbkdf2")]
    assert json.loads(protocol.authenticate(KEY, TOKEN3)) == {
        "type": "auth",
        "token3": TOKEN3,
        "hash": "489d739ed8c4341e013577763057557fece37f35ce1703409fa2a89534646240",
    }
    assert say(protocol, MESSAGES[Kind.AUTH_SUCCESS]) == [AuthSuccess()]


@pytest.mark.parametrize(
    ("device_type", "named", "algorithm"),
    [
        ("wattpilot", None, "pbkdf2"),
        ("wattpilot_flex", None, "bcrypt"),
        ("wattpilot_flex", "pbkdf2", "pbkdf2"),
        ("wattpilot_V2", "scrypt", "scrypt"),
    ],
)
def test_the_algorithm_is_the_named_one_or_that_of_the_device(
    device_type: str, named: str | None, algorithm: str
) -> None:
    protocol = Protocol(KEEP)
    say(protocol, {**HELLO, "devicetype": device_type})
    challenge = {key: value for key, value in {**CHALLENGE, "hash": named}.items() if value is not None}
    assert say(protocol, challenge) == [AuthRequired("91234567", algorithm)]


def test_a_refused_login_carries_the_device_s_words() -> None:
    assert say(protocol_in(State.ANSWERED), MESSAGES[Kind.AUTH_ERROR]) == [AuthError("Wrong password")]


def test_the_full_status_is_complete_with_its_last_piece_whatever_delta_comes_between() -> None:
    protocol = protocol_in(State.INITIALISING)
    assert say(protocol, MESSAGES[Kind.STATUS_PART]) == [Changed({"amp": 16})]
    assert say(protocol, {"type": "deltaStatus", "status": {"amp": 12}}) == [Changed({"amp": 12})]
    assert protocol.state is State.INITIALISING
    assert say(protocol, MESSAGES[Kind.STATUS_END]) == [Changed({"frc": 0}), Initialised()]
    assert protocol.properties == {"amp": 12, "frc": 0}
    assert protocol.pieces == 2


def test_a_full_status_that_does_not_say_partial_is_the_last_piece_once_the_essentials_are_known() -> None:
    protocol = protocol_in(State.INITIALISING)
    assert say(protocol, {"type": "fullStatus", "status": {"amp": 16}}) == [Changed({"amp": 16})]
    rest = {key: value for key, value in ESSENTIALS.items() if key != "amp"}
    assert say(protocol, {"type": "fullStatus", "status": rest}) == [Changed(rest), Initialised()]


def test_firmware_that_never_says_partial_need_not_have_every_essential() -> None:
    protocol = protocol_in(State.INITIALISING)
    say(protocol, {"type": "fullStatus", "status": {"amp": 16}})
    assert protocol.may_conclude
    assert protocol.conclude() == [Initialised()]


def test_a_local_device_that_signs_nothing_gets_no_answer_to_a_challenge() -> None:
    protocol = protocol_in(State.OPEN)
    assert say(protocol, CHALLENGE) == [Distrusted()]
    with pytest.raises(NotReadyError):
        protocol.authenticate(KEY, TOKEN3)


def test_the_cloud_signs_nothing_asks_for_a_login_and_takes_plain_writes() -> None:
    protocol = protocol_in(State.CLOUD)
    say(protocol, MESSAGES[Kind.HELLO_OPEN])
    assert say(protocol, CHALLENGE) == [AuthRequired("91234567", "pbkdf2")]
    protocol.authenticate(KEY, TOKEN3)
    say(protocol, MESSAGES[Kind.AUTH_SUCCESS])
    say(protocol, MESSAGES[Kind.STATUS_END])
    assert json.loads(protocol.set_value("frc", 1).text)["type"] == "setValue"


def test_the_whole_state_is_not_asked_for_while_it_is_coming() -> None:
    for state in State:
        protocol = protocol_in(state)
        if state is State.READY:
            protocol.request_full_status()
        else:
            with pytest.raises(NotReadyError):
                protocol.request_full_status()


def test_a_repeated_full_status_whose_end_is_lost_can_be_concluded_and_allows_writes_meanwhile() -> None:
    protocol = protocol_in(State.RESYNCING)
    protocol.set_value("amp", 10)
    assert protocol.may_conclude
    assert protocol.conclude() == []
    assert protocol.state is State.READY


def test_without_a_last_piece_the_essentials_will_do() -> None:
    protocol = protocol_in(State.INITIALISING)
    say(protocol, {"type": "fullStatus", "partial": True, "status": {**ESSENTIALS, "nrg": None}})
    assert protocol.may_conclude  # null is a value
    assert protocol.conclude() == [Initialised()]
    assert protocol.state is State.READY


def test_nothing_is_concluded_while_an_essential_is_missing() -> None:
    protocol = protocol_in(State.INITIALISING)
    say(protocol, {"type": "fullStatus", "partial": True, "status": {"amp": 16}})
    assert not protocol.may_conclude
    with pytest.raises(NotReadyError):
        protocol.conclude()


def test_null_is_a_value_and_not_the_absence_of_change() -> None:
    protocol = protocol_in(State.READY)
    say(protocol, {"type": "deltaStatus", "status": {"acu": 16}})
    say(protocol, {"type": "deltaStatus", "status": {"acu": None}})
    assert protocol.properties["acu"] is None


def test_properties_that_are_not_asked_for_are_never_held() -> None:
    protocol = protocol_in(State.READY)
    say(protocol, {"type": "deltaStatus", "status": {"cak": "cloud key", "wifis": ["password"], "amp": 8}})
    assert protocol.properties == {"frc": 0, "amp": 8}


def test_a_write_is_signed_where_the_device_wants_that() -> None:
    protocol = protocol_in(State.READY)
    request = protocol.set_value("amp", 10)
    envelope = json.loads(request.text)
    assert json.loads(envelope["data"]) == {"type": "setValue", "requestId": 1, "key": "amp", "value": 10}
    expected = hmac.new(KEY.encode(), envelope.pop("data").encode(), hashlib.sha256).hexdigest()
    assert envelope == {"type": "securedMsg", "requestId": "1sm", "hmac": expected}
    assert request.id == "1"


def test_a_listener_that_is_not_secured_gets_a_plain_write() -> None:
    protocol = protocol_in(State.OPEN)
    say(protocol, MESSAGES[Kind.STATUS_END])
    assert json.loads(protocol.set_value("trx", None).text) == {
        "type": "setValue",
        "requestId": 1,
        "key": "trx",
        "value": None,
    }


def test_requests_count_up() -> None:
    protocol = protocol_in(State.READY)
    assert protocol.set_value("amp", 10).id == "1"
    request = protocol.request_full_status()
    assert (request.id, json.loads(request.text)) == ("2", {"type": "requestFullStatus", "requestId": 2})


@pytest.mark.parametrize("number", ["7", 7, "7sm"])
def test_a_response_is_known_by_its_number_however_it_is_written(number: str | int) -> None:
    events = say(protocol_in(State.READY), {"type": "response", "requestId": number, "success": True})
    assert events == [Response("7", success=True, properties={}, text=None)]


def test_a_refusal_carries_the_device_s_words_and_changes_nothing() -> None:
    protocol = protocol_in(State.READY)
    refusal = {"type": "response", "requestId": "8", "success": False, "message": "value must be uint8_t"}
    assert say(protocol, refusal) == [Response("8", success=False, properties={}, text="value must be uint8_t")]
    assert protocol.properties == {"frc": 0}


def test_a_stored_value_counts_as_reported() -> None:
    protocol = protocol_in(State.READY)
    say(protocol, MESSAGES[Kind.RESPONSE])
    assert protocol.properties["amp"] == 10


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("", Fault.BROKEN),
        ("{", Fault.BROKEN),
        ("[1, 2]", Fault.BROKEN),
        ('{"type": "deltaStatus", "status": {"amp": NaN}}', Fault.BROKEN),
        ("[" * 100_000, Fault.BROKEN),
        (b"\x82\xa4type\xa5hello", Fault.BINARY),
        (b"\x00\x82\xa4type\xa5hello", Fault.BINARY),
        (b'\x00\x00{"type":"authSuccess"}', Fault.BINARY),
        ('{"type":"deltaStatus","status":{}}'.encode("utf-16"), Fault.BINARY),
        (b"", Fault.BINARY),
        ("null", Fault.BROKEN),
        ("1" * 5000, Fault.BROKEN),
        ('"' + "x" * (2 * 1024 * 1024) + '"', Fault.OVERSIZED),
        ("{}", Fault.UNKNOWN),
        ('{"type": ["hello"]}', Fault.UNKNOWN),
        ('{"type": "clearSmips", "partial": false}', Fault.UNKNOWN),
        ('{"type": "hello", "serial": 91234567}', Fault.MALFORMED),
        ('{"type": "authRequired", "token1": "a"}', Fault.MALFORMED),
        ('{"type": "deltaStatus", "status": [1]}', Fault.MALFORMED),
        ('{"type": "fullStatus"}', Fault.MALFORMED),
    ],
)
def test_what_cannot_be_used_is_counted_and_dropped(data: str | bytes, fault: Fault) -> None:
    protocol = protocol_in(State.READY)
    assert protocol.receive(data) == []
    assert protocol.dropped == {fault: 1}
    assert protocol.state is State.READY


@pytest.mark.parametrize("prefix", [b"", b"\0"])
def test_a_message_as_bytes_is_read_like_text(prefix: bytes) -> None:
    protocol = protocol_in(State.READY)
    assert protocol.receive(prefix + b'{"type":"deltaStatus","status":{"amp":9}}') == [Changed({"amp": 9})]


@pytest.mark.parametrize("value", ["x" * 201, [0] * 65, {str(n): n for n in range(65)}])
def test_a_value_larger_than_any_of_the_device_is_unknown(value: Any) -> None:
    protocol = protocol_in(State.READY)
    say(protocol, {"type": "deltaStatus", "status": {"acu": value, "nrg": [value, 1]}})
    assert (protocol.properties["acu"], protocol.properties["nrg"]) == (None, [None, 1])


def test_a_refusal_changes_nothing_whatever_it_carries() -> None:
    protocol = protocol_in(State.READY)
    say(protocol, {"type": "response", "requestId": "1", "success": False, "status": {"amp": 32}})
    assert "amp" not in protocol.properties


def test_calls_out_of_turn_are_refused() -> None:
    protocol = Protocol(KEEP)
    with pytest.raises(NotReadyError):
        protocol.authenticate(KEY, TOKEN3)
    with pytest.raises(NotReadyError):
        protocol.set_value("amp", 10)


def test_no_secret_shows_in_a_representation() -> None:
    protocol = protocol_in(State.READY)
    assert KEY not in repr(protocol)
    assert CHALLENGE["token1"] not in repr(protocol.__dict__["_challenge"])
