"""The charger's own power: exact over its own time, and honest about gaps."""

from datetime import UTC, datetime, timedelta

from sunpilot.controller.power_history import PowerHistory

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def steady(power_w: float, start_s: int, end_s: int, history: PowerHistory | None = None) -> PowerHistory:
    history = history or PowerHistory()
    for second in range(start_s, end_s, 10):
        history.add(at(second), power_w)
    return history


def test_a_sample_holds_until_the_next() -> None:
    history = steady(4000, 0, 30, PowerHistory())
    history.add(at(30), 7000)
    assert history.at(at(29)) == 4000
    assert history.at(at(30)) == 7000


def test_before_the_first_sample_and_long_after_the_last_it_is_unknown() -> None:
    history = steady(4000, 0, 30)
    assert history.at(at(-1)) is None
    assert history.at(at(20 + 31)) is None


def test_a_mean_weighs_by_time() -> None:
    history = steady(0, 0, 60)
    steady(6000, 60, 90, history)
    assert history.mean(at(0), at(90)) == 2000


def test_a_window_of_which_a_tenth_is_unknown_still_counts_and_more_does_not() -> None:
    history = steady(3000, 0, 270)  # holds until 30 s after the last sample at 260 s
    assert history.mean(at(0), at(320)) == 3000
    assert history.mean(at(0), at(330)) is None


def test_out_of_sight_is_unknown_not_zero() -> None:
    history = steady(5000, 0, 100)
    history.add(at(100), None)
    assert history.at(at(105)) is None
    assert history.mean(at(0), at(200)) is None


def test_the_different_values_of_a_window() -> None:
    history = steady(0, 0, 60)
    steady(6000, 60, 120, history)
    assert history.values(at(30), at(110)) == [0, 6000]
    assert history.values(at(70), at(110)) == [6000]
    assert history.values(at(500), at(600)) is None


def test_older_than_65_minutes_is_forgotten_and_a_clear_forgets_all() -> None:
    history = steady(4000, 0, 66 * 60)
    assert history.at(at(5)) is None
    assert history.at(at(120)) == 4000
    history.clear()
    assert history.at(at(3000)) is None


def test_of_two_samples_at_the_same_time_the_later_counts_and_an_older_one_is_ignored() -> None:
    history = steady(4000, 0, 30)
    history.add(at(20), 5000)
    history.add(at(10), 9000)
    assert history.at(at(25)) == 5000
    assert history.at(at(15)) == 4000
