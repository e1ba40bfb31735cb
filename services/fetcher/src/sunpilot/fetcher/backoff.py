"""How long a source is left alone after a failure.

Sources: blocks of SolarEdge V1 were seen to clear after about 16 minutes; what a person must mend (token, rights,
site, retired interface) is not mended by asking again.
"""

from sunpilot.contract.source import Outcome

MENDED_BY_A_PERSON = frozenset(
    {Outcome.AUTH, Outcome.FORBIDDEN, Outcome.NOT_FOUND, Outcome.RETIRED, Outcome.UNSUPPORTED}
)
BINDING = MENDED_BY_A_PERSON | {Outcome.RATE_LIMITED}
"""After these even a person's request waits; after the others it is tried at once."""

HOUR_S = 3600.0
BLOCK_S = 16 * 60.0
LONGEST_BLOCK_S = 2 * HOUR_S
LONGEST_RETRY_S = 30 * 60.0


def backoff_s(outcome: Outcome, failures: int, floor_s: float, retry_after_s: float | None) -> float:
    """Seconds without a call after the given number (1 and up) of failures of one kind in a row.

    ``floor_s`` is the source's least time between calls, ``retry_after_s`` its own wish, which is kept where it is
    the longer one.
    """
    doubled = 2.0 ** min(failures - 1, 16)
    if outcome in MENDED_BY_A_PERSON:
        own_s = HOUR_S
    elif outcome is Outcome.RATE_LIMITED:
        own_s = min(BLOCK_S * doubled, LONGEST_BLOCK_S)
    else:
        own_s = min(floor_s * doubled, max(floor_s, LONGEST_RETRY_S))
    return max(own_s, retry_after_s or 0.0)
