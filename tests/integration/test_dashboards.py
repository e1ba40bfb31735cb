"""Every panel of every dashboard, asked of a real database that the recorder filled: what the simulated house did.

One day of the real controller, in step with a simulated charger and car, with a meter that gives means of a minute and
is silent for an hour; and a quarter of an hour of the whole swarm with two Wattpilots. Neither has a home battery. What
is expected is computed here from the simulator's own powers: to rounding from the means that the meter can tell, and
with what those hide, for import and export within a minute cancel out, from what flowed second by second.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import SecretStr

from bench.control.day import Day, generated
from bench.control.meter import Meter
from grafana.catalogue import DASHBOARDS
from grafana.language import LANGUAGES
from grafana.today import STEADY
from sunpilot.contract.history import DayTotal
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import Recording as Counts
from sunpilot.contract.service import ServiceState
from sunpilot.contract.topics import Topics
from sunpilot.recorder.influx import Influx
from sunpilot.recorder.point import Point
from sunpilot.recorder.points import Points
from sunpilot.runtime.bus import Delivery, matches
from tests.support.grafana_viewer import Answer, Viewer
from tests.support.influx_engine import BUCKET, TOKEN, Engine, influx_engine
from tests.support.lockstep import lived
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

Json = dict[str, Any]
Powers = NDArray[np.float64]

SECONDS = 30_000
"""From seven in the morning until the afternoon."""


def until_the_afternoon(day: Day) -> Day:
    return replace(day, pv_w=day.pv_w[:SECONDS], load_w=day.load_w[:SECONDS])


DAY = until_the_afternoon(next(day for day in generated() if day.weather == "broken"))
SILENT_S = range(20_000, 23_600)
NOON = datetime(2026, 6, 21, 12, tzinfo=ZONE)
IMPORT_PRICE, FEED_IN_PRICE = 0.32, 0.08
"""Those that a house has unless it is told others."""

EXACT = 1e-6
"""Only rounding lies between what was measured and what is shown."""

BOARDS: dict[str, Json] = {dashboard.name: dashboard.json("en") for dashboard in DASHBOARDS}


class Interrupted(Meter):
    """A meter that is silent for a while."""

    def arrivals(self, seconds: int, seed: int) -> Iterator[tuple[int, int]]:
        return ((arrives_s, true_s) for arrives_s, true_s in super().arrivals(seconds, seed) if true_s not in SILENT_S)


METER = Interrupted("means of a minute", 60, (1, 1), window_s=60)


@dataclass(frozen=True, slots=True)
class Truth:
    """What really flowed, in W by the second; ``known`` are the seconds that readings speak for."""

    car_w: Powers
    known: NDArray[np.bool_]

    @property
    def grid_w(self) -> Powers:
        return DAY.load_w + self.car_w - DAY.pv_w

    @property
    def car_from_grid_w(self) -> Powers:
        return np.minimum(self.car_w, np.maximum(self.grid_w, 0))

    def kwh(self, power_w: Powers) -> float:
        return float(power_w[self.known].sum()) / 3.6e6

    def metered(self) -> "Metered":
        """What a perfect meter with means of a minute would tell."""

        def means(power_w: Powers) -> Powers:
            return np.repeat(power_w.reshape(-1, 60).mean(axis=1), 60)

        return Metered(means(self.grid_w)[self.known], means(self.car_w)[self.known])


@dataclass(frozen=True, slots=True)
class Metered:
    """Means of a minute in W, one for each known second."""

    grid_w: Powers
    car_w: Powers

    @property
    def bought_kwh(self) -> float:
        return float(np.maximum(self.grid_w, 0).sum()) / 3.6e6

    @property
    def sold_kwh(self) -> float:
        return float(np.maximum(-self.grid_w, 0).sum()) / 3.6e6

    @property
    def car_from_grid_kwh(self) -> float:
        return float(np.minimum(self.car_w, np.maximum(self.grid_w, 0)).sum()) / 3.6e6


class Recording:
    """Points made by the recorder from all that it hears."""

    def __init__(self) -> None:
        self._points = Points(Topics())
        self.made: list[Point] = []

    def hear(self, at: datetime, delivery: Delivery) -> None:
        if any(matches(topic_filter, delivery.topic) for topic_filter in self._points.filters):
            point = self._points.point(delivery.topic, delivery.payload, at)
            if point is not None:
                self.made.append(point)

    def write(self, engine: Engine) -> None:
        database = Influx(engine.url, "sunpilot", BUCKET, lambda: SecretStr(TOKEN))
        for first in range(0, len(self.made), 5000):
            answer = database.write([point.line() for point in self.made[first : first + 5000]])
            assert answer.status == 204, answer


def known_seconds() -> NDArray[np.bool_]:
    """A reading speaks for the time since the one before or, after more than 15 minutes, for its own minute."""
    known = np.zeros(SECONDS, dtype=bool)
    times = (true_s for _, true_s in METER.arrivals(SECONDS, seed=1))
    for before_s, at_s in pairwise((0, *times)):
        known[before_s if at_s - before_s <= 900 else at_s - 60 : at_s] = True
    return known


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    with influx_engine() as server:
        yield server


@pytest.fixture(scope="module")
def truth(database: Engine) -> Truth:
    """The day, recorded."""
    recording = Recording()
    plant = lived(DAY, METER, SECONDS, hear=recording.hear)
    recording.write(database)
    return Truth(plant.power_w, known_seconds())


@pytest.fixture(scope="module")
def two_boxes_wh(database: Engine) -> dict[int, float]:
    """A quarter of an hour with two Wattpilots, one unplugged half-way, recorded: what each of them counted."""
    recording = Recording()

    async def main() -> dict[int, float]:
        swarm = VirtualSwarm(NOON, wattpilots=2)
        bus = swarm.broker.client()
        bus.subscribe("#", lambda delivery: recording.hear(swarm.clock.now(), delivery))
        bus.connect()
        async with swarm.running():
            await asyncio.sleep(450)
            swarm.boxes[2].unplug()
            await asyncio.sleep(450)
            return {wattpilot_id: box.energy_wh for wattpilot_id, box in swarm.boxes.items()}

    counted_wh = run(main())
    recording.write(database)
    return counted_wh


@pytest.fixture
def today(database: Engine, truth: Truth) -> Viewer:
    """Who looks at that day, as the dashboard Today opens."""
    return Viewer(database.url, TOKEN, DAY.midnight, DAY.midnight + timedelta(days=1))


@pytest.fixture
def month(database: Engine, truth: Truth) -> Viewer:
    """Who looks at thirty days that end with it."""
    return Viewer(
        database.url, TOKEN, DAY.midnight - timedelta(days=29), DAY.midnight + timedelta(days=1), interval="1h"
    )


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


@pytest.mark.parametrize("interval", ["10s", "6h"])
def test_the_database_understands_every_question(today: Viewer, two_boxes_wh: dict[int, float], interval: str) -> None:
    noon = (NOON, NOON + timedelta(minutes=15), {**today.choices, "house": "2"})
    answered, asked = set(), set()
    for name, board in BOARDS.items():
        for who, query in questions(board):
            asked.add((name, who))
            for since, until, choices in ((today.since, today.until, today.choices), noon):
                if Viewer(today.url, TOKEN, since, until, choices, interval).ask(query):
                    answered.add((name, who))
    assert asked - answered == {  # there is no home battery, and no recorder speaks on those buses
        ("today", "Home battery"),
        ("energy", "Home battery, by day"),
        ("system", "Waiting for the database"),
        ("system", "Messages recorded"),
        ("system", "Not in the history"),
    }


def test_where_nothing_is_recorded_nothing_is_shown_and_no_zero(today: Viewer) -> None:
    before = Viewer(today.url, TOKEN, today.since - timedelta(days=9), today.since - timedelta(days=8))
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            if panel.get("timeFrom") is None:
                assert numbers(before.panel(board, panel["title"])) == [], (name, panel["title"])


def test_the_figures_of_today_are_those_of_the_house(today: Viewer, truth: Truth) -> None:
    board, metered = BOARDS["today"], truth.metered()
    car_kwh, load_kwh = truth.kwh(truth.car_w), truth.kwh(DAY.load_w + truth.car_w)
    for title, expected in (
        ("Sun", truth.kwh(DAY.pv_w)),
        ("Into cars", car_kwh),
        ("Bought", metered.bought_kwh),
        ("Sold", metered.sold_kwh),
        ("… of it sun", 100 - 100 * metered.car_from_grid_kwh / car_kwh),
        ("Self-sufficiency", 100 - 100 * metered.bought_kwh / load_kwh),
    ):
        assert today.value(board, title) == pytest.approx(expected, rel=EXACT), title


def test_means_of_a_minute_hide_but_little_of_what_really_flowed(today: Viewer, truth: Truth) -> None:
    """And always in one direction: less is bought and sold, and the shares look better."""
    board = BOARDS["today"]
    for title, power_w in (("Bought", truth.grid_w), ("Sold", -truth.grid_w)):
        shown_kwh = today.value(board, title)
        assert shown_kwh is not None
        assert 0.95 <= shown_kwh / truth.kwh(np.maximum(power_w, 0)) <= 1, title
    bought_kwh, load_kwh = truth.kwh(np.maximum(truth.grid_w, 0)), truth.kwh(DAY.load_w + truth.car_w)
    for title, true_pct in (
        ("… of it sun", 100 - 100 * truth.kwh(truth.car_from_grid_w) / truth.kwh(truth.car_w)),
        ("Self-sufficiency", 100 - 100 * bought_kwh / load_kwh),
    ):
        shown_pct = today.value(board, title)
        assert shown_pct is not None
        assert 0 <= shown_pct - true_pct <= 0.6, title


def test_energy_adds_up_days_and_prices(month: Viewer, truth: Truth) -> None:
    board, metered = BOARDS["energy"], truth.metered()
    pv_kwh, car_kwh = truth.kwh(DAY.pv_w), truth.kwh(truth.car_w)
    car_sun_kwh = car_kwh - metered.car_from_grid_kwh
    for title, expected in (
        ("Sun", pv_kwh),
        ("Self-consumption", 100 - 100 * metered.sold_kwh / pv_kwh),
        ("Cost", metered.bought_kwh * IMPORT_PRICE - metered.sold_kwh * FEED_IN_PRICE),
        ("Saved by charging from the sun", car_sun_kwh * (IMPORT_PRICE - FEED_IN_PRICE)),
    ):
        assert month.value(board, title) == pytest.approx(expected, rel=EXACT), title
    (bars,) = month.panel(board, "What the house lived on, by day")
    assert list(bars.times) == [DAY.midnight]
    assert bars.known("bought") == [pytest.approx(metered.bought_kwh)]
    assert bars.known("own") == [pytest.approx(truth.kwh(DAY.load_w + truth.car_w) - metered.bought_kwh)]
    (covered,) = month.panel(board, "How much of each day is known")
    assert covered.known("known") == [pytest.approx(truth.known.sum() / 864)]


def test_the_months_are_rows_that_join_by_month(month: Viewer, truth: Truth) -> None:
    answers = month.panel(BOARDS["energy"], "Months")
    assert [dict(answer.tags) for answer in answers] == [{"month": f"{DAY.at(0):%Y-%m}"}] * 4
    assert answers[0].known("pv") == [pytest.approx(truth.kwh(DAY.pv_w), rel=EXACT)]
    share_pct = 100 - 100 * truth.metered().car_from_grid_kwh / truth.kwh(truth.car_w)
    assert answers[3].known("car_sun") == [pytest.approx(share_pct, rel=EXACT)]


def test_power_is_drawn_as_it_was_and_the_silent_hour_is_a_gap(today: Viewer, truth: Truth) -> None:
    flow, car = today.panel(BOARDS["today"], "Power")  # the third question has no answer: there is no home battery
    by_minute: dict[str, list[tuple[int, float]]] = {"sun": [], "grid": []}
    for column, drawn in by_minute.items():
        for time, value in zip(flow.times, flow.columns[column], strict=True):
            second = int((time - DAY.at(0)).total_seconds())
            if value is None:
                assert second < 60 or second >= SECONDS - 60 or second in SILENT_S
            else:
                assert isinstance(value, float | int)
                drawn.append((second, float(value)))
    for column, power_w in (("sun", DAY.pv_w), ("grid", truth.grid_w)):
        assert len(by_minute[column]) == len(list(METER.arrivals(SECONDS, seed=1)))
        for second, value_w in by_minute[column]:
            assert value_w == pytest.approx(float(power_w[second - 60 : second].mean()), abs=0.1)
    assert max(car.known("car")) == pytest.approx(float(truth.car_w.max()), rel=0.01)


def test_the_timeline_of_reasons_begins_with_the_one_that_held_before(today: Viewer) -> None:
    noon = Viewer(today.url, TOKEN, DAY.at(20_000), DAY.at(SECONDS))
    (before, changes) = noon.panel(BOARDS["today"], "Why")
    assert len(before.times) == 1
    assert timedelta() <= noon.since - before.times[0] <= timedelta(seconds=11)
    assert before.columns["reason"][0] != changes.columns["reason"][0]
    assert before.times[0] < changes.times[0]
    assert "stale_stop" in changes.columns["reason"]


def test_control_quality_is_the_grid_while_the_car_drew(month: Viewer, truth: Truth) -> None:
    board, metered = BOARDS["control-quality"], truth.metered()
    draws = metered.car_w >= 100
    with_w, without_w = (
        float(np.abs(power_w[draws]).mean()) for power_w in (metered.grid_w, metered.grid_w - metered.car_w)
    )
    for title, expected in (
        ("Charged for", float(draws.sum())),
        ("Mean |grid| while charging", with_w),
        ("… without the car", without_w),
        ("Score", 100 - 100 * with_w / without_w),
    ):
        assert month.value(board, title) == pytest.approx(expected, rel=EXACT), title


def test_the_time_in_each_reason_is_that_of_the_session(month: Viewer, truth: Truth) -> None:
    (reasons,) = month.panel(BOARDS["control-quality"], "Time in each reason")
    known = {column: seconds for column in reasons.columns for seconds in reasons.known(column)}
    assert sum(known.values()) == pytest.approx(SECONDS, abs=60)
    stale_s = known["sum_reason_stale_stop_s"] + known["sum_reason_stale_hold_s"]
    assert 0 < stale_s < len(SILENT_S)
    charges = {"following_sun", "at_minimum", "at_maximum", "stopping_soon", "switching_phases", "started"}
    charging_s = sum(known.get(f"sum_reason_{reason}_s", 0) for reason in charges)
    assert charging_s == pytest.approx(float((truth.car_w > 0).sum()), rel=0.15)


def test_a_charge_that_goes_on_after_a_phase_switch_was_not_started_anew(today: Viewer, truth: Truth) -> None:
    """A switch pauses for less than a minute, a stop rests for longer."""
    draws = truth.car_w > 0
    begins, ends = (np.flatnonzero(edge) for edge in (draws[1:] & ~draws[:-1], ~draws[1:] & draws[:-1]))
    rests = begins[1:] - ends[: len(begins) - 1] > 60
    starts = 1 + int(rests.sum())
    assert 1 < starts < len(begins)
    assert today.value(BOARDS["charger"], "Starts") == starts
    (sessions,) = today.panel(BOARDS["energy"], "Charging sessions")
    assert sessions.known("starts") == [starts]


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


def test_each_of_two_wattpilots_is_seen_by_itself(database: Engine, two_boxes_wh: dict[int, float]) -> None:
    board = BOARDS["charger"]
    assert len({*two_boxes_wh.values()}) == 2
    for wattpilot_id, counted_wh in two_boxes_wh.items():
        choices = {"house": "2", "inverter": "1", "wattpilot": str(wattpilot_id)}
        viewer = Viewer(database.url, TOKEN, NOON, NOON + timedelta(minutes=15), choices, "10s")
        assert viewer.value(board, "Energy") == pytest.approx(counted_wh / 1000, abs=0.02)
        (power,) = viewer.panel(board, "Power and phases")
        assert float(np.mean(power.known("power"))) * 0.25 == pytest.approx(counted_wh, rel=0.1)
        assert viewer.value(board, "Errors") == 0
        assert {answer.tags["result"] for answer in viewer.panel(board, "Answers to setpoints")} >= {"stored"}


def test_both_wattpilots_of_a_house_are_in_its_day(database: Engine, two_boxes_wh: dict[int, float]) -> None:
    viewer = Viewer(database.url, TOKEN, NOON.replace(hour=0), NOON, {"house": "2", "inverter": "1", "wattpilot": "1"})
    car_kwh = viewer.value(BOARDS["today"], "Into cars")
    assert car_kwh == pytest.approx(sum(two_boxes_wh.values()) / 1000, rel=0.1)


def test_shares_of_nothing_are_unknown_and_not_zero(database: Engine) -> None:
    """A day without sun, without a car and without consumption that is known; x / 0 would be 0 in InfluxQL."""
    began_at = DAY.midnight + timedelta(days=100)
    total = DayTotal(day="2026-09-11", began_at=began_at, measured_s=600, import_wh=100)
    recording = Recording()
    recording.hear(began_at, Delivery("sunpilot/house/1/day", total.encode(), retained=False))
    recording.write(database)
    viewer = Viewer(database.url, TOKEN, began_at, began_at + timedelta(days=1))
    assert viewer.value(BOARDS["today"], "Bought") == pytest.approx(0.1)
    assert viewer.value(BOARDS["today"], "Sun") is None
    for name, title in (
        ("today", "… of it sun"),
        ("today", "Self-sufficiency"),
        ("energy", "Self-consumption"),
        ("energy", "Self-sufficiency"),
        ("energy", "Cars' share of sun"),
        ("energy", "Cost"),
        ("control-quality", "Mean |grid| while charging"),
        ("control-quality", "Score"),
        ("control-quality", "Charged for"),
    ):
        assert viewer.value(BOARDS[name], title) is None, title


def test_a_home_battery_has_its_pictures(database: Engine) -> None:
    at = DAY.midnight + timedelta(days=110)
    recording = Recording()
    total = DayTotal(day="2026-09-21", began_at=at, battery_charged_wh=7000, battery_discharged_wh=5000)
    recording.hear(at, Delivery("sunpilot/house/1/day", total.encode(), retained=False))
    for minute, battery_w in enumerate((1200.0, -800.0)):
        time = at + timedelta(minutes=minute)
        reading = Reading(source="meter", measured_at=time, received_at=time, battery_w=battery_w, soc_pct=55.0)
        recording.hear(time, Delivery("sunpilot/inverter/1/reading", reading.encode(), retained=False))
    recording.write(database)
    viewer = Viewer(database.url, TOKEN, at, at + timedelta(days=1))
    (stored,) = viewer.panel(BOARDS["energy"], "Home battery, by day")
    assert (stored.known("charged"), stored.known("discharged")) == ([7.0], [-5.0])
    flow = viewer.panel(BOARDS["today"], "Power")
    assert [answer.known("battery") for answer in flow if "battery" in answer.columns] == [[1200.0, -800.0]]
    assert numbers(viewer.panel(BOARDS["today"], "Home battery")) == [55.0, 55.0]


def test_what_the_recorder_says_of_itself_is_shown(database: Engine) -> None:
    at = DAY.midnight + timedelta(days=120)
    recording = Recording()
    for minute in range(3):
        time = at + timedelta(minutes=minute)
        counts = Counts(
            received=600 * minute, written=300 * minute, put_aside=2, lost=minute, spool_bytes=4096, oldest_s=9
        )
        state = ServiceState(online=True, version="1", started_at=at, uptime_s=60.0 * minute, recording=counts)
        recording.hear(time, Delivery("sunpilot/service/recorder/main", state.encode(), retained=False))
    recording.write(database)
    viewer = Viewer(database.url, TOKEN, at, at + timedelta(minutes=3))
    board = BOARDS["system"]
    (rates,) = viewer.panel(board, "Messages recorded")
    assert (rates.known("received"), rates.known("written")) == ([10.0, 10.0], [5.0, 5.0])
    (spool,) = viewer.panel(board, "Waiting for the database")
    assert (spool.known("bytes"), spool.known("oldest")) == ([4096.0] * 3, [9.0] * 3)
    (missing,) = viewer.panel(board, "Not in the history")
    assert (missing.known("aside"), missing.known("lost")) == ([2.0] * 3, [0.0, 1.0, 2.0])
    (online,) = viewer.panel(board, "Services")
    assert online.tags == {"service": "recorder", "instance": "main"}
    assert online.known("online") == [1.0] * 3
