"""A backup holds the secrets and the store's files, and comes back as it was."""

import io
import tarfile
from pathlib import Path

import pytest

from sunpilot.setup.backup import APPENDED, MANIFEST, BadArchiveError, back_up, restore


class Place:
    """Masters and store of one machine."""

    def __init__(self, folder: Path) -> None:
        self.masters, self.store = folder / "setup", folder / "data"
        self.appended = self.store / APPENDED
        for path in (self.masters / "issued", self.appended):
            path.mkdir(parents=True)

    def fill(self) -> None:
        (self.masters / "api-key").write_text("key")
        (self.masters / "store").write_text("password")
        (self.masters / "issued" / "copy").write_text("a copy")
        (self.appended / MANIFEST).write_text("file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\n")
        (self.appended / "a.1.base.rdb").write_bytes(b"\0base")
        (self.appended / "a.1.incr.aof").write_bytes(b"incr")
        (self.appended / "temp-rewrite.aof").write_bytes(b"unfinished")

    def archive(self) -> bytes:
        out = io.BytesIO()
        back_up(self.masters, self.store, out)
        return out.getvalue()

    def take(self, archive: bytes) -> int:
        return restore(io.BytesIO(archive), self.masters, self.store, chown=lambda _path, _uid, _gid: None)


@pytest.fixture
def here(tmp_path: Path) -> Place:
    place = Place(tmp_path / "here")
    place.fill()
    return place


@pytest.fixture
def there(tmp_path: Path) -> Place:
    return Place(tmp_path / "there")


def test_what_was_backed_up_comes_back(here: Place, there: Place) -> None:
    (there.appended / "a.7.incr.aof").write_bytes(b"of another life")
    assert there.take(here.archive()) == 5
    assert {path.name: path.read_bytes() for path in there.appended.iterdir()} == {
        path.name: path.read_bytes() for path in here.appended.iterdir() if path.name != "temp-rewrite.aof"
    }
    assert (there.masters / "api-key").read_text() == "key"
    assert (there.masters / "api-key").stat().st_mode & 0o777 == 0o400


def other_archive(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        archive.addfile(entry, io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    "archive",
    [b"", b"x" * 2000, *map(other_archive, ("secrets/../../etc/passwd", "/etc/passwd", "store/x", "secrets/"))],
)
def test_anything_else_is_refused_and_changes_nothing(here: Place, archive: bytes) -> None:
    before = here.archive()
    with pytest.raises(BadArchiveError):
        here.take(archive)
    assert here.archive() == before


def test_an_archive_that_is_cut_off_is_refused(here: Place, there: Place) -> None:
    with pytest.raises(BadArchiveError):
        there.take(here.archive()[:1500])
