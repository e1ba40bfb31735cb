"""SolarEdge V1 `currentPowerFlow`: the specification's examples, every known deviation, and random physical states."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.power_flow_answer import read_flow
from sunpilot.fetcher.solaredge.signed_powers import measurement

Json = dict[str, Any]


def element(status: str, power: float, **more: object) -> Json:
    return {"status": status, "currentPower": power, **more}


def flow(*connections: tuple[str, str], unit: str = "kW", **elements: Json) -> Json:
    ends = [{"from": sender, "to": receiver} for sender, receiver in connections]
    return {"updateRefreshRate": 3, "unit": unit, "connections": ends, **elements}


def read(content: Json) -> Measurement:
    body = json.dumps({"siteCurrentPowerFlow": content}).encode()
    return measurement(read_flow(body), "solaredge", (0.0, 360.0))


def powers(read_: Measurement) -> tuple[float | None, float | None, float | None, float | None]:
    return read_.grid_w, read_.pv_w, read_.load_w, read_.battery_w


# The examples of the specification, with grid (+ import), PV, load and battery (+ charging) in W.
EXAMPLES: dict[str, tuple[Json, tuple[float | None, ...]]] = {
    "export without battery": (
        flow(
            ("PV", "Load"),
            ("LOAD", "Grid"),
            GRID=element("Active", 4.37),
            LOAD=element("Active", 0.86),
            PV=element("Active", 5.23),
        ),
        (-4370, 5230, 860, None),
    ),
    "import while a car charges": (
        flow(
            ("GRID", "Load"),
            ("PV", "Load"),
            GRID=element("Active", 0.32),
            LOAD=element("Active", 7.55),
            PV=element("Active", 7.23),
        ),
        (320, 7230, 7550, None),
    ),
    "night": (
        flow(("GRID", "Load"), GRID=element("Active", 0.41), LOAD=element("Active", 0.41), PV=element("Idle", 0.0)),
        (410, 0, 410, None),
    ),
    "night in watt": (
        flow(
            ("GRID", "Load"),
            unit="W",
            GRID=element("Active", 387.0),
            LOAD=element("Active", 387.0),
            PV=element("Idle", 0.0),
        ),
        (387, 0, 387, None),
    ),
    "battery charging and export": (
        flow(
            ("PV", "Load"),
            ("LOAD", "Grid"),
            ("PV", "Storage"),
            GRID=element("Active", 1.05),
            LOAD=element("Active", 0.71),
            PV=element("Active", 5.06),
            STORAGE=element("Charging", 3.3, chargeLevel=62, critical=False),
        ),
        (-1050, 5060, 710, 3300),
    ),
    "battery discharging at night": (
        flow(
            ("STORAGE", "Load"),
            ("GRID", "Load"),
            GRID=element("Active", 0.02),
            LOAD=element("Active", 0.64),
            PV=element("Idle", 0.0),
            STORAGE=element("Discharging", 0.62, chargeLevel=47, critical=False),
        ),
        (20, 0, 640, -620),
    ),
    "battery charging from the house": (
        flow(
            ("GRID", "Load"),
            ("LOAD", "Storage"),
            GRID=element("Active", 2.81),
            LOAD=element("Active", 0.51),
            PV=element("Idle", 0.0),
            STORAGE=element("Charging", 2.3, chargeLevel=18, critical=False),
        ),
        (2810, 0, 510, 2300),
    ),
    "zero export": (
        flow(
            ("PV", "Load"),
            GRID=element("Idle", 0.0),
            LOAD=element("Active", 0.94),
            PV=element("Active", 0.94),
            STORAGE=element("Idle", 0.0, chargeLevel=100, critical=False),
        ),
        (0, 940, 940, 0),
    ),
    "backup, grid lost": (
        flow(
            ("STORAGE", "Load"),
            GRID=element("Disabled", 0.0),
            LOAD=element("Active", 0.7),
            PV=element("Idle", 0.0),
            STORAGE=element("Discharging", 0.7, chargeLevel=9, critical=True, timeLeft=41),
        ),
        (0, 0, 700, -700),
    ),
    "powers missing": (
        flow(GRID={"status": "Active"}, LOAD={"status": "Active"}, PV={"status": "Idle"}),
        (None, None, None, None),
    ),
}


@pytest.mark.parametrize(("content", "expected_w"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example_gives_its_signed_powers(content: Json, expected_w: tuple[float | None, ...]) -> None:
    result = read(content)
    assert powers(result) == expected_w
    assert result.quality is Quality.OK
    assert (result.source, result.age_s, result.averaged_s, result.measured_at) == ("solaredge", (0, 360), 0, None)


def test_the_state_of_charge_is_read() -> None:
    assert read(EXAMPLES["battery charging and export"][0]).soc_pct == 62


def test_every_example_with_known_powers_balances() -> None:
    results = [read(content) for content, _ in EXAMPLES.values()]
    residuals_w = [result.residual_w for result in results if result.grid_w is not None]
    assert residuals_w == [0.0] * 9


def failure(body: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_flow(body)
    return caught.value


def test_a_site_without_meter_is_unsupported() -> None:
    assert failure(b'{"siteCurrentPowerFlow":{}}').outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Just a moment...</body></html>",
        b'{"siteCurrentPowerFlow":{"unit":"kW","GRID":{"currentPow',
        b"[]",
        b"{}",
        b"null",
        b'{"siteCurrentPowerFlow":[1]}',
        b'{"siteCurrentPowerFlow":{"GRID":{"currentPower":1}}}',
        b'{"siteCurrentPowerFlow":{"unit":"BTU/h","GRID":{"currentPower":1}}}',
        b'{"siteCurrentPowerFlow":{"unit":1,"GRID":{"currentPower":1}}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_a_bad_payload(body: bytes) -> None:
    assert failure(body).outcome is Outcome.BAD_PAYLOAD


def test_a_byte_order_mark_is_no_fault() -> None:
    content, expected_w = EXAMPLES["night"]
    body = b"\xef\xbb\xbf" + json.dumps({"siteCurrentPowerFlow": content}).encode()
    assert powers(measurement(read_flow(body), "solaredge", (0, 360))) == expected_w


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_a_flow_or_a_source_error(body: bytes) -> None:
    with pytest.raises(SourceError):
        read_flow(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ELEMENTS = JSON_VALUES | st.fixed_dictionaries(
    {}, optional={"status": JSON_VALUES, "currentPower": JSON_VALUES, "chargeLevel": JSON_VALUES}
)
CONNECTIONS = JSON_VALUES | st.lists(
    JSON_VALUES | st.fixed_dictionaries({}, optional={"from": JSON_VALUES | st.just("GRID"), "to": JSON_VALUES})
)


@given(
    st.fixed_dictionaries(
        {"unit": st.sampled_from(["kW", "W", "MW"])},
        optional={"GRID": ELEMENTS, "LOAD": ELEMENTS, "PV": ELEMENTS, "STORAGE": ELEMENTS, "connections": CONNECTIONS},
    )
)
def test_no_value_of_any_type_makes_the_parser_fail(content: Json) -> None:
    read(content)


# --- deviations ---------------------------------------------------------------------------------------------------

EXPORT = EXAMPLES["export without battery"][0]
TWO_WAYS = [{"from": "GRID", "to": "Load"}, {"from": "LOAD", "to": "Grid"}]


@pytest.mark.parametrize("connections", [[], TWO_WAYS, None, "PV", [None, 3, {"from": 1}]])
def test_without_a_clear_direction_the_balance_gives_the_sign(connections: object) -> None:
    result = read(EXPORT | {"connections": connections})
    assert (result.grid_w, result.quality) == (-4370, Quality.INFERRED)


def test_a_sign_that_neither_direction_nor_balance_gives_stays_unknown() -> None:
    result = read(EXPORT | {"connections": [], "PV": element("Active", 2.0)})
    assert (result.grid_w, result.pv_w, result.load_w) == (None, 2000, 860)
    assert result.quality is Quality.SUSPECT


def test_without_direction_an_unknown_load_leaves_the_grid_unknown() -> None:
    assert read(EXPORT | {"connections": [], "LOAD": {"status": "Active"}}).grid_w is None


def test_a_direction_that_the_balance_denies_is_kept_but_suspect() -> None:
    result = read(EXPORT | {"connections": [{"from": "GRID", "to": "Load"}, {"from": "PV", "to": "Load"}]})
    assert (result.grid_w, result.quality) == (4370, Quality.SUSPECT)


def test_a_negative_power_counts_by_its_size_and_is_suspect() -> None:
    result = read(EXPORT | {"GRID": element("Active", -4.37)})
    assert (result.grid_w, result.quality) == (-4370, Quality.SUSPECT)


@pytest.mark.parametrize("power", [None, float("nan"), float("inf"), True, "much", [], 10**400])
def test_a_power_that_is_no_number_is_unknown_and_not_zero(power: object) -> None:
    elements = {name: {"status": "Active", "currentPower": power} for name in ("GRID", "LOAD", "PV", "STORAGE")}
    assert powers(read(EXPORT | elements)) == (None, None, None, None)


def test_a_number_sent_as_text_is_a_number() -> None:
    assert read(EXPORT | {"GRID": {"status": "Active", "currentPower": "4.37"}}).grid_w == -4370


def test_a_battery_with_power_but_no_direction_is_unknown() -> None:
    result = read(EXPORT | {"STORAGE": element("Charging", 1.0, chargeLevel=50)})
    assert (result.battery_w, result.soc_pct, result.residual_w) == (None, 50, None)


def test_a_site_without_pv_does_not_claim_to_have_some() -> None:
    result = read(flow(("GRID", "Load"), GRID=element("Active", 0.41), LOAD=element("Active", 0.41)))
    assert powers(result) == (410, None, 410, None)


def test_a_flow_to_something_unknown_does_not_disturb() -> None:
    connections = [*EXPORT["connections"], {"from": "PV", "to": "EV"}, {"from": "GENERATOR", "to": "Load"}]
    assert read(EXPORT | {"connections": connections, "EV": element("Active", 1.0)}).grid_w == -4370


# --- random physical states ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """Powers in W; a part that is not installed is None. Grid follows by the balance."""

    pv_w: float | None
    load_w: float
    battery_w: float | None

    @property
    def grid_w(self) -> float:
        return self.load_w + (self.battery_w or 0.0) - (self.pv_w or 0.0)


HOUSES = st.builds(
    House,
    pv_w=st.none() | st.floats(0, 30_000),
    load_w=st.floats(0, 25_000),
    battery_w=st.none() | st.floats(-10_000, 10_000),
)
UNITS = {"kW": (1000.0, 2), "W": (1.0, 0), "w": (1.0, 1), "KW": (1000.0, 3), "MW": (1e6, 6)}
CASINGS = (str.upper, str.lower, str.capitalize)


@given(HOUSES, st.sampled_from(list(UNITS)), st.sampled_from(CASINGS), st.sampled_from(CASINGS), st.booleans())
def test_a_physical_state_survives_the_way_through_json(
    house: House, unit: str, sending: Any, receiving: Any, from_load: bool
) -> None:
    watts, decimals = UNITS[unit]
    rounding_w = watts * 10**-decimals / 2 + 0.1

    def shown(power_w: float) -> float:
        return abs(round(power_w / watts, decimals))

    flows = [
        ("grid", "load", house.grid_w),
        ("load", "grid", -house.grid_w),
        ("pv", "load", house.pv_w or 0.0),
        ("storage", "load", -(house.battery_w or 0.0)),
        ("load" if from_load else "pv", "storage", house.battery_w or 0.0),
    ]
    connections = [(sending(start), receiving(end)) for start, end, power_w in flows if power_w > 0 and shown(power_w)]
    elements = {"GRID": element("Active", shown(house.grid_w)), "LOAD": element("Active", shown(house.load_w))}
    if house.pv_w is not None:
        elements["PV"] = element("Active" if house.pv_w else "Idle", shown(house.pv_w))
    if house.battery_w is not None:
        elements["STORAGE"] = element("Idle", shown(house.battery_w), chargeLevel=50)

    result = read(flow(*connections, unit=unit, **elements))

    assert result.quality is Quality.OK
    assert result.grid_w == pytest.approx(house.grid_w, abs=rounding_w)
    assert result.load_w == pytest.approx(house.load_w, abs=rounding_w)
    assert result.pv_w == (None if house.pv_w is None else pytest.approx(house.pv_w, abs=rounding_w))
    assert result.battery_w == (None if house.battery_w is None else pytest.approx(house.battery_w, abs=rounding_w))
