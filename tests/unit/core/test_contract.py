"""What goes over the wire: strict about types and versions, tolerant of newer fields, silent about content."""

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sunpilot.contract.inverter import Inverter
from sunpilot.contract.message import MAX_PAYLOAD_BYTES, BadMessageError, Part, decode
from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.order import OverrideRequest
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.setpoint import Action, OnLapse, Order, Setpoint
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV1, SolarEdgeV2
from sunpilot.contract.status import Limits, LinkState, Status
from sunpilot.contract.topics import Topics

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


def reading(**change: object) -> Reading:
    return Reading(source="meter", measured_at=NOON, received_at=NOON, grid_w=-500.0).model_copy(update=change)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ('{"kind":"solaredge","site_id":"1"}', SolarEdgeV1),
        ('{"site_id":"1"}', SolarEdgeV1),
        ('{"kind":"solaredge","api":"v2","site_id":"1"}', SolarEdgeV2),
        ('{"kind":"solaredge-modbus","host":"192.168.1.7"}', SolarEdgeModbus),
        ('{"kind":"mqtt-meter","grid":{"topic":"meter/power"}}', MqttMeter),
    ],
)
def test_the_settings_of_a_source_are_told_apart_by_kind_and_api(settings: str, kind: type[Part]) -> None:
    text = f'{{"id":1,"name":"Roof","house_id":2,"source":{settings},"fallback":{settings}}}'
    inverter = Inverter.model_validate_json(text)
    assert type(inverter.source) is type(inverter.fallback) is kind
    assert Inverter.model_validate_json(inverter.model_dump_json()) == inverter
    assert Inverter.model_validate(inverter.model_dump()) == inverter


@pytest.mark.parametrize("settings", ['{"kind":"wind"}', '{"kind":"solaredge","api":"v3"}', '{"kind":7}', "[]", "null"])
def test_an_unknown_kind_of_source_is_refused_with_those_that_there_are(settings: str) -> None:
    with pytest.raises(ValidationError, match="kind is 'solaredge'") as caught:
        Inverter.model_validate_json(f'{{"id":1,"name":"Roof","house_id":2,"source":{settings}}}')
    assert [fault["loc"] for fault in caught.value.errors()] == [("source",)]


def test_a_reading_may_be_as_old_as_the_source_that_it_is_from_allows() -> None:
    modbus = SolarEdgeModbus(kind="solaredge-modbus", host="roof")
    inverter = Inverter(id=1, name="Roof", house_id=2, source=modbus, fallback=SolarEdgeV1(site_id="1"))
    assert inverter.maximum_age_s(None) == inverter.maximum_age_s(reading()) == 15
    assert inverter.maximum_age_s(reading(is_from_fallback=True)) == 900


def test_a_message_survives_the_wire() -> None:
    assert decode(Reading, reading().encode()) == reading()


def test_unknown_is_null_on_the_wire_and_never_left_out() -> None:
    fields = json.loads(reading().encode())
    assert fields["pv_w"] is None
    assert fields["v"] == 1


def test_times_are_sent_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    message = Reading(source="meter", measured_at=berlin, received_at=berlin, grid_w=0.0)
    assert json.loads(message.encode())["measured_at"] == "2026-06-21T12:00:00Z"


def test_a_field_of_a_newer_sender_is_ignored() -> None:
    fields = json.loads(reading().encode()) | {"phase_of_the_moon": "full"}
    assert decode(Reading, json.dumps(fields).encode()) == reading()


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        (b"[1, 2]", "model_type"),
        (b'{"v": 1}', "source"),
        (b"x" * (MAX_PAYLOAD_BYTES + 1), "bytes"),
        (reading().encode().replace(b'"v":1', b'"v":2'), "schema version"),
        (reading().encode().replace(b"-500.0", b'"-500"'), "grid_w"),
        (reading().encode().replace(b"-500.0", b"NaN"), "grid_w"),
        (reading().encode().replace(b"-500.0", b"true"), "grid_w"),
        (reading().encode().replace(b"12:00:00Z", b"12:00:00"), "measured_at"),
    ],
)
def test_a_bad_payload_is_refused_with_its_fault(payload: bytes, complaint: str) -> None:
    with pytest.raises(BadMessageError, match=complaint):
        decode(Reading, payload)


@pytest.mark.parametrize(
    "payload",
    [
        Status(link=LinkState.ONLINE, epoch=1).encode().replace(b'"epoch":1', b'"epoch":1' + b"0" * 400),
        reading(measured_at=None, age_s=(0, 60)).encode().replace(b"60.0]", b"1e12]"),
        reading().encode().replace(b'"averaged_s":0.0', b'"averaged_s":1e12'),
    ],
)
def test_numbers_without_measure_are_refused(payload: bytes) -> None:
    kind = Status if b"link" in payload else Reading
    with pytest.raises(BadMessageError):
        decode(kind, payload)


