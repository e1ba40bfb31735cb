"""Calls per day, whatever that means, and per minute and month."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sunpilot.simulator.solaredge.quota import Credits, Quota
from sunpilot.simulator.solaredge.subscription import DayPolicy

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


def test_a_calendar_day_begins_anew_at_its_own_midnight() -> None:
    evening = datetime(2026, 6, 21, 21, 59, tzinfo=UTC)  # 23:59 in Berlin
    utc = Quota(1, ZoneInfo("Europe/Berlin"), DayPolicy.UTC)
    site = Quota(1, ZoneInfo("Europe/Berlin"), DayPolicy.SITE)
    for quota in (utc, site):
        assert quota.spend(["token"], evening)
    two_minutes_later = evening + timedelta(minutes=2)
    assert not utc.spend(["token"], two_minutes_later)
    assert site.spend(["token"], two_minutes_later)
    assert utc.spend(["token"], evening + timedelta(hours=2, minutes=1))


def test_a_lockout_forgives_everything_after_16_minutes() -> None:
    quota = Quota(2, policy=DayPolicy.LOCKOUT)
    assert [quota.spend(["token"], START) for _ in range(3)] == [True, True, False]
    assert not quota.spend(["token"], START + timedelta(minutes=15, seconds=59))
    assert quota.spend(["token"], START + timedelta(minutes=16))
    assert quota.left("token", START + timedelta(minutes=16)) == 1


def test_a_policy_can_change_at_run_time() -> None:
    quota = Quota(1)
    quota.spend(["token"], START)
    quota.policy = DayPolicy.UTC
    assert quota.spend(["token"], START + timedelta(hours=24))


def test_credits_are_counted_per_minute_and_calendar_month() -> None:
    credits_ = Credits(per_minute=2, per_month=3)
    assert [credits_.spend(START) for _ in range(3)] == [True, True, False]
    assert credits_.wait_s(START + timedelta(seconds=15)) == 45
    later = START + timedelta(minutes=1)
    assert credits_.spend(later)
    assert not credits_.spend(later)
    assert (credits_.month_left(later), credits_.minute_left(later)) == (0, 1)
    assert credits_.spend(datetime(2026, 7, 1, tzinfo=UTC))
