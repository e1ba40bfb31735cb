"""The volume with the secrets: masters that only root reads, and copies that only one service each reads."""

import os
import secrets
from collections.abc import Callable, Collection
from pathlib import Path

MASTERS = "setup"
CHARACTERS = 32

Chown = Callable[[Path, int, int], None]


class Vault:
    """A folder with one folder per service.

    Root here has no right to read what belongs to others, so what was issued is kept a second time among the masters,
    and compared there: a file is written only when its content changes.
    """

    def __init__(self, folder: Path, chown: Chown = os.chown) -> None:
        self._folder = folder
        self._masters = folder / MASTERS
        self._chown = chown

    def secret(self, name: str) -> str:
        """The secret of this name, made at random the first time."""
        path = self._masters / name
        if not path.exists():
            _write(path, secrets.token_urlsafe(CHARACTERS), 0o400)
        return path.read_text(encoding="utf-8")

    def known(self, name: str) -> str | None:
        """The secret of this name; None where there is none yet."""
        path = self._masters / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def keep(self, name: str, secret: str) -> None:
        """Remember a secret that somebody else made."""
        _write(self._masters / name, secret, 0o400)

    def forget(self, but: Collection[str] = ()) -> int:
        """Remove every secret except those named, so that they are made anew; gives their number."""
        forgotten = [path for path in self._masters.iterdir() if path.is_file() and path.name not in but]
        for path in forgotten:
            path.unlink()
        return len(forgotten)

    def issue(self, name: str, content: str, uid: int, gid: int | None = None) -> bool:
        """Give a user the file ``<service>/<file>``, readable by nobody else. Tells whether anything changed."""
        path, mirror = self._folder / name, self._masters / "issued" / name
        if path.exists() and mirror.exists() and mirror.read_text(encoding="utf-8") == content:
            return False
        fresh = path.with_name(f".{path.name}.fresh")
        _write(fresh, content, 0o400)
        self._chown(fresh, uid, uid if gid is None else gid)
        fresh.replace(path)
        _write(mirror, content, 0o400)
        return True

    def prepare(self) -> None:
        """Make the folder of the masters, closed to all but root."""
        self._masters.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, content: str, mode: int) -> None:
    """Write a file that never has more rights than ``mode``, whole or not at all."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
