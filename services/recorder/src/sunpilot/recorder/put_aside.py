"""The file of points that the database refuses for good, in its own protocol: what is in it can be written again."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sunpilot.recorder.segment import write_through

LIMIT_BYTES = 4 * 1024 * 1024
"""What comes after is only counted."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line, and why the database does not take it."""

    line: bytes
    why: str


def put_aside(file: Path, refused: Sequence[Refused]) -> None:
    """Append the lines, each after its reason as a comment, all or none; raises OSError."""
    if not refused or (file.exists() and file.stat().st_size >= LIMIT_BYTES):
        return
    with file.open("ab", buffering=0) as out:
        size = out.tell()
        try:
            write_through(out, b"".join(f"# {one.why}\n".encode() + one.line + b"\n" for one in refused))
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(out.fileno(), size)
            raise
