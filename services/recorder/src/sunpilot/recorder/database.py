"""What takes points; `influx` is one."""

from collections.abc import Sequence
from typing import Protocol

from sunpilot.recorder.answer import Answer


class Database(Protocol):
    """What takes lines."""

    def write(self, lines: Sequence[bytes]) -> Answer:
        """Write points; blocks, and gives an answer whatever happens."""
        ...
