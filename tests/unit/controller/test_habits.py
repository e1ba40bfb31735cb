"""What is learned of a box and a car, from the statuses that they give."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.controller.habits import Habits, learn

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


class Watch:
    """Statuses, a second apart."""

    def __init__(self) -> None:
        self.habits = Habits()
        self.now = NOON
        self.status: Status | None = None

    def see(self, seconds: int, amps: float = 0.0, phases: int = 3, mode: int = 2, car: Car = Car.CHARGING) -> None:
        current_a = (amps, amps if phases > 1 else 0.0, amps if phases > 2 else 0.0)
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            status = Status(
                link=LinkState.ONLINE,
                car=car,
                allowed=car is Car.CHARGING,
                current_a=current_a,
                phases=phases,
                phase_mode=mode,
            )
            self.habits = learn(self.habits, self.status, status, self.now)
            self.status = status


def test_the_time_from_permission_to_current_is_learned_slowly() -> None:
    watch = Watch()
    watch.see(10, car=Car.WAITING)
    watch.see(40)  # allowed, and still nothing
    watch.see(10, amps=6)
    assert watch.habits.start_s == pytest.approx(20 + 0.3 * (40 - 20))


def test_the_pause_of_a_phase_switch_is_what_it_takes_besides_a_start() -> None:
    watch = Watch()
    watch.see(100, amps=10)
    watch.see(2, amps=10, mode=1)  # ordered, and not carried out yet
    watch.see(78, amps=0, phases=1, mode=1)
    watch.see(10, amps=10, phases=1, mode=1)
    assert watch.habits.start_s == 20
    assert watch.habits.pause_s == pytest.approx(30 + 0.3 * (80 - 20 - 30))


def test_a_phase_switch_without_current_teaches_nothing() -> None:
    watch = Watch()
    watch.see(10, car=Car.WAITING)
    watch.see(300, car=Car.WAITING, mode=1, phases=1)
    watch.see(20, phases=1, mode=1)
    watch.see(10, amps=6, phases=1, mode=1)
    assert watch.habits.pause_s == 30
    assert watch.habits.start_s == pytest.approx(20)


def test_a_car_that_was_asleep_is_no_habit() -> None:
    watch = Watch()
    watch.see(10, car=Car.WAITING)
    watch.see(400)
    watch.see(10, amps=6)
    assert watch.habits.start_s == 20


def test_a_one_phase_car_is_known_after_a_minute_and_forgotten_at_unplug() -> None:
    watch = Watch()
    watch.see(50, amps=16, phases=1)
    assert watch.habits.drawn is None
    watch.see(20, amps=16, phases=1)
    assert watch.habits.drawn == 1
    watch.see(1, car=Car.IDLE)
    assert watch.habits.drawn is None


def test_one_phase_given_says_nothing_of_the_car() -> None:
    watch = Watch()
    watch.see(200, amps=16, phases=1, mode=1)
    assert watch.habits.drawn is None


steps = st.tuples(
    st.integers(1, 400), st.sampled_from([0.0, 6.0, 16.0]), st.sampled_from([1, 2, 3]), st.sampled_from([0, 1, 2])
)


@given(st.lists(st.tuples(steps, st.sampled_from(list(Car))), max_size=12))
def test_whatever_happens_the_delays_stay_within_their_bounds(
    course: list[tuple[tuple[int, float, int, int], Car]],
) -> None:
    watch = Watch()
    for (seconds, amps, phases, mode), car in course:
        watch.now += timedelta(seconds=seconds)
        watch.see(1, amps, phases, mode, car)
        assert 5 <= watch.habits.start_s <= 120
        assert 10 <= watch.habits.pause_s <= 180