@given(st.binary(max_size=300))
def test_no_payload_raises_anything_else(payload: bytes) -> None:
    for kind in (Reading, Status, Setpoint):
        with contextlib.suppress(BadMessageError):
            decode(kind, payload)


def test_a_fault_never_quotes_the_content() -> None:
    with pytest.raises(BadMessageError) as caught:
        decode(Reading, b'{"v": 1, "source": "meter", "grid_w": "hunter2-secret"}')
    assert "hunter2" not in str(caught.value)


def test_a_reading_needs_a_time_or_a_range_of_ages() -> None:
    with pytest.raises(ValueError, match="either measured_at"):
        Reading(source="v1", received_at=NOON)
    with pytest.raises(ValueError, match="age_s"):
        Reading(source="v1", received_at=NOON, age_s=(60, 0))


@pytest.mark.parametrize(
    ("change", "age_s", "fresh"),
    [
        ({}, 60, True),
        ({}, 61, False),
        ({}, -5, True),
        ({}, -6, False),
        ({"grid_w": None}, 0, False),
        ({"quality": Quality.SUSPECT}, 0, False),
        ({"quality": Quality.INFERRED}, 0, True),
    ],
)
def test_fresh_means_known_young_and_not_suspect(change: dict[str, object], age_s: float, fresh: bool) -> None:
    assert reading(**change).is_fresh(NOON + timedelta(seconds=age_s), maximum_age_s=60) is fresh


def test_a_charge_needs_amps_and_never_less_than_six() -> None:
    with pytest.raises(ValueError, match="amps"):
        Setpoint(action=Action.CHARGE, epoch=1, n=1, reason="x")
    with pytest.raises(ValueError, match="greater than or equal to 6"):
        Setpoint(action=Action.CHARGE, amps=5, epoch=1, n=1, reason="x")
    with pytest.raises(ValueError, match="keep_s"):
        Setpoint(action=Action.STOP, epoch=1, n=1, reason="x", on_lapse=OnLapse.KEEP)


def test_a_new_epoch_stands_above_any_number_of_the_old() -> None:
    assert Order(epoch=1, n=999) < Order(epoch=2, n=0)
    assert Order(epoch=2, n=0) < Order(epoch=2, n=1)
    assert not Order(epoch=2, n=1) < Order(epoch=2, n=1)


def test_an_override_of_fixed_amps_needs_amps_and_the_others_have_none() -> None:
    for body in (
        '{"kind":"fixed"}',
        '{"kind":"full","amps":10}',
        '{"kind":"fixed","amps":5}',
        '{"kind":"off","seconds":0}',
    ):
        with pytest.raises(ValueError, match=r"amps|greater"):
            OverrideRequest.model_validate_json(body)


def test_the_lowest_known_limit_counts() -> None:
    assert Limits(installation_a=16, cable_a=20).maximum_a == 16
    assert Limits(installation_a=32, temperature_a=10, cable_a=None).maximum_a == 10
    assert Limits().maximum_a is None


def test_a_status_without_link_knows_nothing() -> None:
    status = Status(link=LinkState.CONNECTING)
    assert not status.is_online
    assert status.has_car is None
    assert status.power_w is None


@pytest.mark.parametrize(
    ("topic", "number"),
    [
        ("sunpilot/wattpilot/900/status", 900),
        ("sunpilot/inverter/1/fetch", 1),
        ("sunpilot/config", None),
        ("sunpilot/wattpilot/x/status", None),
        ("sunpilot/wattpilot/99999999999999999999/status", None),
        ("sunpilot/wattpilot/²/status", None),
    ],
)
def test_the_number_in_a_topic(topic: str, number: int | None) -> None:
    assert Topics().id_of(topic) == number


def test_a_source_refuses_ages_in_the_wrong_order_and_a_setpoint_times_without_measure() -> None:
    with pytest.raises(ValueError, match="lowest, highest"):
        SolarEdgeV1(site_id="1", age_s=(50, 10))
    with pytest.raises(ValueError, match="less than or equal"):
        Setpoint(action=Action.STOP, epoch=1, n=1, reason="x", keep_s=1e300)


def test_two_sources_are_one_when_they_measure_the_same_however_they_are_asked() -> None:
    def modbus(**fields: object) -> tuple[str, ...]:
        return SolarEdgeModbus.model_validate({"kind": "solaredge-modbus", "host": "inverter"} | fields).identity

    def meter(**fields: object) -> tuple[str, ...]:
        return MqttMeter.model_validate({"kind": "mqtt-meter", "grid": {"topic": "a"}} | fields).identity

    assert SolarEdgeV1(site_id="7").identity != SolarEdgeV1(site_id="8").identity
    assert modbus() == modbus(host="INVERTER", port=502, unit=1, every_s=7.0)
    assert modbus() != modbus(unit=2)
    assert meter() == meter(maximum_age_s=20.0, soc={"topic": "s"})
    assert meter() != meter(grid={"topic": "b"})
    assert meter() != meter(broker={"host": "elsewhere"})
