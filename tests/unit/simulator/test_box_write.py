"""What a Wattpilot takes as a value, and the text it refuses with."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.write import CHECKS, WriteError

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
UINT8 = "value must be uint8_t"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.fixture
def box() -> Box:
    return Box(lambda: NOON)


@pytest.mark.parametrize(
    ("key", "value"),
    [("amp", 6), ("amp", 16), ("frc", 2), ("psm", 1), ("lmo", 5), ("acs", 1), ("trx", 0), ("trx", None), ("fup", True),
     ("dwo", 5000), ("dwo", 12.5), ("dwo", None), ("fst", 99000), ("psmd", 15000), ("fna", "Garage")],
)  # fmt: skip
def test_a_value_of_the_right_type_is_stored_and_shown(box: Box, key: str, value: Any) -> None:
    box.write(key, value)
    assert box.properties[key] == value


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("amp", "16", UINT8), ("amp", 10.0, UINT8), ("amp", True, UINT8), ("amp", None, UINT8), ("frc", "1", UINT8),
     ("amp", 5, "between 6 and 16"), ("amp", 17, "between 6 and 16"), ("frc", 3, "between 0 and 2"),
     ("lmo", 2, "between 3 and 5"), ("fup", 1, "must be bool"), ("fst", "1400", "must be float"),
     ("fst", float("nan"), "must be float"), ("fst", 10**400, "must be float"), ("fna", 7, "must be string"),
     ("alw", True, "has no setter"), ("ama", 32, "has no setter"), ("car", 2, "has no setter"),
     ("amx", 10, "unknown"), ("", None, "unknown")],
)  # fmt: skip
def test_anything_else_is_refused_and_leaves_the_old_value(box: Box, key: str, value: Any, text: str) -> None:
    before = dict(box.properties)
    with pytest.raises(WriteError, match=text):
        box.write(key, value)
    assert box.properties == before


def test_the_installers_limit_bounds_the_current() -> None:
    box = Box(lambda: NOON, ama=32)
    box.write("amp", 32)
    with pytest.raises(WriteError, match="between 6 and 32"):
        box.write("amp", 33)


def test_an_older_firmware_does_not_know_newer_keys() -> None:
    with pytest.raises(WriteError, match="unknown"):
        Box(lambda: NOON, profile="v2-36").write("pdte", True)


@given(key=st.sampled_from(sorted(CHECKS)), value=json_values)
def test_no_value_does_anything_but_be_stored_or_refused(key: str, value: Any) -> None:
    box = Box(lambda: NOON)
    with suppress(WriteError):
        box.write(key, value)
    box.step(3)
