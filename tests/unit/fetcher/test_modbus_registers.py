"""What registers mean, by numbers written down from the specification and not from the twin."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.fetcher.modbus.registers import (
    BEHIND_INVERTER,
    BatteryPowers,
    InverterPowers,
    battery_powers,
    has_battery,
    identity,
    inverter_powers,
    meter_head,
    meter_kind,
    meter_powers,
    meter_values,
    meters_start,
    pv_w,
)

NEGATIVE = 0x10000
NOT_IMPLEMENTED = 0x8000


def inverter_words(ac: int, ac_factor: int, dc: int = 0, dc_factor: int = 0, status: int = 4) -> list[int]:
    """40083 to 40107: AC power and its factor, …, DC power and its factor at 40100, …, status."""
    words = [0xFFFF] * 25
    words[0], words[1], words[17], words[18], words[24] = ac, ac_factor, dc, dc_factor, status
    return words


def meter_words(
    powers: list[int], factor: int, currents: list[int], current_factor: int, model: int = 203
) -> list[int]:
    """40188 to 40210: model, length, currents (total, A, B, C), factor, voltages, frequency, powers, factor."""
    return [model, 105, *currents, current_factor, *[2300] * 9, 5000, NEGATIVE - 2, *powers, factor]


def swapped(value: float) -> list[int]:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return [low, high]


def test_powers_of_the_inverter_are_scaled_by_the_factor_read_with_them() -> None:
    assert inverter_powers(inverter_words(4123, 0, 425, 1)) == InverterPowers(4123.0, 4250.0, False)
    assert inverter_powers(inverter_words(41234, NEGATIVE - 1)) == InverterPowers(-2430.2, 0.0, False)
    assert inverter_powers(inverter_words(12345, NEGATIVE - 1)).ac_w == 1234.5


def test_the_meters_plus_is_export_and_becomes_our_minus() -> None:
    powers = [1570, 1000, 600, NEGATIVE - 30]
    currents = [700, 435, 261, 13]
    meter = meter_powers(meter_words(powers, 0, currents, NEGATIVE - 2))
    assert meter.grid_w == -1570.0
    assert meter.grid_a == (-4.35, -2.61, 0.13)


def test_what_is_not_implemented_is_unknown_and_never_zero() -> None:
    none = [NOT_IMPLEMENTED] * 4
    assert inverter_powers(inverter_words(NOT_IMPLEMENTED, 0, NOT_IMPLEMENTED, 0)) == InverterPowers(None, None, False)
    assert inverter_powers(inverter_words(5, NOT_IMPLEMENTED)).ac_w is None
    meter = meter_powers(meter_words(none, NOT_IMPLEMENTED, none, NOT_IMPLEMENTED))
    assert (meter.grid_w, meter.grid_a) == (None, (None, None, None))
    assert battery_powers([*swapped(float("nan")), *[0] * 14, *swapped(float("inf"))]) == BatteryPowers(None, None)
    assert battery_powers([*swapped(-3.4e38), *[0] * 14, *swapped(101.0)]) == BatteryPowers(None, None)


def test_a_scale_factor_outside_sunspecs_range_makes_the_number_unknown() -> None:
    assert inverter_powers(inverter_words(5, 11)).ac_w is None
    assert inverter_powers(inverter_words(5, NEGATIVE - 11)).ac_w is None


def test_a_current_without_its_direction_is_unknown() -> None:
    meter = meter_powers(meter_words([100, NOT_IMPLEMENTED, 50, 50], 0, [3, 1, 1, 1], 0))
    assert meter.grid_a == (None, -1.0, -1.0)


def test_where_there_is_no_meter_any_more_its_power_is_unknown() -> None:
    assert meter_powers(meter_words([5, 5, 5, 5], 0, [1, 1, 1, 1], 0, model=0xFFFF)).grid_w is None


def test_the_battery_shows_floats_with_swapped_words() -> None:
    words = [*swapped(-820.5), *[0] * 14, *swapped(63.25)]
    assert words[0:2] == [0x2000, 0xC44D]  # −820.5 is 0xC44D2000 (IEEE 754)
    assert battery_powers(words) == BatteryPowers(-820.5, 63.25)


def test_meters_begin_behind_the_inverter_or_behind_the_units_of_a_synergy() -> None:
    assert BEHIND_INVERTER.address == 40_121
    assert [meters_start(words) for words in ((1, 65), (0xFFFF, 0), (160, 48), (160, 68))] == [
        40_121,
        40_121,
        40_171,
        40_191,
    ]
    assert [meter_values(meter_head(40_121, slot)).address for slot in (1, 2, 3)] == [40_188, 40_362, 40_536]


def test_a_head_without_a_meter_model_is_no_meter() -> None:
    head = [1, 65, *[0] * 65, 203]
    head[34:42] = struct.unpack(">8H", b"Export+Import\0\0\0")
    assert meter_kind(head) == "Export+Import"
    assert meter_kind([1, 65, *head[2:67], 0xFFFF]) is None
    assert meter_kind([0xFFFF, *head[1:]]) is None


def test_something_that_is_no_sunspec_inverter_has_no_identity() -> None:
    assert identity([0] * 71) is None
    assert identity([0x5375, 0x6E53, 1, 65, *[0] * 65, 64, 50]) is None


def test_a_maker_that_is_no_text_is_no_battery() -> None:
    assert not has_battery([0xFFFF] * 16)
    assert not has_battery([0] * 16)
    assert has_battery(list(struct.unpack(">16H", b"LG Chem".ljust(32, b"\0"))))


@pytest.mark.parametrize(
    ("inverter", "battery", "expected_w"),
    [
        (InverterPowers(4000.0, 4100.0, False), None, 4000.0),
        (InverterPowers(-12.0, None, False), None, 0.0),
        (InverterPowers(None, 4100.0, False), None, None),
        (InverterPowers(0.0, None, True), None, 0.0),
        (InverterPowers(None, None, True), None, None),
        (InverterPowers(1000.0, 1020.0, False), BatteryPowers(3000.0, 50.0), 4020.0),
        (InverterPowers(700.0, 720.0, False), BatteryPowers(-720.5, 50.0), 0.0),
        (InverterPowers(1000.0, 1020.0, False), BatteryPowers(None, 50.0), None),
        (InverterPowers(1000.0, None, False), BatteryPowers(3000.0, 50.0), None),
    ],
)
def test_pv_is_ac_without_battery_and_dc_with_one(
    inverter: InverterPowers, battery: BatteryPowers | None, expected_w: float | None
) -> None:
    assert pv_w(inverter, battery) == expected_w


@given(st.lists(st.integers(0, 0xFFFF), min_size=71, max_size=71))
def test_no_words_whatever_break_the_reading_of_them(words: list[int]) -> None:
    identity(words)
    meter_kind(words)
    inverter_powers(words[:25])
    meter_powers([203, *words[1:23]])
    battery_powers(words[:18])
    has_battery(words[:16])
