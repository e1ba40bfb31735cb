"""A recorded day: PV and household load by the minute, from a CSV file with the columns day, t_s, pv_w, load_w.

`t_s` counts seconds from local midnight, one row a minute, each a mean over its minute. PV runs linearly from the
middle of one minute to the middle of the next; the load is held.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import isfinite
from pathlib import Path

MINUTES = 1440
COLUMNS = ("day", "t_s", "pv_w", "load_w")


class DayFileError(ValueError):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """One recorded day, repeated on every date: minute means in W from local midnight of `zone`."""

    pv_minutes_w: tuple[float, ...]
    load_minutes_w: tuple[float, ...]
    zone: tzinfo

    def pv_w(self, at: datetime) -> float:
        """PV power in W at the aware time `at`."""
        minutes = self._minutes(at) - 0.5
        left = max(0, int(minutes))
        right = min(MINUTES - 1, left + 1)
        share = min(1.0, max(0.0, minutes - left))
        return self.pv_minutes_w[left] * (1 - share) + self.pv_minutes_w[right] * share

    def load_w(self, at: datetime) -> float:
        """Household load in W at the aware time `at`, without the car."""
        return self.load_minutes_w[int(self._minutes(at))]

    def _minutes(self, at: datetime) -> float:
        local = at.astimezone(self.zone)
        return local.hour * 60 + local.minute + (local.second + local.microsecond / 1e6) / 60


def read_day(path: Path, day: str, zone: tzinfo) -> RecordedDay:
    """Read `day` from a plain or gzip-packed CSV file; raises `DayFileError`."""
    minutes: dict[int, tuple[float, float]] = {}
    days: set[str] = set()
    try:
        for line, row in _rows(path):
            days.add(row["day"])
            if row["day"] == day:
                t_s, pv_w, load_w = _numbers(path, line, row)
                minutes[int(t_s) // 60] = (pv_w, load_w)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DayFileError(f"{path} cannot be read as CSV: {error}") from error
    if not minutes:
        raise DayFileError(f"{path} has no day {day!r}; it has {', '.join(sorted(days)) or 'no days at all'}")
    missing = [minute for minute in range(MINUTES) if minute not in minutes]
    if missing:
        raise DayFileError(f"{path}, day {day}: {len(missing)} minutes are missing, first at t_s {missing[0] * 60}")
    ordered = [minutes[minute] for minute in range(MINUTES)]
    return RecordedDay(tuple(pv_w for pv_w, _ in ordered), tuple(load_w for _, load_w in ordered), zone)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their line numbers, once the heading is known to be right."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rt", newline="") if packed else path.open(newline="") as text:
        reader = csv.DictReader(text, restval="")
        absent = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if absent:
            raise DayFileError(f"{path} lacks the columns {', '.join(absent)}; needed are {', '.join(COLUMNS)}")
        for row in reader:
            yield reader.line_num, row


def _numbers(path: Path, line: int, row: dict[str, str]) -> tuple[float, float, float]:
    try:
        t_s, pv_w, load_w = float(row["t_s"]), float(row["pv_w"]), float(row["load_w"])
    except ValueError as error:
        raise DayFileError(f"{path}, line {line}: {error}") from error
    if not (isfinite(pv_w) and isfinite(load_w) and 0 <= t_s < MINUTES * 60):
        raise DayFileError(f"{path}, line {line}: t_s must lie in 0..86399, pv_w and load_w be finite")
    return t_s, pv_w, load_w
