"""Backup and restore: the masters of all secrets and what the store remembers, as one tar archive.

The broker's retained messages are not in it; every service sends its own again.
"""

import io
import os
import tarfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from sunpilot.setup.accounts import STORE_GID, STORE_UID
from sunpilot.setup.vault import Chown

APPENDED = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"
TRIES = 10


class BadArchiveError(Exception):
    """This is no backup of Sunpilot: choose another file."""


def back_up(masters: Path, store: Path, out: IO[bytes]) -> None:
    """Write the archive, while everything runs. Raises OSError."""
    with ExitStack() as stack, tarfile.open(fileobj=out, mode="w|") as archive:
        for path in sorted(masters.iterdir()):
            if path.is_file():
                _add(archive, f"secrets/{path.name}", stack.enter_context(path.open("rb")))
        for name, file in _snapshot(store / APPENDED, stack).items():
            _add(archive, f"store/{name}", file)


def _snapshot(folder: Path, stack: ExitStack) -> dict[str, IO[bytes]]:
    """The append-only files that the manifest names (Valkey, multi-part append-only file), all open at one moment.

    A file that is open stays readable when the store replaces it; a last command that is cut in two is left out when
    the store loads it.
    """
    for _ in range(TRIES):
        manifest = (folder / MANIFEST).read_bytes()
        names = [line.split()[1] for line in manifest.decode("utf-8").splitlines() if line.startswith("file ")]
        try:
            files: dict[str, IO[bytes]] = {name: stack.enter_context((folder / name).open("rb")) for name in names}
        except FileNotFoundError:
            continue
        if (folder / MANIFEST).read_bytes() == manifest:
            return files | {MANIFEST: io.BytesIO(manifest)}
    raise OSError(0, "the store rewrites its files; try again in a minute", str(folder))


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = file.seek(0, os.SEEK_END)
    entry.mode = 0o400
    file.seek(0)
    archive.addfile(entry, file)


def restore(archive_file: IO[bytes], masters: Path, store: Path, chown: Chown = os.chown) -> int:
    """Put everything back in place of what is there, while the store does not run; gives the number of files.

    Raises OSError, and `BadArchiveError` before anything was changed.
    """
    contents = _read(archive_file)
    folder = store / APPENDED
    chown(store, 0, 0)  # what belongs to the store, root here may not write
    if folder.exists():
        chown(folder, 0, 0)
        for path in folder.iterdir():
            path.unlink()
    folder.mkdir(exist_ok=True)
    masters.mkdir(mode=0o700, parents=True, exist_ok=True)
    for (kind, name), content in contents.items():
        path = (masters if kind == "secrets" else folder) / name
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o400 if kind == "secrets" else 0o644)
        if kind == "store":
            chown(path, STORE_UID, STORE_GID)
    chown(folder, STORE_UID, STORE_GID)
    chown(store, STORE_UID, STORE_GID)
    return len(contents)


def _read(archive_file: IO[bytes]) -> dict[tuple[str, str], bytes]:
    contents: dict[tuple[str, str], bytes] = {}
    try:
        with tarfile.open(fileobj=archive_file, mode="r|") as archive:
            for entry in archive:
                kind, _, name = entry.name.partition("/")
                file = archive.extractfile(entry)
                if file is None or kind not in ("secrets", "store") or Path(name).name != name or not name:
                    raise BadArchiveError(f"this is no backup of Sunpilot: it holds {entry.name!r}")
                contents[kind, name] = file.read()
    except (tarfile.TarError, EOFError) as error:
        raise BadArchiveError(f"this is no backup of Sunpilot, or it is cut off: {error}") from None
    if ("store", MANIFEST) not in contents or ("secrets", "api-key") not in contents:
        raise BadArchiveError("this is no backup of Sunpilot, or it is cut off")
    return contents
