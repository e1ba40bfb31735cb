"""The ledger beside the spool: how far the database has taken it, and what became of everything."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from sunpilot.contract.message import Part, Utc


class Entry(Part):
    """``segment`` and ``offset`` are where the first line that waits begins. The counts are of lines: one a message.

    The lost ones lie between ``lost_from`` and ``lost_to``, by their points' times. ``gaps`` counts how often the
    broker had forgotten this recorder.
    """

    segment: int = 0
    offset: int = 0
    written: int = 0
    put_aside: int = 0
    lost: int = 0
    lost_from: Utc | None = None
    lost_to: Utc | None = None
    damaged_bytes: int = 0
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

    def save(self) -> None:
        """Put it on the disk, the old or the new as a whole; raises OSError."""
        new = self.path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(self.entry.model_dump_json().encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
