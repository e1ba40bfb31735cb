"""Which time a measurement gets that a source sent by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.stamp import Stamp

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def put(stamp: Stamp, received_s: float, own_s: float | None) -> tuple[float, bool]:
    """The time that counts, in seconds after noon, and whether the clock is said to be off."""
    own = None if own_s is None else NOON + seconds(own_s)
    measurement, is_off = stamp.put(
        Measurement(source="meter", measured_at=own, grid_w=1.0), NOON + seconds(received_s)
    )
    assert measurement.measured_at is not None
    return (measurement.measured_at - NOON).total_seconds(), is_off


def test_a_source_without_a_clock_is_measured_at_receipt() -> None:
    assert put(Stamp(), 5, None) == (5, False)


@pytest.mark.parametrize("off_s", [-2.0, -0.3, 0.0, 2.0])
def test_a_clock_that_is_right_within_2_s_is_believed(off_s: float) -> None:
    assert put(Stamp(), 5, 5 + off_s) == (5 + off_s, False)


@pytest.mark.parametrize("off_s", [-3600.0, -2.1, 2.1, 3600.0])
def test_a_clock_that_is_off_by_more_is_replaced_by_the_time_of_receipt(off_s: float) -> None:
    stamp = Stamp()
    assert put(stamp, 5, 5 + off_s) == (5, True)
    assert put(stamp, 15, 15 + off_s) == (15, True)


def test_messages_that_were_under_way_for_long_keep_their_own_time() -> None:
    stamp = Stamp()
    assert put(stamp, 0, 0) == (0, False)
    assert put(stamp, 600, 10) == (10, False)
    assert put(stamp, 600, 20) == (20, False)
    assert put(stamp, 600, 599) == (599, False)
