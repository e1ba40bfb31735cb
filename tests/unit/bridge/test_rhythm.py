"""When a status is published."""

from sunpilot.bridge.rhythm import Rhythm
from sunpilot.contract.status import LinkState, Status


def online(power_w: float, force_state: int = 0) -> Status:
    return Status(link=LinkState.ONLINE, power_w=power_w, force_state=force_state)


def test_a_new_state_is_published_at_once() -> None:
    rhythm = Rhythm()
    assert rhythm.is_due(online(0.0), 100.0)
    assert rhythm.is_due(online(0.0, force_state=1), 100.1)
    assert rhythm.is_due(Status(link=LinkState.CONNECTING), 100.2)


def test_a_measurement_is_published_once_a_second_at_most() -> None:
    rhythm = Rhythm()
    rhythm.is_due(online(0.0), 100.0)
    assert not rhythm.is_due(online(500.0), 100.9)
    assert rhythm.is_due(online(500.0), 101.0)


def test_small_steps_count_against_what_was_published() -> None:
    rhythm = Rhythm()
    rhythm.is_due(online(0.0), 100.0)
    assert [rhythm.is_due(online(4.0 * second), 100.0 + second) for second in (1, 2, 3)] == [False, False, True]


def test_an_unchanged_status_is_repeated_every_ten_seconds() -> None:
    rhythm = Rhythm()
    rhythm.is_due(online(0.0), 100.0)
    assert [rhythm.is_due(online(0.0), at_s) for at_s in (109.9, 110.0, 119.9, 120.0)] == [False, True, False, True]
