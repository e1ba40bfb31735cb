"""A sliding day of calls."""

from datetime import UTC, datetime, timedelta

from sunpilot.simulator.solaredge.quota import Quota

START = datetime(2026, 6, 21, tzinfo=UTC)


def test_the_day_slides() -> None:
    quota = Quota(2)
    assert quota.spend(["token"], START)
    assert quota.spend(["token"], START + timedelta(hours=12))
    assert not quota.spend(["token"], START + timedelta(hours=23, minutes=59))
    assert quota.spend(["token"], START + timedelta(hours=24))
    assert not quota.spend(["token"], START + timedelta(hours=35))


def test_every_key_must_have_a_call_left_and_a_refusal_books_none() -> None:
    quota = Quota(1)
    assert quota.spend(["token", "site from here"], START)
    assert not quota.spend(["token", "site from there"], START)
    assert quota.left("site from there", START) == 1


def test_a_reset_forgets_the_calls() -> None:
    quota = Quota(1)
    quota.spend(["token"], START)
    quota.reset()
    assert quota.left("token", START) == 1
