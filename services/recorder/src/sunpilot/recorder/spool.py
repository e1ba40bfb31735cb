"""The spool: lines on disk until the database has them. Bounded: when it is full, the oldest lines go.

Everything here blocks, and is called by one thread at a time.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sunpilot.recorder.ledger import Ledger
from sunpilot.recorder.loss import Cause, Loss
from sunpilot.recorder.refused import Remnant
from sunpilot.recorder.segment import SUFFIX, Segment, Stretch

SEGMENTS = 16
"""When the spool is full, a sixteenth of it is given up at a time."""

LARGEST_SEGMENT_BYTES = 4 * 1024 * 1024


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
            segment.read(self._start(segment), segment.size, segment.size).count for segment in self._segments
        )
        """The lines that the database does not have yet; what is damaged counts until its turn comes."""

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

    def peek(self, maximum_lines: int, maximum_bytes: int) -> Stretch | None:
        """The oldest lines that wait; None when there are none. They stay until `done`, and are not given up until
        `done` or `unpin`.
        """
        self._forget_written()
        if self.is_empty:
            return None
        first = self._segments[0]
        self._pinned = first.number
        return first.read(self._start(first), maximum_lines, maximum_bytes)

    def done(self, batch: Stretch, remnant: Remnant | None = None) -> None:
        """The database has taken a batch, all but the remnant; what the disk had damaged of it is lost."""
        self.ledger.take(batch.segment, batch.end, len(batch.lines), remnant)
        self.waiting -= batch.count
        damaged = batch.damaged
        if self.is_empty:  # damage to the ends of lines makes one of several, or several of one
            damaged, self.waiting = max(0, damaged + self.waiting), 0
        if damaged:
            self.ledger.lose(Loss(Cause.DAMAGED, damaged, batch.first, batch.last))
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
            losses.append(self._give_up(spare[0]))
        loss = Loss.total(losses)
        if loss is None:
            return None
        self.ledger.lose(loss)
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
        return first.read(self._start(first), 1, 1).first

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

    def _give_up(self, segment: Segment) -> Loss:
        stretch = segment.read(self._start(segment), segment.size, segment.size)
        segment.delete()
        self.waiting -= stretch.count
        self._segments.remove(segment)
        return Loss(Cause.FULL, stretch.count, stretch.first, stretch.last)
