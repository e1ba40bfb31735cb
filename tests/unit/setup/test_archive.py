"""The history's backup: the stopped database's files, as they were, or nothing at all."""

import fcntl
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sunpilot.setup.archive import LOCKED, RunningError, back_up_history, restore_history
from sunpilot.setup.backup import BadArchiveError


def fill(folder: Path) -> Path:
    """As InfluxDB 2 lays its files down."""
    shard = folder / "engine" / "data" / "0123" / "autogen" / "1"
    shard.mkdir(parents=True)
    (folder / "engine" / "wal").mkdir()
    (folder / LOCKED).write_bytes(b"bolt")
    (folder / LOCKED).chmod(0o600)
    (shard / "000000001-000000001.tsm").write_bytes(os.urandom(100_000))
    return folder


def contents(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return fill(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "there"
    (folder / "engine" / "of-another-life").mkdir(parents=True)
    (folder / "left.behind").write_text("x")
    return folder


def archive(folder: Path) -> bytes:
    out = io.BytesIO()
    back_up_history(folder, out)
    return out.getvalue()


def test_what_was_backed_up_takes_the_place_of_what_is_there(here: Path, there: Path) -> None:
    assert restore_history(io.BytesIO(archive(here)), there) == 2
    assert contents(there) == contents(here)


def other(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[bytes], bytes]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        tar.addfile(entry, io.BytesIO())
    return lambda _good: out.getvalue()


BAD = {
    "nothing": lambda _good: b"",
    "no archive": lambda _good: b"x" * 2000,
    "cut in the middle of a file": lambda good: good[:50_000],
    "cut before the last entry": lambda good: good[: good.rindex(b"end-of-history")],
    "another backup": other("store/appendonly.aof.manifest"),
    "a path that leads out": other("influxdb/../../etc/passwd"),
    "an absolute path": other("/influxdb/x"),
    "a link": other("influxdb/link", tarfile.SYMTYPE),
    "a device": other("influxdb/null", tarfile.CHRTYPE),
    "no file in it": other("end-of-history"),
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused_and_changes_nothing(here: Path, there: Path, name: str) -> None:
    before = contents(there)
    with pytest.raises(BadArchiveError):
        restore_history(io.BytesIO(BAD[name](archive(here))), there)
    assert contents(there) == before


@pytest.mark.parametrize("renamed", range(4))
def test_a_restore_that_is_interrupted_leaves_what_was_there(
    here: Path, there: Path, renamed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, before = archive(here), contents(there)
    done = 0
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done == renamed + 1:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore_history(io.BytesIO(good), there)
    assert contents(there) == before


def test_while_the_database_runs_nothing_is_read_or_written(here: Path, there: Path) -> None:
    good, before = archive(here), contents(here)
    with (here / LOCKED).open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RunningError, match="docker compose stop influxdb"):
            back_up_history(here, io.BytesIO())
        with pytest.raises(RunningError):
            restore_history(io.BytesIO(good), here)
    assert contents(here) == before
