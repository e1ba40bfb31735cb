"""The spool: lines on disk until the database has them. Bounded: when it is full, the oldest lines go.

Everything here blocks, and is called by one thread at a time.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sunpilot.recorder.ledger import Ledger
from sunpilot.recorder.point import line_time
from sunpilot.recorder.segment import SUFFIX, Segment

SEGMENTS = 16
"""When the spool is full, a sixteenth of it is given up at a time."""

LARGEST_SEGMENT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines in their order, and the place behind them. ``damaged_bytes`` between them could not be read."""

    lines: tuple[bytes, ...]
    segment: int
    end: int
    damaged_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """Lines that were given up, and the times of the first and the last."""

    lines: int
    first: datetime
    last: datetime


class Spool:
    """Segments in a folder, and the ledger that says where the database is. Raises OSError where the disk fails."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._segment_bytes = min(LARGEST_SEGMENT_BYTES, limit_bytes // SEGMENTS)
        self.ledger = Ledger.open(folder / "ledger.json")
        numbers = sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())
        self._segments = [Segment(folder, number) for number in numbers]
        self._pinned: int | None = None
        self.cut_bytes = self._segments[-1].mend() if self._segments else 0
        """What a sudden end had left half written; its messages were not acknowledged, and come again."""
        self._forget_written()
        self.waiting = sum(
            len(segment.read(self._start(segment), segment.size, segment.size).lines) for segment in self._segments
        )
        """The lines that the database does not have yet."""

    @property
    def size_bytes(self) -> int:
        """What still waits, as it stands on the disk."""
        return sum(segment.size - self._start(segment) for segment in self._segments)

    @property
    def is_empty(self) -> bool:
        """The database has everything."""
        return self.size_bytes == 0

    def append(self, lines: Sequence[bytes]) -> None:
        """Keep lines safely, all or none."""
        if not lines:
            return
        if not self._segments or self._is_full(self._segments[-1]):
            self._begin_segment()
        self._segments[-1].append(lines)
        self.waiting += len(lines)

    def peek(self, maximum_lines: int, maximum_bytes: int) -> Batch | None:
        """The oldest lines that wait; None when there are none. They stay until `done`, and are not given up until
        `done` or `unpin`.
        """
        self._forget_written()
        if self.is_empty:
            return None
        first = self._segments[0]
        stretch = first.read(self._start(first), maximum_lines, maximum_bytes)
        self._pinned = first.number
        return Batch(stretch.lines, first.number, stretch.end, stretch.damaged_bytes)

    def done(self, batch: Batch, put_aside: int) -> None:
        """The database has taken a batch, all but ``put_aside`` of its lines, which it refuses for good."""
        entry = self.ledger.entry
        self.ledger.change(
            segment=batch.segment,
            offset=batch.end,
            written=entry.written + len(batch.lines) - put_aside,
            put_aside=entry.put_aside + put_aside,
            damaged_bytes=entry.damaged_bytes + batch.damaged_bytes,
        )
        self.waiting -= len(batch.lines)
        self.unpin()
        self.ledger.save()
        self._forget_written()

    def unpin(self) -> None:
        """The batch of the last `peek` is not under way any more."""
        self._pinned = None

    def trim(self) -> Loss | None:
        """Give up the oldest segments while there is too much; says what was lost. The one under way is spared."""
        losses: list[Loss] = []
        while self.size_bytes > self._limit_bytes:
            spare = [segment for segment in self._segments[:-1] if segment.number != self._pinned]
            if not spare:
                break
            losses += self._give_up(spare[0])
        if not losses:
            return None
        loss = Loss(sum(one.lines for one in losses), min(one.first for one in losses), max(one.last for one in losses))
        entry = self.ledger.entry
        first, last = min(entry.lost_from or loss.first, loss.first), max(entry.lost_to or loss.last, loss.last)
        self.ledger.change(lost=entry.lost + loss.lines, lost_from=first, lost_to=last)
        with contextlib.suppress(OSError):  # it is told all the same, and the next batch notes it
            self.ledger.save()
        return loss

    def note_gap(self) -> bool:
        """The broker had forgotten us. Tells whether that can be a loss: at the very first start it is none."""
        entry = self.ledger.entry
        is_new = not entry.written + entry.put_aside + entry.lost + self.waiting
        if not is_new:
            self.ledger.change(gaps=entry.gaps + 1)
        return not is_new

    def oldest(self) -> datetime | None:
        """The time of the oldest point that waits."""
        if self.is_empty:
            return None
        first = self._segments[0]
        lines = first.read(self._start(first), 1, 1).lines
        return line_time(lines[0]) if lines else None

    def close(self) -> None:
        """Note how far it came."""
        self.ledger.save()

    def _begin_segment(self) -> None:
        last = self._segments[-1].number if self._segments else self.ledger.entry.segment
        self._segments.append(Segment(self._folder, last + 1))

    def _is_full(self, segment: Segment) -> bool:
        return segment.is_torn or segment.size >= self._segment_bytes

    def _start(self, segment: Segment) -> int:
        """Where what waits begins in a segment."""
        entry = self.ledger.entry
        if segment.number == entry.segment:
            return min(entry.offset, segment.size)
        return segment.size if segment.number < entry.segment else 0

    def _forget_written(self) -> None:
        """Delete the segments that the database has, but for one that can still grow."""
        while self._segments:
            first = self._segments[0]
            can_grow = len(self._segments) == 1 and not self._is_full(first)
            if can_grow or self._start(first) < first.size:
                return
            first.delete()
            del self._segments[0]

    def _give_up(self, segment: Segment) -> list[Loss]:
        lines = segment.read(self._start(segment), segment.size, segment.size).lines
        segment.delete()
        self.waiting -= len(lines)
        self._segments.remove(segment)
        times = [line_time(line) for line in lines]
        return [Loss(len(times), min(times), max(times))] if times else []
