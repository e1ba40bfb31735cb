"""A loss: messages that are neither in the database nor anywhere else any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class Cause(StrEnum):
    """Why: the spool was full, its disk damaged them, or the database refused them and the file for that was full."""

    FULL = "full"
    DAMAGED = "damaged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Loss:
    """So many lines, and the times of the first and the last; of damaged ones, those of their neighbours."""

    cause: Cause
    lines: int
    first: datetime
    last: datetime

    @classmethod
    def total(cls, losses: Iterable["Loss"]) -> Self | None:
        """Losses of one cause as one; None where nothing is lost."""
        some = [loss for loss in losses if loss.lines > 0]
        if not some:
            return None
        first, last = min(loss.first for loss in some), max(loss.last for loss in some)
        return cls(some[0].cause, sum(loss.lines for loss in some), first, last)
