"""Backup and restore of the history: the files of the stopped database, as one tar archive.

They are copied as they are, so every version of InfluxDB reads its own again. While the database stands still the
recorder keeps what comes in its spool, so that nothing is lost by a backup.
"""

import fcntl
import io
import shutil
import tarfile
from pathlib import Path
from typing import IO

from sunpilot.setup.backup import BadArchiveError

LOCKED = "influxd.bolt"
"""InfluxDB 2 holds an exclusive lock on this file while it runs (bbolt, flock)."""

PREFIX = "influxdb"
END = "end-of-history"
"""The archive's last entry, so that one that was cut off shows."""

DRAFT = ".restoring"
REPLACED = "replaced"


class RunningError(Exception):
    """The database runs; the message says how to stop it."""


def back_up_history(folder: Path, out: IO[bytes]) -> None:
    """Write the archive. Raises OSError and `RunningError`."""
    _require_stopped(folder)
    with tarfile.open(fileobj=out, mode="w|") as archive:
        for path in sorted(folder.iterdir()):
            if path.name != DRAFT:
                archive.add(path, f"{PREFIX}/{path.name}")
        archive.addfile(tarfile.TarInfo(END), io.BytesIO())


def restore_history(archive_file: IO[bytes], folder: Path) -> int:
    """Put the archive in place of what is there; gives the number of files.

    Raises OSError, `RunningError` and `BadArchiveError`; whatever ends it, what was there is there again.
    """
    _require_stopped(folder)
    draft = folder / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        files = _unpack(archive_file, draft)
        _exchange(folder, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return files


def _exchange(folder: Path, draft: Path) -> None:
    """Only names change, which takes a moment; where one cannot be changed, all are changed back."""
    replaced = draft / REPLACED
    replaced.mkdir()
    moves = [(path, replaced / path.name) for path in folder.iterdir() if path != draft]
    moves += [(path, folder / path.name) for path in (draft / PREFIX).iterdir()]
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        raise


def _unpack(archive_file: IO[bytes], draft: Path) -> int:
    files, complete = 0, False
    try:
        with tarfile.open(fileobj=archive_file, mode="r|") as archive:
            for entry in archive:
                if entry.name == END:
                    complete = True
                elif entry.name.split("/")[0] == PREFIX and (entry.isfile() or entry.isdir()):
                    archive.extract(entry, draft, filter="data")
                    files += entry.isfile()
                else:
                    raise BadArchiveError(f"this is no backup of the history: it holds {entry.name!r}")
    except (tarfile.TarError, EOFError) as error:
        raise BadArchiveError(f"this is no backup of the history, or it is cut off: {error}") from None
    if not complete or not files:
        raise BadArchiveError("this is no backup of the history, or it is cut off")
    return files


def _require_stopped(folder: Path) -> None:
    file = folder / LOCKED
    if not file.exists():
        return
    with file.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunningError("InfluxDB runs; stop it first: docker compose stop influxdb") from None
