"""The newest change of each path, in the order of change, for clients that each follow at their own pace.

A client is only a number: the last change that it has seen. What it has yet to take is worked out when it can take it,
so a slow client costs no memory, holds up nobody, and finds of each path the newest value alone.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from pydantic import JsonValue

from sunpilot.runtime.clock import Clock

MOST_WATCHES = 250
"""More clients than this are sent away."""

MOST_PASSING = 512
"""So many paths that are gone, and events that are not values, are remembered for those who come back."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its number, its path, its value as JSON, and all that with its time as a server-sent event."""

    number: int
    path: str
    value: str
    frame: bytes


class Feed:
    """The newest change of each path, and who watches. Numbers count from the start of this process, named ``run``.

    Clients are told the time of ``clock`` with all that they get, and count ages by it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._run = secrets.token_hex(4)
        self._number = 0
        self._forgotten = 0
        self._kept: dict[str, Change] = {}
        self._passing: dict[str, Change] = {}
        self._watches: set[Watch] = set()
        self.is_closed = False

    def show(self, path: str, value: JsonValue) -> None:
        """A path has a new value; None: it is gone."""
        self._kept.pop(path, None)
        self._passing.pop(path, None)
        if value is None:
            self._pass(path, self._change(path, value))
        else:
            self._kept[path] = self._change(path, value)
        self._wake()

    def tell(self, path: str, event: str, value: JsonValue) -> None:
        """Something happened on a path that has no value; of the same ``event``, the newest alone is remembered."""
        self._passing.pop(event, None)
        self._pass(event, self._change(path, value))
        self._wake()

    def snapshot(self) -> str:
        """All values by path, as a JSON object; the time now is the value of ``now``."""
        values = [f"{json.dumps(path)}: {self._kept[path].value}" for path in sorted(self._kept)]
        return "{" + ", ".join([f'"now": "{self._now()}"', *values]) + "}"

    def join(self, last_event_id: str | None = None) -> "Watch | None":
        """Watch from now on, or from the event that was seen last; None when too many do. To be ended by `leave`."""
        if self.watching >= MOST_WATCHES:
            return None
        watch = Watch(self.after, self._seen(last_event_id))
        self._watches.add(watch)
        if self.is_closed:
            watch.close()
        return watch

    @property
    def watching(self) -> int:
        """How many watch now."""
        return len(self._watches)

    def leave(self, watch: "Watch") -> None:
        """The client is gone."""
        self._watches.discard(watch)

    def after(self, seen: int | None) -> tuple[int, bytes]:
        """What a client has yet to take, as server-sent events, and the number that it has then seen.

        The changes since ``seen``, or everything where it has seen nothing or not all of them are remembered.
        """
        if seen is None or seen < self._forgotten:
            event_id = f"{self._run}-{self._number}"
            return self._number, _frame(event_id, "snapshot", self.snapshot())
        changes = sorted((*_since(seen, self._kept), *_since(seen, self._passing)), key=lambda change: change.number)
        return self._number, b"".join(change.frame for change in changes)

    def close(self) -> None:
        """Send everyone who watches home."""
        self.is_closed = True
        for watch in self._watches:
            watch.close()

    def _change(self, path: str, value: JsonValue) -> Change:
        self._number += 1
        text = json.dumps(value)
        data = f'{{"path": {json.dumps(path)}, "value": {text}, "at": "{self._now()}"}}'
        return Change(self._number, path, text, _frame(f"{self._run}-{self._number}", "change", data))

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _pass(self, event: str, change: Change) -> None:
        self._passing[event] = change
        if len(self._passing) > MOST_PASSING:
            self._forgotten = self._passing.pop(next(iter(self._passing))).number

    def _wake(self) -> None:
        for watch in self._watches:
            watch.stir()

    def _seen(self, last_event_id: str | None) -> int | None:
        """The number in an event id of this run; None in any other, for its numbers mean something else."""
        run, _, number = (last_event_id or "").partition("-")
        is_ours = run == self._run and number.isdecimal() and len(number) < 20 and int(number) <= self._number
        return int(number) if is_ours else None


class Watch:
    """One client: what it has seen, and whether there may be more."""

    def __init__(self, after: Callable[[int | None], tuple[int, bytes]], seen: int | None) -> None:
        self._after = after
        self._seen = seen
        self._stirred = asyncio.Event()
        self._stirred.set()
        self.is_closed = False

    def stir(self) -> None:
        """There is something new."""
        self._stirred.set()

    def close(self) -> None:
        """End the watch."""
        self.is_closed = True
        self._stirred.set()

    async def take(self, patience_s: float) -> bytes | None:
        """What is new, as soon as there is something; b"" when nothing came for so long, None at the end."""
        try:
            async with asyncio.timeout(patience_s):
                await self._stirred.wait()
        except TimeoutError:
            return b""
        if self.is_closed:
            return None
        self._stirred.clear()
        self._seen, frames = self._after(self._seen)
        return frames


def _since(seen: int, changes: dict[str, Change]) -> Iterator[Change]:
    return takewhile(lambda change: change.number > seen, reversed(changes.values()))


def _frame(event_id: str, event: str, data: str) -> bytes:
    return f"id: {event_id}\nevent: {event}\ndata: {data}\n\n".encode()
