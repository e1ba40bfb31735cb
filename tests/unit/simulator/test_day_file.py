"""Recorded days from CSV files, good and bad."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sunpilot.simulator.day_file import DayFileError, read_day

BERLIN = ZoneInfo("Europe/Berlin")
HEADING = "day,t_s,pv_w,load_w,volt"
ROWS = [f"sunny,{minute * 60},{minute * 10},{300 + minute},230.1" for minute in range(1440)]


def write(path: Path, *rows: str, heading: str = HEADING) -> Path:
    path.write_text("\n".join((heading, *rows)) + "\n")
    return path


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 1, 21, hour, minute, second, tzinfo=BERLIN)


def test_pv_runs_linearly_between_the_middles_of_minutes_and_load_is_held(tmp_path: Path) -> None:
    day = read_day(write(tmp_path / "days.csv", *ROWS), "sunny", BERLIN)
    assert day.pv_w(at(1, 0, 30)) == pytest.approx(600)
    assert day.pv_w(at(1, 1, 0)) == pytest.approx(605)
    assert day.load_w(at(1, 0, 0)) == day.load_w(at(1, 0, 59)) == 360


def test_the_day_begins_and_ends_with_its_first_and_last_minute(tmp_path: Path) -> None:
    day = read_day(write(tmp_path / "days.csv", *ROWS), "sunny", BERLIN)
    assert day.pv_w(at(0, 0)) == 0
    assert day.pv_w(at(23, 59, 59)) == 14390
    assert day.load_w(at(23, 59, 59)) == 300 + 1439


def test_time_is_counted_from_local_midnight(tmp_path: Path) -> None:
    day = read_day(write(tmp_path / "days.csv", *ROWS), "sunny", BERLIN)
    assert day.load_w(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == 305


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    plain = write(tmp_path / "days.csv", *ROWS)
    packed = tmp_path / "days.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_day(packed, "sunny", BERLIN) == read_day(plain, "sunny", BERLIN)


def test_a_missing_day_names_the_days_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "days.csv", *ROWS, "dull,0,1,2,230")
    with pytest.raises(DayFileError, match=r"no day 'rainy'; it has dull, sunny"):
        read_day(path, "rainy", BERLIN)


@pytest.mark.parametrize(
    ("rows", "heading", "message"),
    [
        (ROWS[:-1], HEADING, "1 minutes are missing, first at t_s 86340"),
        (ROWS, "day,t_s,power", "lacks the columns pv_w, load_w"),
        ([*ROWS, "sunny,60,bright,300,230"], HEADING, "line 1442: .*'bright'"),
        ([*ROWS, "sunny,60,nan,300,230"], HEADING, "line 1442: .*finite"),
        ([*ROWS, "sunny,86400,1,300,230"], HEADING, "line 1442: t_s must lie in"),
        ([*ROWS, "sunny,60"], HEADING, "line 1442: "),
        ([], "", "lacks the columns day"),
        ([], HEADING, "no days at all"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path: Path, rows: list[str], heading: str, message: str) -> None:
    with pytest.raises(DayFileError, match=message):
        read_day(write(tmp_path / "days.csv", *rows, heading=heading), "sunny", BERLIN)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DayFileError, match="cannot be read"):
        read_day(tmp_path / "none.csv", "sunny", BERLIN)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.binary(max_size=50).map(lambda tail: b"\x1f\x8b" + tail)))
def test_no_content_ends_in_anything_but_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "days.csv"
    path.write_bytes(content)
    with pytest.raises(DayFileError):
        read_day(path, "sunny", BERLIN)
