"""The ledger beside the spool: how far the database has taken it, and what became of everything."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from sunpilot.contract.message import Part, Utc
from sunpilot.contract.service import Refusal
from sunpilot.recorder.loss import Cause, Loss
from sunpilot.recorder.refused import Remnant


class Entry(Part):
    """``segment`` and ``offset`` are where the first line that waits begins. The counts are of lines: one a message.

    The lost ones lie between ``lost_from`` and ``lost_to``, by their points' times; ``lost_damaged`` and
    ``lost_refused`` are among them. ``refused_at`` and ``refused_for`` tell of the database's last refusal. ``gaps``
    counts how often the broker had forgotten this recorder.
    """

    segment: int = 0
    offset: int = 0
    written: int = 0
    put_aside: int = 0
    lost: int = 0
    lost_damaged: int = 0
    lost_refused: int = 0
    lost_from: Utc | None = None
    lost_to: Utc | None = None
    refused_at: Utc | None = None
    refused_for: Refusal | None = None
    gaps: int = 0


@dataclass(slots=True)
class Ledger:
    """The entry in its file. One that is missing or unreadable begins anew: then some lines are written twice, which
    makes no second point.
    """

    path: Path
    entry: Entry

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read it, or begin; raises OSError where the folder is not there."""
        try:
            return cls(path, Entry.model_validate_json(path.read_bytes()))
        except (FileNotFoundError, ValidationError):
            return cls(path, Entry())

    def change(self, **changes: object) -> None:
        """Correct the entry in memory."""
        self.entry = self.entry.model_copy(update=changes)

    def take(self, segment: int, offset: int, lines: int, remnant: Remnant | None) -> None:
        """Note in memory that the database has so many lines up to a place, all but the remnant of them."""
        self.change(segment=segment, offset=offset, written=self.entry.written + lines)
        if remnant is not None:
            self.change(
                written=self.entry.written - remnant.lines,
                put_aside=self.entry.put_aside + remnant.kept,
                refused_at=remnant.at,
                refused_for=remnant.refusal,
            )
            if remnant.loss is not None:
                self.lose(remnant.loss)

    def lose(self, loss: Loss) -> None:
        """Count a loss in memory."""
        entry = self.entry
        self.change(
            lost=entry.lost + loss.lines,
            lost_damaged=entry.lost_damaged + (loss.lines if loss.cause is Cause.DAMAGED else 0),
            lost_refused=entry.lost_refused + (loss.lines if loss.cause is Cause.REFUSED else 0),
            lost_from=min(entry.lost_from or loss.first, loss.first),
            lost_to=max(entry.lost_to or loss.last, loss.last),
        )

    def save(self) -> None:
        """Put it on the disk, the old or the new as a whole; raises OSError."""
        new = self.path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(self.entry.model_dump_json().encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
