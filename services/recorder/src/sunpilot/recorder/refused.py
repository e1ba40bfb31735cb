"""Points that the database refuses for good, and the file that keeps them in its own protocol: what is in it can be
written again.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sunpilot.contract.service import Refusal
from sunpilot.recorder.loss import Cause, Loss
from sunpilot.recorder.point import line_time
from sunpilot.recorder.segment import write_through

LIMIT_BYTES = 4 * 1024 * 1024
"""What comes after is lost."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line, and why the database does not take it: in its own words, and what they mean."""

    line: bytes
    why: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Remnant:
    """What was refused of a batch, at ``at``, for what: ``kept`` lines are in the file, ``loss`` is the rest."""

    refusal: Refusal
    at: datetime
    kept: int
    loss: Loss | None = None

    @property
    def lines(self) -> int:
        """All that was refused."""
        return self.kept + (self.loss.lines if self.loss is not None else 0)


def put_aside(file: Path, refused: Sequence[Refused], at: datetime) -> Remnant | None:
    """Append the lines, each after its reason as a comment, all or none; None where there are none. Raises OSError."""
    if not refused:
        return None
    refusal = refused[-1].refusal
    if file.exists() and file.stat().st_size >= LIMIT_BYTES:
        times = [line_time(one.line) for one in refused]
        return Remnant(refusal, at, 0, Loss(Cause.REFUSED, len(times), min(times), max(times)))
    with file.open("ab", buffering=0) as out:
        size = out.tell()
        try:
            write_through(out, b"".join(f"# {one.why}\n".encode() + one.line + b"\n" for one in refused))
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(out.fileno(), size)
            raise
    return Remnant(refusal, at, len(refused))
