"""Whose hands the box is in, look by look."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.bridge.box import Box
from sunpilot.bridge.car import PluggedCar
from sunpilot.bridge.foreign import Foreign, Watch
from sunpilot.bridge.message import Json
from sunpilot.bridge.status import box_status
from sunpilot.bridge.takeover import Takeover
from sunpilot.contract.status import Car, LinkState, Manual, ManualReason, Status

NOW = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
FOUND: dict[str, Json] = {"amp": 10, "frc": 1, "psm": 2, "car": 3, "ama": 16, "rbc": 7, "rbt": 600_000}
OFFLINE = Box(Status(link=LinkState.CONNECTING))


def box(**changes: Json) -> Box:
    properties = {**FOUND, **changes}
    return Box(box_status(properties, None), properties)


def watching() -> Watch:
    """A watch that has seen the box once, at 1000 s."""
    watch = Watch()
    assert watch.observe(box(), 1000.0) is None
    return watch


def own(watch: Watch, key: str, value: int, now_s: float) -> None:
    watch.writing(key, value, now_s)
    watch.written()


@pytest.mark.parametrize(("key", "value"), [("amp", 11), ("amp", 6), ("frc", 2), ("psm", 1), ("psm", 0)])
def test_a_change_that_is_not_ours_is_foreign(key: str, value: int) -> None:
    assert watching().observe(box(**{key: value}), 1001.0) == Foreign(key, ManualReason.CHANGED)


@pytest.mark.parametrize("key", ["dwo", "lmo", "acs", "alw", "nrg"])
def test_other_properties_are_not_watched(key: str) -> None:
    assert watching().observe(box(**{key: 4}), 1001.0) is None


@pytest.mark.parametrize("changes", [{"amp": None}, {"amp": "16"}, {"frc": None}])
def test_a_value_that_becomes_unknown_is_no_change(changes: dict[str, Json]) -> None:
    watch = watching()
    assert watch.observe(box(**changes), 1001.0) is None
    assert watch.observe(box(), 1002.0) is None


def test_our_own_value_is_not_foreign_while_its_echo_may_come() -> None:
    watch = watching()
    own(watch, "amp", 12, 1001.0)
    assert watch.observe(box(amp=12), 1015.9) is None
    watch = watching()
    own(watch, "amp", 12, 1001.0)
    assert watch.observe(box(amp=12), 1016.0) == Foreign("amp", ManualReason.CHANGED)


def test_what_shows_while_a_write_is_in_flight_is_the_box_s_answer() -> None:
    watch = watching()
    watch.writing("amp", 20, 1001.0)
    assert watch.observe(box(amp=13), 1001.2) is None


def test_a_value_taken_back_a_fourth_time_is_resisted() -> None:
    watch, now_s = watching(), 1000.0
    for _ in range(3):
        own(watch, "amp", 12, now_s)
        assert watch.observe(box(amp=12), now_s + 1.0) is None
        assert watch.observe(box(amp=10), now_s + 9.0) is None
        now_s += 10.0
    own(watch, "amp", 12, now_s)
    assert watch.observe(box(amp=12), now_s + 1.0) is None
    assert watch.observe(box(amp=10), now_s + 9.0) == Foreign("amp", ManualReason.RESISTED)


def test_a_value_that_stood_its_ten_seconds_is_not_counted_with_later_ones() -> None:
    watch, now_s = watching(), 1000.0
    for _ in range(6):
        own(watch, "amp", 12, now_s)
        assert watch.observe(box(amp=12), now_s + 1.0) is None
        assert watch.observe(box(amp=10), now_s + 3.0) is None
        own(watch, "amp", 12, now_s + 10.0)
        assert watch.observe(box(amp=12), now_s + 11.0) is None
        assert watch.observe(box(amp=12), now_s + 25.0) is None
        own(watch, "amp", 10, now_s + 30.0)
        assert watch.observe(box(amp=10), now_s + 31.0) is None
        now_s += 60.0


def test_a_value_taken_back_later_than_ten_seconds_is_foreign_at_once() -> None:
    watch = watching()
    own(watch, "amp", 12, 1001.0)
    watch.observe(box(amp=12), 1002.0)
    assert watch.observe(box(amp=10), 1011.0) == Foreign("amp", ManualReason.CHANGED)


def test_a_force_state_that_falls_back_is_foreign_only_after_two_seconds_with_the_car_there() -> None:
    watch = watching()
    assert watch.observe(box(frc=0), 1001.0) is None
    assert watch.is_in_doubt
    assert watch.observe(box(frc=0), 1002.9) is None
    assert watch.observe(box(frc=0), 1003.0) == Foreign("frc", ManualReason.CHANGED)
    assert not watch.is_in_doubt


def test_a_force_state_that_falls_back_on_unplug_or_just_before_it_is_the_box_s_own() -> None:
    for early in (False, True):
        watch = watching()
        if early:
            assert watch.observe(box(frc=0), 1000.5) is None
        assert watch.observe(box(frc=0, car=1), 1001.0) is None
        assert not watch.is_in_doubt
        assert watch.observe(box(frc=0, car=1), 1010.0) is None


def test_cars_that_come_and_go_soon_after_our_stop_resist_nothing() -> None:
    watch = watching()
    for n in range(8):
        now_s = 1000.0 + 8 * n
        assert watch.observe(box(frc=0, car=1), now_s) is None
        own(watch, "frc", 1, now_s)
        assert watch.observe(box(frc=1, car=1), now_s + 1.0) is None
        assert watch.observe(box(frc=1, car=3), now_s + 4.0) is None


@pytest.mark.parametrize("boot", [{"rbc": 8}, {"rbt": 2_000}, {"rbc": 8, "rbt": 2_000}])
def test_what_changes_with_a_reboot_is_the_box_s_own(boot: dict[str, Json]) -> None:
    watch = watching()
    assert watch.observe(box(frc=0, amp=16, psm=1, **boot), 1001.0) is None
    assert not watch.is_in_doubt


def test_a_report_that_was_overtaken_by_a_second_is_no_reboot_and_hides_no_other_hand() -> None:
    assert watching().observe(box(amp=14, rbt=599_000), 1001.0) == Foreign("amp", ManualReason.CHANGED)


def test_what_changed_while_the_link_was_down_is_nobody_s() -> None:
    watch = watching()
    watch.observe(OFFLINE, 1001.0)
    assert watch.observe(box(amp=14, frc=2, psm=1), 1002.0) is None


def test_a_current_lowered_to_what_the_box_allows_is_a_clamp_and_one_raised_to_it_is_not() -> None:
    assert watching().observe(box(amp=8, ama=8), 1001.0) is None
    assert watching().observe(box(amp=8, cbl=8), 1001.0) is None
    assert watching().observe(box(amp=8, ama=16), 1001.0) == Foreign("amp", ManualReason.CHANGED)
    assert watching().observe(box(amp=16), 1001.0) == Foreign("amp", ManualReason.CHANGED)


def test_phases_that_move_while_any_switch_runs_are_the_box_s_own() -> None:
    assert watching().observe(box(psm=1, modelStatus=23), 1001.0) is None
    watch = watching()
    own(watch, "psm", 1, 1001.0)
    watch.observe(box(psm=1), 1002.0)
    assert watch.observe(box(psm=0), 1060.9) is None
    assert watch.observe(box(psm=1), 1061.0) == Foreign("psm", ManualReason.CHANGED)


# --- until when -------------------------------------------------------------------------------------------------------


def takeover(remembered: Manual | None = None) -> Takeover:
    return Takeover(remembered, NOW, 1000.0)


def reason(one: Takeover, now_s: float) -> ManualReason | None:
    manual = one.manual(now_s)
    return None if manual is None else manual.reason


def test_another_hand_has_two_hours_where_no_setpoint_says() -> None:
    one = takeover()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0)
    assert one.manual(1060.0) == Manual(since=NOW, reason=ManualReason.CHANGED, key="amp", seconds_left=7140.0)
    one.lapse(8199.9)
    assert one.is_on
    one.lapse(8200.0)
    assert not one.is_on


def test_a_contest_is_neither_refreshed_nor_ended_by_what_follows() -> None:
    one = takeover()
    for n in range(3):
        one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0 + 200 * n)
        assert (reason(one, 1000.0) is ManualReason.CONTESTED) is (n == 2)
        if n < 2:
            one.end()
    one.begin(ManualReason.REQUESTED, "amp", NOW, 1500.0)
    one.lapse(999_999.0)
    assert reason(one, 999_999.0) is ManualReason.CONTESTED
    one.end()
    assert not one.is_on


def test_changes_of_a_person_who_tries_or_asks_us_are_no_contest() -> None:
    one = takeover()
    for n in range(5):
        one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0 + n)
    assert reason(one, 1005.0) is ManualReason.CHANGED
    one.end()
    for n in range(5):
        one.begin(ManualReason.REQUESTED, "amp", NOW, 1010.0 + n)
        one.end()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1020.0)
    assert reason(one, 1020.0) is ManualReason.CHANGED


def test_three_changes_in_more_than_ten_minutes_are_no_contest() -> None:
    one = takeover()
    for now_s in (1000.0, 1300.0, 1601.0):
        one.end()
        one.begin(ManualReason.CHANGED, "amp", NOW, now_s)
    assert reason(one, 1601.0) is ManualReason.CHANGED


@pytest.mark.parametrize("standing", [ManualReason.OCPP, ManualReason.BOX_MODE])
def test_what_the_box_shows_ends_with_that_alone(standing: ManualReason) -> None:
    one = takeover()
    one.stand(standing, NOW, 1000.0)
    one.end()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1001.0)
    one.lapse(999_999.0)
    manual = one.manual(999_999.0)
    assert manual is not None
    assert (manual.reason, manual.seconds_left, manual.since) == (standing, None, NOW)
    one.stand(None, NOW, 999_999.0)
    assert not one.is_on


@pytest.mark.parametrize("standing", [ManualReason.OCPP, ManualReason.BOX_MODE])
def test_a_change_outlives_what_the_box_shows_meanwhile(standing: ManualReason) -> None:
    one = takeover()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0)
    one.stand(standing, NOW, 1010.0)
    assert reason(one, 1010.0) is standing
    one.stand(None, NOW, 1020.0)
    assert reason(one, 1020.0) is ManualReason.CHANGED
    one.lapse(8200.0)
    assert not one.is_on


def test_the_time_of_a_change_runs_on_behind_what_the_box_shows() -> None:
    one = takeover()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0)
    one.stand(ManualReason.OCPP, NOW, 1010.0)
    one.lapse(8200.0)
    assert reason(one, 8200.0) is ManualReason.OCPP
    one.stand(None, NOW, 8201.0)
    assert not one.is_on


def test_what_the_box_does_not_show_leaves_a_person_s_hand() -> None:
    one = takeover()
    one.begin(ManualReason.CHANGED, "amp", NOW, 1000.0)
    one.stand(None, NOW, 1001.0)
    assert one.is_on


def test_after_a_restart_a_clock_that_went_back_gives_no_more_than_the_whole_time() -> None:
    one = takeover(Manual(since=NOW + timedelta(hours=5), reason=ManualReason.CHANGED, key="amp"))
    manual = one.manual(1000.0)
    assert manual is not None
    assert manual.seconds_left == 7200.0


# --- the car ----------------------------------------------------------------------------------------------------------


def plugged() -> PluggedCar:
    car = PluggedCar()
    assert not car.observe(box(car=2), 1000.0)
    return car


def test_without_a_switch_a_car_is_gone_at_once() -> None:
    car = plugged()
    assert car.observe(box(car=1), 1001.0)
    assert car.is_there is False
    assert not car.observe(box(car=1), 1002.0)


def test_no_car_at_the_first_look_counts_as_one_that_left() -> None:
    assert PluggedCar().observe(box(car=1), 1000.0)


def test_for_a_minute_after_our_own_switch_no_car_leaves() -> None:
    car = plugged()
    car.switching(1000.0)
    assert not car.observe(box(car=1), 1001.0)
    assert not car.observe(box(car=1), 1059.9)
    assert car.state(Car.IDLE) is Car.WAITING
    assert car.observe(box(car=1), 1060.0)
    assert car.state(Car.IDLE) is Car.IDLE


def test_a_car_that_is_missing_since_late_in_a_switch_has_twenty_seconds() -> None:
    car = plugged()
    car.switching(1000.0)
    assert not car.observe(box(car=2), 1050.0)
    assert not car.observe(box(car=1), 1055.0)
    assert not car.observe(box(car=1), 1074.9)
    assert car.observe(box(car=1), 1075.0)


def test_around_the_box_s_own_switch_a_car_has_twenty_seconds() -> None:
    car = plugged()
    assert not car.observe(box(car=1, modelStatus=23), 1001.0)
    assert not car.observe(box(car=1), 1020.9)
    assert car.observe(box(car=1), 1021.0)


def test_a_car_that_is_missing_in_a_switch_at_the_first_look_is_unknown() -> None:
    car = PluggedCar()
    assert not car.observe(box(car=1, modelStatus=23), 1000.0)
    assert car.state(Car.IDLE) is None
    assert not car.observe(box(car=3), 1010.0)
    assert car.state(Car.WAITING) is Car.WAITING


def test_an_unknown_car_has_not_left() -> None:
    car = plugged()
    assert not car.observe(box(car=None), 1001.0)
    assert car.is_there


@pytest.mark.parametrize(
    ("drawing", "relay", "phases"), [([9, 0, 0], False, 1), ([9, 0, 0], True, 3), ([9, 9, 0], False, 3)]
)
def test_a_car_that_draws_on_one_phase_of_three_for_a_minute_has_no_more(
    drawing: list[Json], relay: bool, phases: int
) -> None:
    car = plugged()
    seen = box(car=2, fsp=relay, nrg=[230, 230, 230, 0, *drawing, *[0] * 9], pha=[True] * 6)
    car.observe(seen, 1000.0)
    car.observe(seen, 1059.9)
    assert car.max_phases(seen) == 3
    car.observe(seen, 1060.0)
    assert car.max_phases(seen) == phases


def test_a_pause_in_drawing_begins_the_minute_anew() -> None:
    car = plugged()
    draws = box(car=2, fsp=False, nrg=[230, 230, 230, 0, 9, 0, 0, *[0] * 9], pha=[True] * 6)
    car.observe(draws, 1000.0)
    car.observe(box(car=4, fsp=False, pha=[True] * 6), 1030.0)
    car.observe(draws, 1031.0)
    car.observe(draws, 1090.0)
    assert car.max_phases(draws) == 3
