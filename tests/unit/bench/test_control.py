"""The control benchmark's own parts, against what can be counted by hand or tried out in full."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.control.day import DaysError, from_folder, generated
from bench.control.meter import METERS, Meter
from bench.control.oracle import oracle
from bench.control.plant import Command, Plant
from bench.control.rivals import EvccLike, Naive
from bench.control.score import COLUMNS, READINGS, Row
from bench.control.simulation import driven, rivalled, undisturbed
from bench.table import show
from sunpilot.controller.rule import Rule

CLEAR = next(day for day in generated() if day.weather == "clear")
LOCAL = METERS[0]


def test_a_start_takes_its_dead_time_its_delay_and_its_ramp() -> None:
    plant = Plant(100, pause_s=120)
    plant.order(10, Command(8, 1))
    assert plant.power_w[35] == 0  # 10 + 6 + 20 = 36: the first current
    assert plant.power_w[36:42].tolist() == [0, 460, 920, 1380, 1840, 1840]  # 2 A each second
    assert (plant.starts, plant.phase_switches, len(plant.orders)) == (1, 0, 1)


def test_a_change_of_phases_interrupts_for_its_pause_and_a_start() -> None:
    plant = Plant(400, pause_s=120)
    plant.order(0, Command(16, 1))
    plant.order(100, Command(6, 3))
    assert plant.power_w[105] == 3680
    assert plant.power_w[106 : 106 + 140].max() == 0
    assert plant.power_w[260] == 4140
    assert plant.phase_switches == 1


def test_a_stop_and_an_unchanged_command() -> None:
    plant = Plant(200, pause_s=30)
    plant.order(0, Command(6, 1))
    plant.order(50, Command(6, 1))
    plant.order(60, Command(None, 1))
    assert plant.power_w[65] == 1380
    assert plant.power_w[66:].max() == 0
    assert len(plant.orders) == 2


def brute_force(surplus_w: NDArray[np.float64], gap_s: int) -> float:
    """The least mean |grid| over all courses of off and on (one phase), a start taking ``gap_s`` and 5 Wh."""
    nearest_w = np.clip(np.round(surplus_w / 230), 6, 16) * 230
    best = float("inf")
    for course in itertools.product((0, 1), repeat=len(surplus_w)):
        cost, ready = 0.0, 0
        for second, on in enumerate(course):
            if on and (second == 0 or not course[second - 1]):
                cost, ready = cost + 5 * 3600, second + gap_s
            charges = on and second >= ready
            cost += abs(surplus_w[second] - (nearest_w[second] if charges else 0))
        best = min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_oracle_is_no_worse_than_every_course_that_can_be_tried(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.control.oracle.START_S", 2)
    surplus_w = np.random.default_rng(seed).uniform(-1000, 3300, size=12) * 8  # strong enough that a start may pay
    plan = oracle(np.minimum(surplus_w, 3600.0), pause_s=10_000)
    reached = float(np.abs(np.minimum(surplus_w, 3600.0) - plan.power_w).sum()) + plan.starts * 5 * 3600
    assert reached == pytest.approx(brute_force(np.minimum(surplus_w, 3600.0), 2), abs=1e-6)


def test_nobody_beats_the_oracle_and_the_policy_beats_the_rivals() -> None:
    own = driven(CLEAR, LOCAL, Rule(pause_s=120), 120, seed=1)
    evcc_like = rivalled(CLEAR, LOCAL, EvccLike, 30, 120, seed=1)
    naive = rivalled(CLEAR, LOCAL, Naive, 5, 120, seed=1)
    best = oracle(CLEAR.surplus_w, 120)
    least_w = float(np.abs(best.power_w - CLEAR.surplus_w).mean())
    assert least_w < own.mean_abs_grid_w < evcc_like.mean_abs_grid_w < naive.mean_abs_grid_w
    assert naive.mean_abs_grid_w < undisturbed(CLEAR).mean_abs_grid_w


def test_the_energies_of_a_result_balance() -> None:
    result = driven(CLEAR, LOCAL, Rule(), 30, seed=1)
    net_kwh = float(CLEAR.surplus_w.sum()) / 3.6e6
    assert result.charged_kwh - net_kwh == pytest.approx(result.import_kwh - result.export_kwh)


def test_a_paced_cloud_spends_its_three_hundred_calls_while_the_car_is_there() -> None:
    cloud = next(meter for meter in METERS if meter.name == "cloud-180s")
    arrivals = list(cloud.paced.arrivals(13 * 3600, seed=1))
    assert len(arrivals) == 300
    ages_s = [arrives - true for arrives, true in arrivals]
    assert (min(ages_s), max(ages_s)) == (2, 62)


def test_a_cloud_without_a_budget_that_binds_is_asked_at_the_floor_and_the_table_counts_it() -> None:
    cloud = next(meter for meter in METERS if meter.name == "cloud-300s")
    day_s = 13 * 3600
    assert {arrives - true for arrives, true in cloud.paced.arrivals(day_s, seed=1)} == {60}
    assert cloud.readings(day_s) == 156  # from second 60 on, one in 300 s
    assert cloud.paced.readings(day_s) == 624  # one in 75 s


def test_the_readings_stand_beside_the_table_and_not_in_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bench.table.OUT", tmp_path)
    cells = Row("cloud-300s", "sunpilot", [undisturbed(CLEAR)], readings=624).cells(none_w=2.0, oracle_w=1.0)
    show("Control", COLUMNS, [cells], "control.csv", for_the_eye=(READINGS,))
    assert capsys.readouterr().out.splitlines()[4].split()[-1] == "624"
    assert (tmp_path / "control.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
    assert [len(line.split(",")) for line in (tmp_path / "control.csv").read_text().splitlines()] == [10, 10]


def test_an_average_comes_after_its_window_is_over() -> None:
    meter = Meter("average", 900, (120, 120), window_s=900)
    assert list(meter.arrivals(3000, seed=1)) == [(1020, 900), (1920, 1800), (2820, 2700)]


def test_not_to_know_the_age_of_a_value_by_ten_seconds_costs_little() -> None:
    """The appliances of the day must not look like the car: that would swing."""
    day = [day for day in generated() if day.weather == "clear"][1]
    known, unknown = (
        driven(day, Meter("", 5, age_s), Rule(), 30, seed=1).mean_abs_grid_w for age_s in ((5, 5), (0, 10))
    )
    assert unknown < 1.02 * known


def test_a_folder_without_days_is_refused_with_what_it_must_hold(tmp_path: Path) -> None:
    with pytest.raises(DaysError, match=r"needed are days\.csv\.gz"):
        from_folder(tmp_path)


def test_days_of_a_folder_are_held_by_the_minute_and_joined_between_its_middles(tmp_path: Path) -> None:
    rows = "\n".join(f"any-2016-06-01,{minute * 60},{minute},{minute * 2}" for minute in range(1440))
    with gzip.open(tmp_path / "days.csv.gz", "wt") as file:
        file.write(f"day,t_s,pv_w,load_w\n{rows}\n")
    (tmp_path / "index.csv").write_text("day,class\nany-2016-06-01,clear\n")
    (day,) = from_folder(tmp_path)
    assert day.weather == "clear"
    assert day.midnight.isoformat() == "2016-05-31T22:00:00+00:00"
    assert day.pv_w[30:91:30].tolist() == [420, 420.5, 421]  # 7:00:30, 7:01:00, 7:01:30
    assert day.load_w[[0, 59, 60]].tolist() == [840, 840, 842]
