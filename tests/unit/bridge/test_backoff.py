"""How long to wait before the next attempt."""

import random

from sunpilot.bridge.backoff import BackOff


class NoJitter(random.Random):
    def random(self) -> float:
        return 0.0


def test_the_wait_doubles_up_to_its_end_and_begins_anew_after_a_success() -> None:
    back_off = BackOff(30.0, 900.0, NoJitter())
    assert [back_off.wait_s() for _ in range(7)] == [30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    back_off.reset()
    assert back_off.wait_s() == 30.0


def test_chance_only_lengthens_the_wait_by_a_quarter_at_most() -> None:
    for seed in range(200):
        back_off = BackOff(1.0, 60.0, random.Random(seed))
        assert 1.0 <= back_off.wait_s() <= 1.25
        assert 2.0 <= back_off.wait_s() <= 2.5
