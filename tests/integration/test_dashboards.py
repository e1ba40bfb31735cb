"""Every panel of every dashboard, asked of a real database that the recorder filled: what the simulated houses did.

`dashboard_figures` says what each must show, and `recorded_house` what there was to be seen.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grafana.catalogue import DASHBOARDS
from grafana.language import LANGUAGES
from grafana.today import STEADY
from sunpilot.contract.history import DayTotal
from tests.integration.dashboard_figures import BATTERY, EXPECTED, TODAY, Expectation, Expected, World
from tests.integration.recorded_house import (
    DAY,
    DAY_S,
    NOON,
    QUARTER,
    SILENT_S,
    RecordedDay,
    RecordedQuarter,
    battery_said,
    reports_said,
)
from tests.support.grafana_viewer import Answer, Value, Viewer
from tests.support.influx_engine import TOKEN, Engine, influx_engine
from tests.support.recorded import Said

Json = dict[str, Any]

EXACT = 1e-6
"""Only rounding lies between what was measured and what is shown."""

BOARDS: dict[str, Json] = {dashboard.name: dashboard.json("en") for dashboard in DASHBOARDS}
PANELS = [(name, panel["title"]) for name, board in BOARDS.items() for panel in board["panels"]]


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    with influx_engine() as server:
        yield server


@pytest.fixture(scope="module")
def world(database: Engine, tmp_path_factory: pytest.TempPathFactory) -> World:
    """All that happened, recorded. No machine loses its power here, and a day has thousands of flushes."""
    world = World(RecordedDay.lived(), RecordedQuarter.lived(), battery_said(), reports_said())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        for said in (world.day.said, world.quarter.said, world.battery, world.reports):
            said.record(database, tmp_path_factory.mktemp("spool"))
    return world


@pytest.fixture
def today(database: Engine, world: World) -> Viewer:
    """Who looks at the day, as the dashboard Today opens."""
    return Viewer(database.url, TOKEN, *TODAY)


def questions(board: Json) -> Iterator[tuple[str, str]]:
    """All that a dashboard asks, with what asks it."""
    for choice in board["templating"]["list"]:
        yield choice["name"], choice["query"]
    for mark in board["annotations"]["list"]:
        yield mark["name"], mark["target"]["query"]
    for panel in board["panels"]:
        yield from ((panel["title"], target["query"]) for target in panel["targets"])


def numbers(answers: list[Answer]) -> list[float]:
    return [number for answer in answers for column in answer.columns for number in answer.known(column)]


# --- each panel ------------------------------------------------------------------------------------------------------


def viewer(database: Engine, expectation: Expectation) -> Viewer:
    choices = {"house": expectation.house, "inverter": "1", "wattpilot": "1"}
    return Viewer(database.url, TOKEN, *expectation.span, choices, f"{expectation.every.seconds}s")


def picture(answers: list[Answer]) -> dict[str, dict[datetime, Value]]:
    """All that is drawn: columns with their tags' values behind their names, without what is unknown."""
    drawn: dict[str, dict[datetime, Value]] = {}
    for answer in answers:
        for column, values in answer.columns.items():
            name = " ".join((column, *(answer.tags[tag] for tag in sorted(answer.tags))))
            known = {at: value for at, value in zip(answer.times, values, strict=True) if value is not None}
            if known:
                drawn.setdefault(name, {}).update(known)
    return drawn


