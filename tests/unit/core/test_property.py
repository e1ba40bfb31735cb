"""The properties that a person may set raw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.property import SETTABLE, BadValueError, Value, read_value
from sunpilot.contract.status import Limits

LIMITS = Limits(installation_a=16, cable_a=32, temperature_a=32)


@pytest.mark.parametrize(
    ("key", "payload", "value"),
    [
        ("amp", b"10", 10),
        ("amp", b" 16\n", 16),
        ("frc", b"2", 2),
        ("psm", b"0", 0),
        ("lmo", b"4", 4),
        ("dwo", b"null", None),
        ("dwo", b"12500.5", 12500.5),
        ("dwo", b"12500", 12500),
        ("acs", b"1", 1),
        ("trx", b"0", 0),
        ("trx", b"null", None),
        ("fup", b"true", True),
        ("ful", b"false", False),
        ("fst", b"99000", 99000),
    ],
)
def test_a_bare_value_gets_the_type_of_its_property(key: str, payload: bytes, value: Value) -> None:
    read = read_value(key, payload, LIMITS)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("key", "payload", "word"),
    [
        ("amp", b"5", "from 6 to 32 A"),
        ("amp", b"33", "from 6 to 32 A"),
        ("amp", b"10.5", "whole number"),
        ("amp", b"10.0", "whole number"),
        ("amp", b"true", "whole number"),
        ("amp", b"null", "whole number"),
        ("amp", b"20", "at most 16 A"),
        ("amp", b'"10"', "bare value"),
        ("amp", b"010", "JSON"),
        ("amp", b"", "bare value"),
        ("amp", b"\xff\xfe", "bare value"),
        ("amp", b"9" * 5000, "bare value"),
        ("frc", b"3", "from 0 to 2"),
        ("lmo", b"6", "from 3 to 5"),
        ("fup", b"1", "true or false"),
        ("dwo", b"NaN", "bare value"),
        ("dwo", b"1e999", "number from 0"),
        ("dwo", b"-1", "number from 0"),
        ("rst", b"1", "cannot be set; there are: amp"),
        ("cak", b"1", "cannot be set"),
    ],
)
def test_a_bad_value_is_refused_with_what_to_do(key: str, payload: bytes, word: str) -> None:
    with pytest.raises(BadValueError, match=word):
        read_value(key, payload, LIMITS)


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(installation_a=16), 16),
        (Limits(installation_a=32, cable_a=20), 20),
        (Limits(installation_a=32, cable_a=32, temperature_a=10), 10),
        (Limits(), 32),
    ],
)
def test_a_current_stays_within_what_the_box_allows_now(limits: Limits, most: int) -> None:
    assert read_value("amp", str(most).encode(), limits) == most
    with pytest.raises(BadValueError):
        read_value("amp", str(most + 1).encode(), limits)


@given(
    st.sampled_from([*SETTABLE, "rst", ""]),
    st.binary(max_size=120) | st.from_regex(r"-?[0-9.eE+]{0,20}").map(str.encode),
)
def test_any_payload_is_a_value_or_a_bad_value(key: str, payload: bytes) -> None:
    try:
        value = read_value(key, payload, LIMITS)
    except BadValueError:
        return
    assert value is None or isinstance(value, bool | int | float)
