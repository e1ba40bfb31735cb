"""A segment of the spool: lines in a file, each with a check sum, so that a torn one is told from a whole one."""

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sunpilot.recorder.point import line_time

SUFFIX = ".lines"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a segment as they were read: the whole ones, how many others were damaged, and where the next begins.

    ``first`` and ``last`` are the times of the whole ones; where there is none, when the segment was last written to.
    """

    segment: int
    lines: tuple[bytes, ...]
    damaged: int
    end: int
    first: datetime
    last: datetime

    @property
    def count(self) -> int:
        """All lines, whole or not."""
        return len(self.lines) + self.damaged


def framed(line: bytes) -> bytes:
    """A line as it stands in the file."""
    return b"%08x %b\n" % (zlib.crc32(line), line)


def unframed(text: bytes) -> bytes | None:
    """The line in a line of the file; None where it is not as it was written."""
    check, _, line = text.partition(b" ")
    try:
        return line if len(check) == 8 and int(check, 16) == zlib.crc32(line) else None
    except ValueError:
        return None


class Segment:
    """One file. It grows at its end, and is read from anywhere up to what is safely on the disk."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.path = folder / f"{number:012d}{SUFFIX}"
        self.size = self.path.stat().st_size if self.path.exists() else 0
        self.is_torn = False
        """What was half written could not be taken back: nothing may be appended any more."""

    def append(self, lines: Iterable[bytes]) -> None:
        """Write lines and wait until the disk has them, all or nothing; raises OSError."""
        is_new = not self.path.exists()
        data = b"".join(framed(line) for line in lines)
        with self.path.open("ab", buffering=0) as file:
            try:
                write_through(file, data)
            except OSError:
                self._take_back(file)
                raise
        self.size += len(data)
        if is_new:
            _sync_folder(self.path.parent)

    def _take_back(self, file: BinaryIO) -> None:
        """What is half written goes again; where even that fails, the check sum will tell it."""
        try:
            os.truncate(file.fileno(), self.size)
        except OSError:
            self.is_torn = True
            self.size = self.path.stat().st_size

    def mend(self) -> int:
        """Cut off what a sudden end left behind the last whole line; gives the bytes cut off. Raises OSError."""
        data = self.path.read_bytes()
        torn = len(data) - (data.rfind(b"\n") + 1)
        if torn:
            os.truncate(self.path, len(data) - torn)
            self.size = len(data) - torn
        return torn

    def read(self, start: int, maximum_lines: int, maximum_bytes: int) -> Stretch:
        """The lines from a place on; raises OSError."""
        with self.path.open("rb") as file:
            file.seek(start)
            appended_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            data = file.read(min(maximum_bytes, self.size - start))
            if b"\n" not in data and start + len(data) < self.size:
                data += file.readline()  # a line longer than asked for: at least one must come
        lines: list[bytes] = []
        end, damaged = start, 0
        for text in _whole(data, start + len(data) >= self.size):
            if len(lines) == maximum_lines:
                break
            end += len(text)
            if not text.endswith(b"\n"):
                break  # what a torn write left behind was never acknowledged: nothing is lost by it
            line = unframed(text.removesuffix(b"\n"))
            if line is None:
                damaged += 1
            else:
                lines.append(line)
        times = [line_time(line) for line in lines] or [appended_at]
        return Stretch(self.number, tuple(lines), damaged, end, min(times), max(times))

    def delete(self) -> None:
        """Remove the file; raises OSError."""
        self.path.unlink(missing_ok=True)


def _whole(data: bytes, is_all: bool) -> Iterator[bytes]:
    """The lines with their ends and, where nothing follows any more, what a torn write left behind the last one."""
    *whole, rest = data.split(b"\n")
    yield from (text + b"\n" for text in whole)
    if rest and is_all:
        yield rest


def write_through(file: BinaryIO, data: bytes) -> None:
    """Write, and wait until the disk has it; raises OSError, and then a part may be there."""
    if file.write(data) != len(data):
        raise OSError("the disk took a part only")
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A new file is not safe before its name is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
