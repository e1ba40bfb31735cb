"""How long a source is left alone."""

import pytest

from sunpilot.contract.source import Outcome
from sunpilot.fetcher.backoff import backoff_s

MINUTE = 60.0


def test_a_rate_limit_waits_16_32_64_minutes_and_two_hours_at_most() -> None:
    waits_s = [backoff_s(Outcome.RATE_LIMITED, failures, 75, None) for failures in range(1, 7)]
    assert waits_s == [16 * MINUTE, 32 * MINUTE, 64 * MINUTE, 120 * MINUTE, 120 * MINUTE, 120 * MINUTE]


def test_the_sources_own_wish_counts_where_it_is_longer() -> None:
    assert backoff_s(Outcome.RATE_LIMITED, 1, 75, 3 * 3600.0) == 3 * 3600
    assert backoff_s(Outcome.RATE_LIMITED, 1, 75, 10.0) == 16 * MINUTE


@pytest.mark.parametrize(
    "outcome", [Outcome.AUTH, Outcome.FORBIDDEN, Outcome.NOT_FOUND, Outcome.RETIRED, Outcome.UNSUPPORTED]
)
def test_what_a_person_must_mend_is_tried_once_an_hour(outcome: Outcome) -> None:
    assert {backoff_s(outcome, failures, 75, None) for failures in (1, 2, 99)} == {3600}


@pytest.mark.parametrize("outcome", [Outcome.SERVER, Outcome.NETWORK, Outcome.BAD_PAYLOAD])
def test_what_passes_by_itself_is_tried_again_ever_more_slowly(outcome: Outcome) -> None:
    assert [backoff_s(outcome, failures, 75, None) for failures in (1, 2, 3, 9999)] == [75, 150, 300, 1800]
