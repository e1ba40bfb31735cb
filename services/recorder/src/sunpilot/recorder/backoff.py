"""How long to leave a failing database alone."""

import random

from sunpilot.recorder.answer import Judgement, Meaning

FIRST_S = 1.0
LONGEST_S = 60.0
PERSON_S = 15.0
"""A person's remedy is seen within this time."""


class Backoff:
    """Doubles from one failure to the next, up to a minute, with jitter, and never less than the server asks for."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._failures = 0

    def after(self, judgement: Judgement) -> float:
        """Seconds until the next try after this failure."""
        self._failures += 1
        if judgement.meaning is Meaning.NOT_SO:
            return PERSON_S
        pause_s = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures - 1, 16))
        return max(pause_s * self._rng.uniform(0.5, 1.0), judgement.after_s or 0.0)

    def succeeded(self) -> None:
        """The next failure is a first one."""
        self._failures = 0
