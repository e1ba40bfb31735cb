"""A table for the eye, and the same as CSV in bench/out."""

import csv
from collections.abc import Sequence
from pathlib import Path

OUT = Path(__file__).parent / "out"


def show(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], file: str, for_the_eye: Sequence[str] = ()
) -> None:
    """Print rows under a title, and write them to bench/out/<file>: all but the last columns, ``for_the_eye``."""
    text = [[*columns, *for_the_eye], *[[str(value) for value in row] for row in rows]]
    widths = [max(len(row[place]) for row in text) for place in range(len(text[0]))]
    print(f"\n{title}\n")
    for row in text:
        print("  " + "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())
    OUT.mkdir(exist_ok=True)
    with (OUT / file).open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(row[: len(columns)] for row in text)
    print(f"\n  written to bench/out/{file}")
