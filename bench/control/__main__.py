"""``python -m bench.control [--days FOLDER] [--pause SECONDS]``: the score table, a CSV and a picture."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from bench.control.day import Day, DaysError, from_folder, generated
from bench.control.meter import METERS
from bench.control.picture import draw
from bench.control.score import COLUMNS, READINGS, Row, compare, table
from bench.control.simulation import Result
from bench.table import OUT, show


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench-control", description=__doc__)
    parser.add_argument("--days", type=Path, help="a folder with days.csv.gz and index.csv; without it, generated days")
    parser.add_argument("--pause", type=int, default=120, help="seconds without current while the phases change")
    options = parser.parse_args(arguments)
    try:
        days = generated() if options.days is None else from_folder(options.days)
    except DaysError as error:
        parser.error(str(error))
    begin_s = time.perf_counter()
    rows = compare(days, options.pause)
    took_s = time.perf_counter() - begin_s
    origin = "generated days" if options.days is None else f"days of {options.days}"
    title = f"Control: {len(days)} {origin}, phase pause {options.pause} s; per day"
    show(title, COLUMNS, table(rows), "control.csv", for_the_eye=(READINGS,))
    driven = len(days) * len(METERS) * len({row.controller for row in rows})
    print(f"  {driven} days (one per meter and controller) in {took_s:.0f} s: {driven / took_s * 60:.0f} a minute")
    draw(_shown(days, rows), OUT / "control.png")
    print("  drawn in bench/out/control.png")


def _shown(days: Sequence[Day], rows: Sequence[Row]) -> list[tuple[Day, Result]]:
    """The first clear day and the first broken one (else simply the first), on the first meter."""
    own = next(row for row in rows if row.controller == "sunpilot")
    picked = {next((place for place, day in enumerate(days) if day.weather == sky), 0) for sky in ("clear", "broken")}
    return [(days[place], own.results[place]) for place in sorted(picked)]


if __name__ == "__main__":
    main()
