"""What goes wrong at the cloud, for how long, and what becomes of an answer by it."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sunpilot.simulator.solaredge.answer import Answer
from sunpilot.simulator.solaredge.fault_table import CHANGES, NAMES


@dataclass(slots=True)
class Spell:
    """How long a fault lasts: for some calls, until a time, or (both None) until cleared; `share` of the calls in it
    are struck.
    """

    calls_left: int | None = None
    until: datetime | None = None
    share: float = 1.0


class Faults:
    """The faults that are on; and a latency for every answer. The same `seed` strikes the same calls."""

    def __init__(self, seed: int = 1) -> None:
        self.latency_s = 0.0
        self.calls = 0
        self._spells: dict[str, Spell] = {}
        self._spared: set[str] = set()
        self._random = Random(seed)

    def set(self, name: str, calls: int | None = None, *, until: datetime | None = None, share: float = 1.0) -> None:
        """Switch a fault on for the next `calls` calls or until a time, by default until cleared; 0 calls clear it.

        Raises `ValueError` for an unknown name, or a number that makes no sense.
        """
        if name not in NAMES:
            raise ValueError(f"there is no cloud fault {name!r}; there are: {', '.join(NAMES)}, latency_s")
        if calls is not None and calls < 0:
            raise ValueError(f"{name}: a number of calls is 0 or more")
        if not 0 < share <= 1:
            raise ValueError(f"{name}: a share lies above 0 and up to 1")
        if calls == 0:
            self._spells.pop(name, None)
        else:
            self._spells[name] = Spell(calls, until, share)
        self._spared.discard(name)

    def active(self, name: str) -> bool:
        """Whether this fault strikes now."""
        return name in self._spells and name not in self._spared

    def strike(self, answer: Answer) -> Answer:
        """What becomes of a good answer under the faults that are on."""
        for name, change in CHANGES.items():
            if self.active(name):
                answer = change(answer)
        return answer

    def begin_call(self, now: datetime) -> None:
        """A call comes in: faults whose time is over end, and those that strike a share of the calls are drawn."""
        self.calls += 1
        self._spells = {name: spell for name, spell in self._spells.items() if not spell.until or now < spell.until}
        self._spared = {name for name, spell in self._spells.items() if self._random.random() >= spell.share}

    def end_call(self) -> None:
        """The call has been answered: faults set for a number of calls come nearer to their end."""
        for name, spell in list(self._spells.items()):
            if spell.calls_left is not None:
                spell.calls_left -= 1
                if not spell.calls_left:
                    del self._spells[name]
        self._spared.clear()

    def state(self) -> dict[str, float]:
        """What is on: name → calls left, or true; and latency_s."""
        on = {name: True if spell.calls_left is None else spell.calls_left for name, spell in self._spells.items()}
        return {**on, "latency_s": self.latency_s}
