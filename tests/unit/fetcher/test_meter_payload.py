"""Numbers and times in messages of meters."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sunpilot.contract.json_path import steps
from sunpilot.contract.mqtt_meter import MqttMeter, Preset
from sunpilot.fetcher.meter.payload import AbsentError, BadPayloadError, number, time


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("SML.Power_curr", ("SML", "Power_curr")),
        ('params."em:0".total_act_power', ("params", "em:0", "total_act_power")),
        ("em:0.power", ("em:0", "power")),
        ('"a.b"."c"', ("a.b", "c")),
        ("powers.2", ("powers", "2")),
        ("Wert in W", ("Wert in W",)),
    ],
)
def test_a_path_is_keys_with_dots_and_quotes_around_keys_with_dots(path: str, keys: tuple[str, ...]) -> None:
    assert steps(path) == keys


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", '"a', 'a"b', '""', '"a"b'])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="keys with dots"):
        steps(path)


@pytest.mark.parametrize(
    ("payload", "path", "value"),
    [
        (b"-8.40", None, -8.4),
        (b" 1e3\n", None, 1000.0),
        (b"\xef\xbb\xbf12", None, 12.0),
        (b'{"power": 230}', "power", 230.0),
        (b'{"power": "230.5"}', "power", 230.5),
        (b'{"a": {"b.c": [1, 2, 3]}}', 'a."b.c".1', 2.0),
        (b'{"power": null}', "power", None),
        (b'{"power": "unavailable"}', "power", None),
        (b"unknown", None, None),
        (b"NaN", None, None),
        (b"", None, None),
        (b"", "power", None),
    ],
)
def test_a_number_is_read_and_unknown_is_none(payload: bytes, path: str | None, value: float | None) -> None:
    assert number(payload, steps(path) if path else None) == value


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (b"on", None),
        (b"12 W", None),
        (b"\xff", None),
        (b"1e9", None),
        (b"inf", None),
        (b"{", "power"),
        (b"[" * 60_000, "power"),
        (b'{"power": true}', "power"),
        (b'{"power": {"value": 1}}', "power"),
        (b"1" * 70_000, None),
    ],
)
def test_what_is_no_number_is_bad_and_its_content_is_not_repeated(payload: bytes, path: str | None) -> None:
    with pytest.raises(BadPayloadError) as caught:
        number(payload, steps(path) if path else None)
    assert "12 W" not in str(caught.value)


@pytest.mark.parametrize("payload", [b"{}", b'{"params": 5}', b"[]", b"5", b'{"params": {"wifi": {}}}', b'"power"'])
def test_a_message_about_something_else_is_not_bad(payload: bytes) -> None:
    with pytest.raises(AbsentError):
        number(payload, ("params", "em:0", "total_act_power"))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"t": 1782028800}', datetime(2026, 6, 21, 8, tzinfo=UTC)),
        (b'{"t": "1782028800.5"}', datetime(2026, 6, 21, 8, 0, 0, 500_000, UTC)),
        (b'{"t": 1782028800500}', datetime(2026, 6, 21, 8, 0, 0, 500_000, UTC)),
        (b'{"t": "2026-06-21T10:00:00+02:00"}', datetime(2026, 6, 21, 8, tzinfo=UTC)),
        (b'{"t": "2026-06-21T10:00:00"}', None),
        (b'{"t": "soon"}', None),
        (b'{"t": 1e300}', None),
        (b'{"t": true}', None),
        (b'{"t": []}', None),
        (b"{}", None),
        (b"5", None),
    ],
)
def test_a_time_is_seconds_milliseconds_or_iso_with_its_offset(payload: bytes, expected: datetime | None) -> None:
    assert time(payload, ("t",)) == expected


@given(st.binary(max_size=200), st.sampled_from([None, "a", "a.b", "0"]))
def test_no_payload_breaks_the_reading(payload: bytes, path: str | None) -> None:
    keys = steps(path) if path else None
    try:
        value = number(payload, keys)
    except (BadPayloadError, AbsentError):
        value = None
    assert value is None or abs(value) <= 1e6
    time(payload, keys or ("t",))


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ("{}", "the topic of the power is needed"),
        ('{"preset": "shelly-3em"}', "needs the device"),
        ('{"device": "x", "grid": {"topic": "a"}}', "device belongs to a preset"),
        ('{"grid_import": {"topic": "a"}}', "grid_import and grid_export belong together"),
        ('{"grid": {"topic": "a/#"}}', "String should match"),
        ('{"grid": {"topic": "a", "path": "x..y"}}', "keys with dots"),
        ('{"preset": "shelly-9em", "device": "a"}', "'shelly-3em'"),
    ],
)
def test_settings_that_lead_nowhere_are_refused_with_advice(settings: str, advice: str) -> None:
    meter = TypeAdapter(MqttMeter)
    with pytest.raises(ValidationError, match=advice):
        meter.validate_json(json.dumps({"kind": "mqtt-meter", **json.loads(settings)}))


def test_presets_that_most_have_in_one_form_need_no_device() -> None:
    assert {preset for preset in Preset if preset.default_device} == {
        Preset.EVCC,
        Preset.OPENWB,
        Preset.SOLAREDGE2MQTT,
    }
