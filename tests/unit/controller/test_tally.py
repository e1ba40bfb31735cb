"""The count of a session: by the box's counter where it tells, honest about what nobody saw."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.house import House
from sunpilot.contract.session import Session
from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.controller.mix import Mix
from sunpilot.controller.tally import Tally, afresh, cover, decide, see

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
AWAY = Status(link=LinkState.CONNECTING)


def status(
    car: Car, energy_wh: float | None = None, power_w: float | None = None, phase_mode: int | None = None
) -> Status:
    return Status(link=LinkState.ONLINE, car=car, energy_wh=energy_wh, power_w=power_w, phase_mode=phase_mode)


def session(tally: Tally) -> Session:
    assert tally.session is not None
    return tally.session


class Life:
    """Statuses every 10 s."""

    def __init__(self) -> None:
        self.now = NOON
        self.tally = Tally()

    def see(self, one: Status, times: int = 1, every_s: float = 10.0) -> "Life":
        for _ in range(times):
            self.tally = see(self.tally, one, self.now)
            self.now += timedelta(seconds=every_s)
        return self


def test_a_session_lasts_from_plug_in_to_unplug_and_counts_by_the_box() -> None:
    life = Life().see(status(Car.IDLE, 1000.0))
    assert life.tally.session is None
    life.see(status(Car.WAITING, 1000.0, 0.0), 6).see(status(Car.CHARGING, 1000.0, 3600.0))
    for tens in range(1, 37):
        life.see(status(Car.CHARGING, 1000.0 + 10 * tens, 3600.0 + tens))
    life.see(status(Car.WAITING, 1365.0, 0.0), 3).see(status(Car.IDLE, 1365.0, 0.0))
    one = session(life.tally)
    assert (one.started_at, one.ended_at) == (NOON + timedelta(seconds=10), NOON + timedelta(seconds=470))
    assert (one.energy_wh, one.plugged_s, one.charging_s) == (365.0, 460.0, 370.0)
    assert (one.starts, one.peak_w, one.seen_from_start) == (1, 3636.0, True)
    assert one.id == int(NOON.timestamp()) + 10
    assert life.tally.running is None


def test_each_start_and_each_phase_switch_counts() -> None:
    life = Life().see(status(Car.WAITING, phase_mode=1))
    for mode in (1, 1, 2, 2, 1):
        life.see(status(Car.CHARGING, phase_mode=mode), 3).see(status(Car.WAITING, phase_mode=mode), 2)
    life.see(status(Car.CHARGING, phase_mode=None), 2).see(status(Car.CHARGING, phase_mode=1))
    assert (session(life.tally).starts, session(life.tally).phase_switches) == (6, 2)


def test_going_on_after_a_phase_switch_is_no_start() -> None:
    """A charge that pauses to switch goes on; one that had rested, and begins on other phases, is a start."""
    life = Life().see(status(Car.WAITING, phase_mode=1))
    for reason, car, mode in (
        ("started", Car.CHARGING, 1),
        ("switching_phases", Car.WAITING, 2),
        ("switching_phases", Car.CHARGING, 2),
        ("following_sun", Car.CHARGING, 2),
        ("stopped", Car.WAITING, 2),
        ("started", Car.CHARGING, 2),
        ("stopped", Car.WAITING, 2),
        ("switching_phases", Car.WAITING, 1),
        ("switching_phases", Car.CHARGING, 1),
    ):
        life.tally = decide(life.tally, reason, life.now)
        life.see(status(car, phase_mode=mode), 3)
    assert (session(life.tally).starts, session(life.tally).phase_switches) == (3, 2)


def test_without_a_counter_the_power_is_summed_and_what_nobody_saw_is_not() -> None:
    life = Life().see(status(Car.CHARGING, None, 7200.0), 31)  # 300 s
    assert session(life.tally).energy_wh == pytest.approx(600.0)
    life.see(AWAY, 6).see(status(Car.CHARGING, None, 7200.0))  # 60 s out of sight: 70 s from sight to sight
    assert session(life.tally).energy_wh == pytest.approx(600.0)
    assert session(life.tally).charging_s == pytest.approx(300.0)
    life.see(status(Car.CHARGING, None, 7200.0))
    assert session(life.tally).energy_wh == pytest.approx(620.0)


def test_energy_that_nobody_can_tell_is_unknown_not_0() -> None:
    assert session(Life().see(status(Car.CHARGING), 9).tally).energy_wh is None
    assert session(Life().see(status(Car.WAITING, 5.0), 9).tally).energy_wh == 0.0


def test_a_counter_that_comes_back_replaces_what_was_summed() -> None:
    life = Life().see(status(Car.CHARGING, 1000.0, 3600.0)).see(status(Car.CHARGING, None, 3600.0), 6)
    assert session(life.tally).energy_wh == pytest.approx(60.0)
    life.see(status(Car.CHARGING, 1065.0, 3600.0))
    assert session(life.tally).energy_wh == pytest.approx(65.0)


def test_the_counter_covers_a_gap_and_a_counter_of_another_box_is_not_believed() -> None:
    life = Life().see(status(Car.CHARGING, 1000.0, 3600.0)).see(AWAY, 359)  # an hour in all
    life.see(status(Car.CHARGING, 4600.0, 3600.0))
    assert session(life.tally).energy_wh == pytest.approx(3600.0)
    for foreign_wh in (9_000_000.0, 3.0):
        life.see(status(Car.CHARGING, foreign_wh, 3600.0))
    assert session(life.tally).energy_wh == pytest.approx(3620.0)
    life.see(status(Car.CHARGING, 13.0, 3600.0))
    assert session(life.tally).energy_wh == pytest.approx(3630.0)


def test_a_car_that_was_there_before_is_said_to_be_and_one_that_left_unseen_left_when_it_was_last_seen() -> None:
    life = Life().see(status(Car.WAITING, 1000.0))
    assert not session(life.tally).seen_from_start
    life.see(AWAY, 60).see(status(Car.IDLE, 1500.0))
    assert session(life.tally).ended_at == NOON
    assert session(life.tally).energy_wh == pytest.approx(500.0)
    life.see(AWAY, 60).see(status(Car.WAITING, 1500.0))
    assert not session(life.tally).seen_from_start
    assert life.tally.before is not None


def test_a_restart_in_between_goes_on_with_the_same_session_and_counts_nothing_twice() -> None:
    life = Life().see(status(Car.IDLE, 1000.0)).see(status(Car.CHARGING, 1000.0, 3600.0))
    for wh in range(1010, 1110, 10):
        life.see(status(Car.CHARGING, float(wh), 3600.0))
    stored = Tally.model_validate_json(life.tally.model_dump_json())
    assert stored == life.tally
    life.see(status(Car.CHARGING, 1110.0, 3600.0), 2)  # seen by the old one, not stored
    life.tally = stored
    life.see(status(Car.CHARGING, 1130.0, 3600.0))
    one = session(life.tally)
    assert (one.energy_wh, one.starts, one.id) == (130.0, 1, int(NOON.timestamp()) + 10)


def test_the_time_of_each_reason_adds_up_to_the_session() -> None:
    life = Life().see(status(Car.WAITING))
    for seconds in range(0, 100, 5):
        life.tally = decide(
            life.tally, "waiting_for_sun" if seconds < 40 else "started", NOON + timedelta(seconds=seconds)
        )
        if seconds % 10 == 0:
            life.tally = see(life.tally, status(Car.WAITING), NOON + timedelta(seconds=seconds))
    life.tally = see(life.tally, status(Car.IDLE), NOON + timedelta(seconds=100))
    assert session(life.tally).reasons_s == {"waiting_for_sun": 40.0, "started": 60.0}
    later = decide(life.tally, "no_car", NOON + timedelta(seconds=105))
    assert session(later).reasons_s == session(life.tally).reasons_s


def test_energy_is_paid_at_the_price_of_its_own_time() -> None:
    house = House(id=1, name="House", import_price=0.30, feed_in_price=0.10, currency="CHF")
    one = session(Life().see(status(Car.CHARGING)).tally)
    one = cover(one, 3600.0, 4000.0, Mix(grid=0.25, battery=0.5), house)
    assert (one.grid_wh, one.sun_wh, one.battery_wh, one.covered_s) == (1000.0, 3000.0, 2000.0, 3600.0)
    assert one.cost == pytest.approx(1 * 0.30 + 3 * 0.10)
    assert one.saved == pytest.approx(3 * 0.20)
    assert one.currency == "CHF"
    assert one.sun_share == pytest.approx(0.75)
    dearer = house.model_copy(update={"import_price": 0.50})
    one = cover(one, 3600.0, 1000.0, Mix(grid=1.0, battery=None), dearer)
    assert one.cost == pytest.approx(1.1)
    assert one.battery_wh == 2000.0


def test_after_a_step_of_the_clock_no_time_is_counted_and_no_energy_is_lost() -> None:
    life = Life().see(status(Car.CHARGING, 1000.0, 3600.0))
    life.tally, life.now = afresh(life.tally), NOON - timedelta(hours=5)
    life.see(status(Car.CHARGING, 1020.0, 3600.0), 2)
    one = session(life.tally)
    assert (one.energy_wh, one.charging_s, one.plugged_s) == (20.0, 10.0, 0.0)


CARS = st.sampled_from([*Car, None])
MOMENTS = st.lists(
    st.tuples(
        CARS,
        st.none() | st.floats(0, 1e9),
        st.none() | st.floats(0, 22_000),
        st.floats(-5, 600),
        st.sampled_from([LinkState.ONLINE, LinkState.ONLINE, LinkState.CONNECTING]),
    ),
    max_size=40,
)


@given(MOMENTS)
def test_whatever_the_box_says_a_session_has_no_negative_time_nor_more_power_than_there_is(
    moments: list[tuple[Car | None, float | None, float | None, float, LinkState]],
) -> None:
    tally, now, ids = Tally(), NOON, set()
    for car, energy_wh, power_w, passed_s, link in moments:
        now += timedelta(seconds=passed_s)
        known = link is LinkState.ONLINE
        one = Status(link=link, car=car if known else None, energy_wh=energy_wh, power_w=power_w)
        tally = decide(see(tally, one, now), "started", now)
        if tally.session is not None:
            ids.add(tally.session.id)
            seen = tally.session
            assert seen.plugged_s >= 0
            assert 0 <= seen.charging_s <= sum(max(0.0, moment[3]) for moment in moments) + 1e-6
            assert all(seconds >= 0 for seconds in seen.reasons_s.values())
            hours = sum(max(0.0, moment[3]) for moment in moments) / 3600
            assert seen.energy_wh is None or seen.energy_wh <= 3 * 25_000 * hours + 60 * len(moments)
    assert len(ids) <= len(moments)
