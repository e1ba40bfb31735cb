"""A person's raw writes that wait for their turn: of each property the last value wins."""

from sunpilot.bridge.writes import Write
from sunpilot.contract.property import Value


class Requests:
    """Values by property, in the order in which the properties were first asked for."""

    def __init__(self) -> None:
        self._waiting: dict[str, Value] = {}
        self._held: set[str] = set()

    def put(self, key: str, value: Value) -> Write | None:
        """Ask for a value; the write that it supersedes, if one waits."""
        superseded = Write(key, self._waiting[key], may_wait=False) if key in self._waiting else None
        self._waiting[key] = value
        self._held.discard(key)
        return superseded

    def writes(self) -> tuple[Write, ...]:
        """What waits. A person waits for nothing but the phase relay."""
        return tuple(Write(key, value, may_wait=False, once=True) for key, value in self._waiting.items())

    def newly_held(self) -> tuple[Write, ...]:
        """What waits and was not called so before."""
        news = tuple(write for write in self.writes() if write.key not in self._held)
        self._held.update(self._waiting)
        return news

    def take(self, key: str) -> None:
        """This one is being written."""
        self._waiting.pop(key)
        self._held.discard(key)

    def clear(self) -> tuple[Write, ...]:
        """Forget all that waits; returns it."""
        waiting = self.writes()
        self._waiting.clear()
        self._held.clear()
        return waiting
