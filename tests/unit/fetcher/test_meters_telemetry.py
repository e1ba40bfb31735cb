"""SolarEdge V2 `meters/telemetry`: a sample in the published form, every known deviation, and random series."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.live_power_flow import read_live_flow
from sunpilot.fetcher.solaredge.meters_telemetry import read_telemetry

Json = dict[str, Any]
NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


def series(*values: float | None, unit: str = "W", start: datetime = NOON) -> Json:
    """One value per quarter of an hour from `start`, in the site's time."""
    times = (start.astimezone() + number * timedelta(minutes=15) for number in range(len(values)))
    points = [{"timestamp": time.isoformat(), "value": value} for time, value in zip(times, values, strict=True)]
    return {"unit": unit, "values": points}


def body(**meters: Json) -> bytes:
    period = {"from": "2026-06-21T12:00:00+02:00", "to": "2026-06-21T13:00:00+02:00"}
    return json.dumps({"period": period, "resolution": "QUARTER_HOUR", "meters": meters}).encode()


def grid(imported: Json, exported: Json, **more: Json) -> Json:
    return {"importPower": imported, "exportPower": exported, **more}


def read(content: bytes) -> Measurement:
    return read_telemetry(content, "solaredge")


def failure(content: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(content)
    return caught.value


def test_import_less_export_is_the_grid_power_at_the_end_of_its_window() -> None:
    result = read(body(M1=grid(series(120.0, 0.0), series(0.0, 2480.0))))
    assert (result.grid_w, result.averaged_s) == (-2480.0, 900)
    assert result.measured_at == NOON + timedelta(minutes=30)
    assert (result.pv_w, result.load_w, result.battery_w, result.residual_w) == (None, None, None, None)
    assert (result.quality, result.source, result.age_s) == (Quality.OK, "solaredge", None)


def test_a_window_with_both_import_and_export_gives_the_difference() -> None:
    assert read(body(M1=grid(series(200.0), series(350.0)))).grid_w == -150.0


@pytest.mark.parametrize("late", [(100.0, None), (100.0, None, None)])
def test_a_late_or_open_bucket_is_not_taken_for_zero(late: tuple[float | None, ...]) -> None:
    result = read(body(M1=grid(series(*late), series(*(0.0 if value else None for value in late)))))
    assert (result.grid_w, result.measured_at) == (100.0, NOON + timedelta(minutes=15))


def test_a_bucket_counts_only_where_both_directions_are_known() -> None:
    result = read(body(M1=grid(series(100.0, 900.0), series(0.0, None))))
    assert (result.grid_w, result.measured_at) == (100.0, NOON + timedelta(minutes=15))


def test_production_and_consumption_are_given_where_they_are_metered() -> None:
    metered = {"productionPower": series(5000.0), "consumptionPower": series(1200.0)}
    result = read(body(M1=grid(series(0.0), series(3800.0)), M2=metered))
    assert (result.grid_w, result.pv_w, result.load_w) == (-3800.0, 5000.0, 1200.0)


def test_a_production_that_is_late_stays_unknown() -> None:
    assert read(body(M1=grid(series(0.0), series(3800.0)), M2={"productionPower": series(None)})).pv_w is None


def test_the_unit_is_read_of_each_series() -> None:
    result = read(body(M1=grid(series(0.12, unit="KW"), series(20.0, unit="W"))))
    assert result.grid_w == 100.0


def test_two_meters_that_both_claim_the_grid_are_suspect() -> None:
    result = read(body(M1=grid(series(100.0), series(0.0)), M2=grid(series(50.0), series(0.0))))
    assert (result.grid_w, result.quality) == (150.0, Quality.SUSPECT)


def test_a_negative_or_impossible_power_is_suspect() -> None:
    assert read(body(M1=grid(series(-100.0), series(0.0)))).quality is Quality.SUSPECT
    assert read(body(M1=grid(series(0.0), series(3_800_000.0)))).quality is Quality.SUSPECT


def test_the_order_of_the_values_does_not_matter() -> None:
    imported, exported = series(100.0, 300.0), series(0.0, 0.0)
    imported["values"].reverse()
    assert read(body(M1=grid(imported, exported))).grid_w == 300.0


@pytest.mark.parametrize(
    ("content", "outcome", "advice"),
    [
        (body(), Outcome.UNSUPPORTED, "needs one at the grid connection"),
        (body(M1={"productionPower": series(1.0)}), Outcome.UNSUPPORTED, "needs one at the grid connection"),
        (body(M1={"importPower": series(1.0)}), Outcome.UNSUPPORTED, "needs one at the grid connection"),
        (body(M1=grid(series(None), series(None))), Outcome.SILENT, "connected to the internet"),
        (body(M1=grid(series(), series())), Outcome.SILENT, "connected to the internet"),
        (body(M1=grid(series(1.0, unit="BTU/h"), series(1.0))), Outcome.BAD_PAYLOAD, "unit"),
        (body(M1=grid({"values": series(1.0)["values"]}, series(1.0))), Outcome.BAD_PAYLOAD, "unit"),
        (body(M1=grid({"unit": "W", "values": [{"value": 1.0}]}, series(1.0))), Outcome.BAD_PAYLOAD, "time"),
        (b"{}", Outcome.BAD_PAYLOAD, "meters"),
        (b"[]", Outcome.BAD_PAYLOAD, "meters"),
        (b"", Outcome.BAD_PAYLOAD, "JSON"),
        (b"<html>", Outcome.BAD_PAYLOAD, "JSON"),
    ],
)
def test_what_cannot_be_read_says_why_in_two_languages(content: bytes, outcome: Outcome, advice: str) -> None:
    error = failure(content)
    assert error.outcome is outcome
    assert advice in error.text.en
    assert error.text.de != error.text.en


def test_a_time_without_an_offset_is_refused_and_not_guessed() -> None:
    naive = {"unit": "W", "values": [{"timestamp": "2026-06-21T12:00:00", "value": 1.0}]}
    assert failure(body(M1=grid(naive, naive))).outcome is Outcome.BAD_PAYLOAD


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.sampled_from(["2026-06-21T12:00:00+02:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
POINTS = st.lists(st.fixed_dictionaries({}, optional={"timestamp": TIMES | JSON_VALUES, "value": JSON_VALUES}))
SERIES = JSON_VALUES | st.fixed_dictionaries({"unit": st.sampled_from(["W", "KW"]) | JSON_VALUES, "values": POINTS})
METER = st.fixed_dictionaries(
    {}, optional={f"{name}Power": SERIES for name in ("import", "export", "production", "consumption")}
)


@given(st.dictionaries(st.text(max_size=3), METER | JSON_VALUES, max_size=3) | JSON_VALUES)
def test_no_content_of_any_type_makes_the_parser_fail(meters: Any) -> None:
    try:
        result = read(json.dumps({"meters": meters}).encode())
    except SourceError:
        return
    result.reading(NOON, result.quality).encode()


FLOW = {
    "updatedAt": "2026-06-21T12:00:03+02:00",
    "refreshRate": 3,
    "unit": "KW",
    "pv": {"active": True, "power": 5.06},
    "load": {"active": True, "power": 0.71},
    "grid": {"active": True, "power": 1.05, "status": "EXPORT"},
    "storage": {"active": True, "power": 3.3, "status": "CHARGE", "chargeLevel": 62},
}


def live(**changes: object) -> Measurement:
    return read_live_flow(json.dumps(FLOW | changes).encode(), "solaredge")


def test_the_live_power_flow_has_a_time_and_signs() -> None:
    result = live()
    assert (result.grid_w, result.pv_w, result.load_w, result.battery_w) == (-1050, 5060, 710, 3300)
    assert (result.soc_pct, result.residual_w, result.averaged_s) == (62, 0, 0)
    assert result.measured_at == NOON + timedelta(seconds=3)


def test_an_unknown_direction_leaves_the_grid_unknown() -> None:
    assert live(grid={"power": 1.05, "status": "SIDEWAYS"}).grid_w is None
    assert live(grid={"status": "IMPORT"}).grid_w is None


def test_without_a_battery_the_balance_is_known_and_with_a_silent_one_it_is_not() -> None:
    assert live(storage={}).residual_w == -1050 + 5060 - 710
    assert live(storage={"power": 3.3}).residual_w is None


@pytest.mark.parametrize("changes", [{"updatedAt": None}, {"updatedAt": "noon"}, {"unit": None}])
def test_a_live_flow_without_time_or_unit_is_refused(changes: Json) -> None:
    with pytest.raises(SourceError) as caught:
        live(**changes)
    assert caught.value.outcome is Outcome.BAD_PAYLOAD


def test_an_empty_live_flow_is_unsupported() -> None:
    with pytest.raises(SourceError) as caught:
        read_live_flow(b"{}", "solaredge")
    assert caught.value.outcome is Outcome.UNSUPPORTED


@given(st.dictionaries(st.sampled_from(list(FLOW)), JSON_VALUES) | JSON_VALUES)
def test_no_live_flow_of_any_shape_makes_the_parser_fail(content: Any) -> None:
    merged = FLOW | content if isinstance(content, dict) else content
    try:
        result = read_live_flow(json.dumps(merged).encode(), "solaredge")
    except SourceError:
        return
    result.reading(NOON, result.quality).encode()