def require(drawn: dict[str, dict[datetime, Value]], expected: Expected) -> None:
    """Nothing else is shown, and nothing is missing. The answer has times in milliseconds."""
    if expected is None:
        assert drawn == {}
        return
    columns = expected if isinstance(expected, dict) else {"value": expected}
    assert drawn.keys() == {column for column, course in columns.items() if course not in ({}, None)}
    for column, shown in drawn.items():
        course = columns[column]
        if not isinstance(course, dict):
            assert [*shown.values()] == [near(course)], column
            continue
        rounded = {at.replace(microsecond=at.microsecond // 1000 * 1000): value for at, value in course.items()}
        assert sorted(shown) == sorted(rounded), column
        assert [(at, shown[at]) for at in shown] == [(at, near(rounded[at])) for at in shown], column


def near(value: object) -> object:
    return value if isinstance(value, str) else pytest.approx(value, rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("panel", PANELS, ids=": ".join)
def test_a_panel_shows_what_was(database: Engine, world: World, panel: tuple[str, str]) -> None:
    assert panel in EXPECTED, "what this panel must show stands nowhere: say it in dashboard_figures"
    expectation = EXPECTED[panel]
    expected = expectation.shown(world)
    require(picture(viewer(database, expectation).panel(BOARDS[panel[0]], panel[1])), expected)
    assert expected, "nothing is shown, so nothing is checked"


def test_every_expectation_is_of_a_panel_and_titles_are_their_own() -> None:
    assert sorted(PANELS) == sorted(EXPECTED)


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", ["10s", "6h"])
def test_the_database_understands_every_question(today: Viewer, interval: str) -> None:
    noon = (NOON, NOON + QUARTER, {**today.choices, "house": "2"})
    answered, asked = set(), set()
    for name, board in BOARDS.items():
        for who, query in questions(board):
            asked.add((name, who))
            for since, until, choices in ((today.since, today.until, today.choices), noon):
                if Viewer(today.url, TOKEN, since, until, choices, interval).ask(query):
                    answered.add((name, who))
    assert asked - answered == {("today", "Home battery"), ("energy", "Home battery, by day")}  # there is none


def test_where_nothing_is_recorded_nothing_is_shown_and_no_zero(today: Viewer) -> None:
    before = Viewer(today.url, TOKEN, today.since - timedelta(days=9), today.since - timedelta(days=8))
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            if panel.get("timeFrom") is None:
                assert numbers(before.panel(board, panel["title"])) == [], (name, panel["title"])


def test_means_of_a_minute_hide_but_little_of_what_really_flowed(today: Viewer, world: World) -> None:
    """And always in one direction: less is bought and sold, and the shares look better."""
    board, truth = BOARDS["today"], world.day.truth
    for title, power_w in (("Bought", truth.grid_w), ("Sold", -truth.grid_w)):
        shown_kwh = today.value(board, title)
        assert shown_kwh is not None
        assert 0.95 <= 1000 * shown_kwh / truth.wh(np.maximum(power_w, 0)) <= 1, title
    bought_wh = truth.wh(np.maximum(truth.grid_w, 0))
    for title, true_pct in (
        ("… of it sun", 100 - 100 * truth.wh(truth.car_from_grid_w) / truth.wh(truth.car_w)),
        ("Self-sufficiency", 100 - 100 * bought_wh / truth.wh(truth.load_w)),
    ):
        shown_pct = today.value(board, title)
        assert shown_pct is not None
        assert 0 <= shown_pct - true_pct <= 0.6, title


def test_the_silent_hour_is_a_gap_and_its_reasons_are_told(today: Viewer) -> None:
    (flow, _) = today.panel(BOARDS["today"], "Power")
    gaps = {at for at, value in zip(flow.times, flow.columns["grid"], strict=True) if value is None}
    assert gaps == {DAY.midnight, *(DAY.at(second) for second in SILENT_S if second % 60 == 0)}
    (_, changes) = today.panel(BOARDS["today"], "Why")
    assert "stale_stop" in changes.columns["reason"]


def test_a_home_battery_is_drawn_among_the_other_powers(database: Engine, world: World) -> None:
    viewer = Viewer(database.url, TOKEN, *BATTERY, interval="5m")
    assert picture(viewer.panel(BOARDS["today"], "Power")) == {"battery": {BATTERY[0]: 200.0}}


def test_a_charge_that_goes_on_after_a_phase_switch_was_not_started_anew(world: World) -> None:
    """The day has both, so the number of starts tells them apart."""
    draws = world.day.truth.car_w > 0
    assert 1 < world.starts() < int((draws[1:] & ~draws[:-1]).sum())


def test_the_time_in_each_reason_is_that_of_the_session(database: Engine, world: World) -> None:
    viewer = Viewer(database.url, TOKEN, DAY.midnight - timedelta(minutes=1), TODAY[1])
    (reasons,) = viewer.panel(BOARDS["control-quality"], "Time in each reason")
    known = {column: seconds for column in reasons.columns for seconds in reasons.known(column)}
    assert sum(known.values()) == pytest.approx(DAY_S + 600, abs=60)
    stale_s = known["sum_reason_stale_stop_s"] + known["sum_reason_stale_hold_s"]
    assert 0 < stale_s < len(SILENT_S)
    charges = {"following_sun", "at_minimum", "at_maximum", "stopping_soon", "switching_phases", "started"}
    charging_s = sum(known.get(f"sum_reason_{reason}_s", 0) for reason in charges)
    assert charging_s == pytest.approx(float((world.day.truth.car_w > 0).sum()), rel=0.15)


def test_marks_are_the_changes_that_matter_in_both_languages(today: Viewer) -> None:
    texts = {}
    for language in LANGUAGES:
        board = DASHBOARDS[0].json(language)
        (mark,) = board["annotations"]["list"]  # type: ignore[index]
        (rows,) = today.ask(mark["target"]["query"])
        assert not {*rows.columns["reason"]} & {*STEADY}
        assert "started" in rows.columns["reason"]
        texts[language] = rows.columns[f"text_{language}"]
    assert len(texts["en"]) == len(texts["de"]) < 100
    assert all(en and de and en != de for en, de in zip(texts["en"], texts["de"], strict=True))


def test_each_of_two_wattpilots_is_seen_by_itself(database: Engine, world: World) -> None:
    board, two_boxes_wh = BOARDS["charger"], world.quarter.counted_wh
    assert len({*two_boxes_wh.values()}) == 2
    for wattpilot_id, counted_wh in two_boxes_wh.items():
        choices = {"house": "2", "inverter": "1", "wattpilot": str(wattpilot_id)}
        viewer = Viewer(database.url, TOKEN, NOON, NOON + QUARTER, choices, "10s")
        assert viewer.value(board, "Energy") == pytest.approx(counted_wh / 1000, abs=0.02)
        assert viewer.value(board, "Errors") == (3 if wattpilot_id == 1 else 0)
        assert {answer.tags["result"] for answer in viewer.panel(board, "Answers to setpoints")} >= {"stored"}


def test_both_wattpilots_of_a_house_are_in_its_day(database: Engine, world: World) -> None:
    """But for the minutes in which one of them was out of sight: then nobody knows what cars took."""
    viewer = Viewer(database.url, TOKEN, NOON.replace(hour=0), NOON, {"house": "2", "inverter": "1", "wattpilot": "1"})
    car_kwh = viewer.value(BOARDS["today"], "Into cars")
    assert car_kwh is not None
    counted_wh = world.quarter.counted_wh.values()
    assert max(counted_wh) < 1000 * car_kwh < sum(counted_wh)


def test_costs_are_named_by_the_currency_that_the_house_has_now(database: Engine, world: World, tmp_path: Path) -> None:
    """The simulated house has the currency of its configuration; another one has changed it, and was counted since."""
    said = Said()
    for day, currency in enumerate((None, "EUR", "CHF")):
        at = NOON + timedelta(days=day)
        total = DayTotal(day=f"{at:%Y-%m-%d}", began_at=at, import_wh=1, import_price=1, currency=currency)
        said.say(at, "sunpilot/house/77/day", total)
    said.record(database, tmp_path)
    query = dict(questions(BOARDS["energy"]))["currency"]
    for house, currency in (("1", "EUR"), ("77", "CHF"), ("78", None)):
        viewer = Viewer(database.url, TOKEN, NOON, NOON + QUARTER, {"house": house})
        found = [value for answer in viewer.ask(query) for column in answer.columns.values() for value in column]
        assert found == ([] if currency is None else [currency])


def test_shares_of_nothing_are_unknown_and_not_zero(database: Engine, tmp_path: Path) -> None:
    """A day without sun, without a car and without consumption that is known; x / 0 would be 0 in InfluxQL."""
    began_at = DAY.midnight + timedelta(days=100)
    total = DayTotal(day="2026-09-11", began_at=began_at, measured_s=600, import_wh=100)
    said = Said()
    said.say(began_at, "sunpilot/house/1/day", total)
    said.record(database, tmp_path)
    viewer = Viewer(database.url, TOKEN, began_at, began_at + timedelta(days=1))
    assert viewer.value(BOARDS["today"], "Bought") == pytest.approx(0.1)
    assert viewer.value(BOARDS["today"], "Sun") is None
    for name, title in (
        ("today", "… of it sun"),
        ("today", "Self-sufficiency"),
        ("energy", "Self-consumption"),
        ("energy", "Self-sufficiency"),
        ("energy", "Cars' share of sun"),
        ("energy", "Cost in $currency"),
        ("control-quality", "Mean |grid| while charging"),
        ("control-quality", "Score"),
        ("control-quality", "Charged for"),
    ):
        assert viewer.value(BOARDS[name], title) is None, title
