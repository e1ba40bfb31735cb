"""Failed log-ins are slowed, and nobody is locked out for ever. Times are in s of a monotonic clock."""

from hypothesis import given
from hypothesis import strategies as st

from sunpilot.api.access.throttle import Throttle


def fail(throttle: Throttle, address: str, now_s: float) -> float:
    """A try that turns out wrong; gives how long it had to wait first, and waits no longer."""
    wait_s = throttle.begin(address, now_s)
    if wait_s > 0:
        assert throttle.begin(address, now_s + wait_s) == 0
    return wait_s


def test_three_wrong_passwords_are_free_then_each_doubles_the_wait_up_to_a_minute() -> None:
    throttle, now_s, waits = Throttle(), 1000.0, []
    for _ in range(12):
        wait_s = fail(throttle, "192.168.1.20", now_s)
        now_s += wait_s
        waits.append(round(wait_s))
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_while_waiting_is_not_made_and_does_not_prolong_the_wait() -> None:
    throttle = Throttle()
    for _ in range(3):
        throttle.begin("a", 0.0)
    assert [throttle.begin("a", now_s) for now_s in (0.0, 0.25, 0.5)] == [1.0, 0.75, 0.5]
    assert throttle.begin("a", 1.0) == 0.0


def test_many_tries_at_the_same_time_gain_nothing() -> None:
    throttle = Throttle()
    assert [throttle.begin("a", 0.0) for _ in range(6)].count(0.0) == 3


def test_the_right_password_is_a_fresh_start() -> None:
    throttle = Throttle()
    for _ in range(2):
        throttle.begin("a", 0.0)
        throttle.begin("a", 0.0)
        assert throttle.begin("a", 0.0) == 0.0
        throttle.succeed("a")


def test_an_address_that_was_quiet_for_a_quarter_of_an_hour_starts_afresh() -> None:
    throttle = Throttle()
    for _ in range(3):
        throttle.begin("a", 0.0)
    assert [throttle.begin("a", 901.0) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_one_address_does_not_slow_another() -> None:
    throttle = Throttle()
    for _ in range(5):
        throttle.begin("192.168.1.20", 0.0)
    assert throttle.begin("192.168.1.21", 0.0) == 0.0


def test_a_network_of_ipv6_is_one_place_and_a_mapped_ipv4_address_the_same_as_the_plain_one() -> None:
    throttle = Throttle()
    for number in range(3):
        throttle.begin(f"2001:db8::{number:x}", 0.0)
        throttle.begin("::ffff:192.168.1.20" if number else "192.168.1.20", 0.0)
    assert throttle.begin("2001:db8::ffff:1", 0.0) == 1.0
    assert throttle.begin("2001:db8:0:1::1", 0.0) == 0.0
    assert throttle.begin("192.168.1.20", 0.0) == 1.0


def test_many_addresses_together_get_twenty_tries_and_then_one_in_5_s() -> None:
    throttle = Throttle()
    assert [throttle.begin(f"10.0.0.{number}", 0.0) for number in range(20)] == [0.0] * 20
    assert throttle.begin("10.0.1.1", 0.0) == 5.0
    done = sum(throttle.begin(f"10.0.{second}.2", float(second)) == 0.0 for second in range(1, 101))
    assert done == 20


def test_an_address_that_knew_the_password_before_is_not_slowed_by_others() -> None:
    throttle = Throttle()
    throttle.begin("192.168.1.20", 0.0)
    throttle.succeed("192.168.1.20")
    for number in range(30):
        throttle.begin(f"10.0.0.{number}", 0.0)
    assert throttle.begin("10.0.1.1", 0.0) > 0.0
    assert throttle.begin("192.168.1.20", 0.0) == 0.0


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 120), st.booleans()), max_size=400))
def test_whatever_happens_a_wait_is_short_and_memory_is_bounded(steps: list[tuple[int, float, bool]]) -> None:
    throttle, now_s = Throttle(), 0.0
    for number, pause_s, is_right in steps:
        now_s += pause_s
        address = f"10.0.{number // 256}.{number % 256}"
        wait_s = throttle.begin(address, now_s)
        assert wait_s <= 60.0
        if wait_s == 0.0 and is_right:
            throttle.succeed(address)
    assert len(throttle._failures) <= 256
    assert len(throttle._known) <= 256


def test_addresses_without_end_take_no_more_memory_than_256() -> None:
    throttle = Throttle()
    for number in range(1000):
        throttle.begin(f"10.1.{number // 250}.{number % 250}", number * 5.0)
        throttle.succeed(f"10.1.{number // 250}.{number % 250}")
        throttle.begin(f"10.2.{number // 250}.{number % 250}", number * 5.0)
    assert len(throttle._known) == 256
    assert len(throttle._failures) <= 256
