"""One Sunpilot to a data folder: two would write the same files."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def sole_tenant(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; whatever ends the process lets go of it. Raises RuntimeError with a sentence
    while another one holds it, and OSError.
    """
    with (folder / "in-use").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(
                f"Another Sunpilot uses the folder {folder}: end that one first, or give this one a folder and a port "
                "of its own: SUNPILOT_DATA=var2 SUNPILOT_PORT=7081 make run"
            ) from None
        yield
