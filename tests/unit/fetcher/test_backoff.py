"""How long a source is left alone."""

import pytest

from sunpilot.contract.source import Outcome
from sunpilot.fetcher.backoff import backoff_s, is_binding
from sunpilot.fetcher.budget import DAY, Budget, Limit

MINUTE = 60.0
V1 = Budget(75.0, (Limit(290, DAY),))
AT_HOME = Budget(5.0)


def test_a_rate_limit_waits_16_32_64_minutes_and_two_hours_at_most() -> None:
    waits_s = [backoff_s(Outcome.RATE_LIMITED, failures, V1, None) for failures in range(1, 7)]
    assert waits_s == [16 * MINUTE, 32 * MINUTE, 64 * MINUTE, 120 * MINUTE, 120 * MINUTE, 120 * MINUTE]


def test_the_sources_own_wish_counts_where_it_is_longer() -> None:
    assert backoff_s(Outcome.RATE_LIMITED, 1, V1, 3 * 3600.0) == 3 * 3600
    assert backoff_s(Outcome.RATE_LIMITED, 1, V1, 10.0) == 16 * MINUTE


@pytest.mark.parametrize("outcome", [Outcome.AUTH, Outcome.FORBIDDEN, Outcome.NOT_FOUND, Outcome.RETIRED])
def test_what_a_person_must_mend_is_tried_once_an_hour(outcome: Outcome) -> None:
    assert {backoff_s(outcome, failures, V1, None) for failures in (1, 2, 99)} == {3600}


@pytest.mark.parametrize("outcome", [Outcome.SERVER, Outcome.NETWORK, Outcome.BAD_PAYLOAD])
def test_what_passes_by_itself_is_tried_again_ever_more_slowly(outcome: Outcome) -> None:
    assert [backoff_s(outcome, failures, V1, None) for failures in (1, 2, 3, 9999)] == [75, 150, 300, 1800]


def test_one_answer_without_power_flow_is_a_fault_that_passes_and_several_mean_that_there_is_none() -> None:
    waits_s = [backoff_s(Outcome.UNSUPPORTED, failures, V1, None) for failures in range(1, 7)]
    assert waits_s == [75, 150, 300, 3600, 3600, 3600]
    assert [is_binding(Outcome.UNSUPPORTED, failures) for failures in (1, 3, 4)] == [False, False, True]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in (Outcome.OK, Outcome.UNCHANGED)])
def test_a_device_at_home_is_tried_again_every_minute_at_the_latest(outcome: Outcome) -> None:
    assert [backoff_s(outcome, failures, AT_HOME, None) for failures in (1, 2, 3, 4, 5, 99)] == [5, 10, 20, 40, 60, 60]
