"""When a cloud's values change: learned from polls that brought nothing new, so that the next one comes just after.

A poll that repeats the values of the one before tells that no refresh lay between them, any other that one did. The
rhythm is the period that explains most of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sunpilot.contract.message import Part, Utc

REPEATS = 0.2
"""With a larger share of polls that bring nothing new, it pays to meet the refresh."""

FEWEST, MOST = 8, 24
"""Polls in a row that a rhythm is learned from."""

FITS = 0.85
"""Share of the polls that a rhythm must explain: clouds are late now and then."""

PERIODS_S = (60.0, 120.0, 180.0, 240.0, 300.0, 360.0, 420.0, 480.0, 540.0, 600.0, 720.0, 840.0, 900.0)
"""Portals refresh on a clock: these are the periods that are looked for."""

PHASES = 60
"""So many phases of each period are tried."""

AFTER = timedelta(seconds=3)
"""A poll comes so long after the expected refresh."""

SLACK = 0.8
"""A refresh after this share of the even pace is met; the pace makes up for it later."""

RETRY = timedelta(seconds=45)
"""After a refresh that was late the poll is repeated so much later."""


class Poll(Part):
    """A poll, and whether its values differed from those before."""

    at: Utc
    changed: bool


class Rhythm(Part):
    """Values change every ``period_s`` seconds; one of these times is ``at``."""

    period_s: float
    at: Utc

    def last(self, now: datetime) -> datetime:
        """The last expected refresh."""
        return now - timedelta(seconds=(now - self.at).total_seconds() % self.period_s)

    def refreshes(self, early: datetime, late: datetime) -> bool:
        """Whether a refresh is expected after one time and not after the other."""
        return self.last(late) > early


def is_repetitive(polls: Sequence[Poll]) -> bool:
    """So many polls bring nothing new that a rhythm is worth learning."""
    return len(polls) >= FEWEST and sum(not poll.changed for poll in polls) > REPEATS * len(polls)


def explains(rhythm: Rhythm, polls: Sequence[Poll]) -> bool:
    """Whether a rhythm foretold the last polls."""
    return all(rhythm.refreshes(early.at, late.at) == late.changed for early, late in pairwise(polls[-FEWEST:]))


def learn(polls: Sequence[Poll]) -> Rhythm | None:
    """The period that explains the polls best, in the middle of the phases that do; None where none explains nearly
    all. Of several the shortest: polls that follow a period too short would soon show it, by repeating themselves, but
    those that follow one too long would not.
    """
    pairs = [(early.at.timestamp(), late.at.timestamp(), late.changed) for early, late in pairwise(polls)]
    best, rhythm = FITS * len(pairs), None
    for period_s in PERIODS_S:
        hits = [_hits(period_s, step * period_s / PHASES, pairs) for step in range(PHASES)]
        if max(hits) > best:
            best = max(hits)
            phase_s = _middle_of_longest_run([count == best for count in hits]) * period_s / PHASES
            rhythm = Rhythm(period_s=period_s, at=datetime.fromtimestamp(phase_s, UTC))
    return rhythm


def _hits(period_s: float, phase_s: float, pairs: Sequence[tuple[float, float, bool]]) -> int:
    """How many pairs of polls a rhythm explains."""
    return sum(
        ((late_s - phase_s) // period_s > (early_s - phase_s) // period_s) == changed
        for early_s, late_s, changed in pairs
    )


def _middle_of_longest_run(marks: Sequence[bool]) -> float:
    """The middle of the longest run of marks on a circle."""
    if all(marks):
        return 0.0
    start = marks.index(False)  # no run goes across an unmarked place
    best_length, best_end, length = 0, 0, 0
    for place in range(start, start + len(marks)):
        length = length + 1 if marks[place % len(marks)] else 0
        if length > best_length:
            best_length, best_end = length, place
    return best_end - (best_length - 1) / 2


def next_poll(rhythm: Rhythm, last: Poll, spacing_s: float) -> datetime:
    """When to poll next: just after the first refresh that is as far from the last poll as the budget wants. A refresh
    that did not come is waited for in short steps, for half a period.
    """
    expected = rhythm.last(last.at)
    if not last.changed and (last.at - expected).total_seconds() < rhythm.period_s / 2:
        return last.at + RETRY
    period = timedelta(seconds=rhythm.period_s)
    refresh = expected + period
    while refresh + AFTER < last.at + timedelta(seconds=SLACK * spacing_s):
        refresh += period
    return refresh + AFTER
