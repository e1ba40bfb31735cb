"""How a Wattpilot ends all of its connections at once."""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """What the clients see of it."""

    CLOSE = "closing handshake"
    DROP = "end without a closing handshake"
    RESET = "TCP reset"
    HALF_OPEN = "nothing: the sockets stay open, and nobody is at their other end"


@dataclass(frozen=True, slots=True)
class Cut:
    """The last time it happened. A connection that began under another `number` is affected."""

    number: int = 0
    how: How = How.DROP
    code: int = 1006
    """Close code of WebSocket, where there is a closing handshake."""

    def next(self, how: How, code: int = 1006) -> "Cut":
        """The one after this."""
        return Cut(self.number + 1, how, code)
