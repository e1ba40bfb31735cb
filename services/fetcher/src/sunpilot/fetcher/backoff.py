"""How long a source is left alone after a failure.

Sources: blocks of SolarEdge V1 were seen to clear after about 16 minutes; what a person must mend (token, rights,
site, retired interface) is not mended by asking again.
"""

from sunpilot.contract.source import Outcome
from sunpilot.fetcher.budget import Budget

MENDED_BY_A_PERSON = frozenset({Outcome.AUTH, Outcome.FORBIDDEN, Outcome.NOT_FOUND, Outcome.RETIRED})

UNSUPPORTED_FROM = 4
"""So many answers in a row without any power flow mean that there is none; fewer are a fault that passes."""

HOUR_S = 3600.0
BLOCK_S = 16 * 60.0
LONGEST_BLOCK_S = 2 * HOUR_S
LONGEST_RETRY_S = 30 * 60.0
LONGEST_RETRY_AT_HOME_S = 60.0
"""A device in the own network has no quota that trying again could use up."""


def is_binding(outcome: Outcome | None, failures: int) -> bool:
    """Whether even a person's request waits for the end of the back-off; after other failures it is tried at once."""
    if outcome is Outcome.UNSUPPORTED:
        return failures >= UNSUPPORTED_FROM
    return outcome is Outcome.RATE_LIMITED or outcome in MENDED_BY_A_PERSON


def backoff_s(outcome: Outcome, failures: int, budget: Budget, retry_after_s: float | None) -> float:
    """Seconds without a call after the given number (1 and up) of failures of one kind in a row.

    ``retry_after_s`` is the source's own wish, which is kept where it is the longer one.
    """
    doubled = 2.0 ** min(failures - 1, 16)
    floor_s = budget.floor_s
    if not budget.limits:
        own_s = min(floor_s * doubled, max(floor_s, LONGEST_RETRY_AT_HOME_S))
    elif outcome is Outcome.RATE_LIMITED:
        own_s = min(BLOCK_S * doubled, LONGEST_BLOCK_S)
    elif is_binding(outcome, failures):
        own_s = HOUR_S
    else:
        own_s = min(floor_s * doubled, max(floor_s, LONGEST_RETRY_S))
    return max(own_s, retry_after_s or 0.0)
