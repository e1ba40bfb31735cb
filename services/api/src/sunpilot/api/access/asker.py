"""Who sends a request. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from sunpilot.api.access.scope import Scope


class Kind(StrEnum):
    """By what an asker is known."""

    FIRST_KEY = "first key"
    KEY = "key"
    LOGIN = "login"
    OPEN_READING = "open reading"


@dataclass(frozen=True, slots=True)
class Asker:
    """An asker who was let in; ``entry`` is the number of the key, or the digest of the log-in."""

    kind: Kind
    scope: Scope
    entry: str = field(default="", repr=False)
