"""From an intent to writes, in the safe order and within the limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.bridge.intent import Charge, HandsOff, Intent, Minimum, Release, Stop, StopOwn
from sunpilot.bridge.writes import BASES, Base, BaseName, Write, plan
from sunpilot.contract.property import Value
from sunpilot.contract.status import Car, Limits, LinkState, Status

A, B = BASES[BaseName.A], BASES[BaseName.B]


def box(
    *,
    frc: int | None = 0,
    amp: int | None = 16,
    psm: int | None = 2,
    car: Car | None = Car.CHARGING,
    limits: Limits | None = None,
    allowed: bool | None = True,
    drawing: int | None = None,
    max_phases: int | None = 3,
) -> Status:
    return Status(
        link=LinkState.ONLINE,
        force_state=frc,
        requested_a=amp,
        phase_mode=psm,
        car=car,
        limits=limits or Limits(minimum_a=6, installation_a=16, cable_a=32, temperature_a=32),
        allowed=allowed,
        phases=drawing if drawing is not None else {1: 1, 2: 3}.get(psm) if psm is not None else None,
        max_phases=max_phases,
    )


def planned(intent: Intent, status: Status, base: Base = A, found: int | None = None) -> list[tuple[str, Value]]:
    return [(write.key, write.value) for write in plan(intent, status, base, found)]


@pytest.mark.parametrize(("base", "start"), [(A, 0), (B, 2)], ids=["A", "B"])
def test_a_charge_sets_the_current_before_the_start(base: Base, start: int) -> None:
    assert planned(Charge(8), box(frc=1, amp=16, car=Car.WAITING), base) == [("amp", 8), ("frc", start)]


@pytest.mark.parametrize("base", [A, B], ids=["A", "B"])
def test_a_stop_forces_off_and_leaves_the_current(base: Base) -> None:
    assert planned(Stop(), box(frc=base.start, amp=16), base) == [("frc", 1)]


def test_after_unplugging_a_stop_is_written_again_without_a_car() -> None:
    assert planned(Stop(), box(frc=0, car=Car.IDLE)) == [("frc", 1)]


def test_nothing_is_written_that_the_box_already_has() -> None:
    assert planned(Charge(16), box(frc=0, amp=16)) == []
    assert planned(Stop(), box(frc=1)) == []
    assert planned(Release(), box(frc=0)) == []


@pytest.mark.parametrize("car", [Car.IDLE, None])
def test_a_start_waits_for_a_car(car: Car | None) -> None:
    assert planned(Charge(8), box(frc=1, amp=16, car=car)) == [("amp", 8)]


@pytest.mark.parametrize(
    ("limits", "amps"),
    [
        (Limits(installation_a=16, cable_a=32, temperature_a=32), 16),
        (Limits(installation_a=32, cable_a=13, temperature_a=32), 13),
        (Limits(installation_a=32, cable_a=None, temperature_a=10), 10),
    ],
)
def test_no_current_is_above_what_box_cable_and_temperature_allow(limits: Limits, amps: int) -> None:
    assert planned(Charge(32), box(amp=6, limits=limits)) == [("amp", amps)]


def test_with_limits_unknown_the_current_is_not_raised() -> None:
    assert planned(Charge(32), box(amp=10, limits=Limits())) == []
    assert planned(Charge(8), box(amp=10, limits=Limits())) == [("amp", 8)]


def test_a_limit_below_the_minimum_stops_the_charge() -> None:
    assert planned(Charge(8), box(limits=Limits(installation_a=16, temperature_a=5))) == [("frc", 1)]


def test_the_minimum_lowers_a_charge_that_runs() -> None:
    assert planned(Minimum(), box(frc=0, amp=16)) == [("amp", 6)]
    assert planned(Minimum(), box(frc=0, amp=16, limits=Limits(minimum_a=8, installation_a=16))) == [("amp", 8)]
    assert planned(Minimum(), box(frc=0, amp=6, limits=Limits(minimum_a=8, installation_a=16))) == []
    assert planned(Minimum(), box(frc=0, amp=16, limits=Limits(temperature_a=5))) == [("frc", 1)]


def test_the_minimum_never_starts_a_charge() -> None:
    assert planned(Minimum(), box(frc=1, amp=16, car=Car.WAITING)) == []
    assert planned(Minimum(), box(frc=0, amp=16, car=Car.IDLE)) == [("frc", 1)]
    assert planned(Minimum(), box(frc=0, amp=16, car=Car.WAITING), B) == [("frc", 1)]


def test_an_own_charge_is_stopped_and_nothing_else_is_touched() -> None:
    assert planned(StopOwn(), box(frc=2), B) == [("frc", 1)]
    assert planned(StopOwn(), box(frc=0), B) == []
    assert planned(StopOwn(), box(frc=2), A) == []


def test_a_release_gives_the_box_back_to_itself() -> None:
    assert planned(Release(), box(frc=1)) == [("frc", 0)]
    assert planned(Release(), box(frc=2), B) == [("frc", 0)]


def test_hands_off_means_no_write() -> None:
    assert planned(HandsOff(), box(frc=2, amp=32)) == []


def test_raises_and_starts_may_wait_unless_a_person_asks_and_reductions_never() -> None:
    assert plan(Charge(12), box(frc=1, amp=6), A) == (
        Write("amp", 12, may_wait=True),
        Write("frc", 0, may_wait=True),
    )
    assert plan(Charge(12, by_person=True), box(frc=1, amp=6), A) == (
        Write("amp", 12, may_wait=False),
        Write("frc", 0, may_wait=False),
    )
    assert plan(Charge(6), box(amp=12), A) == (Write("amp", 6, may_wait=False, comes_first=True, eases=True),)
    assert plan(Stop(), box(frc=0), A) == (Write("frc", 1, may_wait=False, eases=True),)


def test_towards_one_phase_the_relay_comes_before_the_current() -> None:
    assert planned(Charge(16, 1), box(psm=2, amp=6)) == [("psm", 1)]
    assert planned(Charge(16, 1), box(psm=1, amp=6)) == [("amp", 16)]


def test_the_raise_waits_until_the_relay_has_followed_its_setting() -> None:
    assert planned(Charge(16, 1), box(psm=1, amp=6, drawing=3)) == []
    assert planned(Charge(8, 1), box(psm=1, amp=16, drawing=3)) == [("amp", 8)]


def test_as_long_as_one_phase_must_wait_three_carry_no_more_than_was_meant_for_one() -> None:
    switch, reduction = plan(Charge(16, 1), box(psm=2, amp=16), A)
    assert (switch.key, switch.value, switch.comes_first) == ("psm", 1, True)
    assert (reduction.key, reduction.value, reduction.eases) == ("amp", 6, True)
    assert planned(Charge(16, 1), box(psm=2, amp=16, drawing=1)) == [("psm", 1)]


def test_towards_three_phases_a_lower_current_comes_before_the_relay_and_a_higher_one_after_it() -> None:
    assert planned(Charge(6, 3), box(psm=1, amp=16)) == [("amp", 6), ("psm", 2)]
    assert planned(Charge(12, 3), box(psm=1, amp=10)) == [("psm", 2), ("amp", 12)]


@pytest.mark.parametrize(("base", "start"), [(A, 0), (B, 2)], ids=["A", "B"])
def test_a_start_sets_phases_then_current_then_force(base: Base, start: int) -> None:
    stopped = box(frc=1, psm=1, amp=6, car=Car.WAITING, allowed=False)
    assert planned(Charge(8, 3), stopped, base) == [("psm", 2), ("amp", 8), ("frc", start)]


def test_a_box_that_stands_still_is_stopped_before_its_phases_are_set() -> None:
    (switch, *_) = plan(Charge(8, 1), box(frc=0, amp=6, allowed=False), A)
    assert switch.key == "psm"
    assert switch.before == Write("frc", 1, may_wait=False, eases=True)
    (switch, *_) = plan(Charge(8, 1), box(frc=1, amp=6, allowed=False), A)
    assert switch.before is None
    (switch, *_) = plan(Charge(8, 1), box(frc=0, amp=6, allowed=True), A)
    assert switch.before is None


@pytest.mark.parametrize("psm", [0, 1])
def test_three_phases_are_never_asked_for_where_there_is_one(psm: int) -> None:
    assert planned(Charge(8, 3), box(psm=psm, amp=8, max_phases=1)) == []
    assert planned(Charge(8, 3), box(psm=psm, amp=8, max_phases=None)) == [("psm", 2)]


def test_phases_as_found_means_those_before_our_own_first_write() -> None:
    assert planned(Charge(8), box(psm=1, amp=8), found=None) == []
    assert planned(Charge(8), box(psm=1, amp=8), found=2) == [("psm", 2)]
    assert planned(Charge(8), box(psm=1, amp=8), found=0) == [("psm", 0)]
    assert planned(Charge(8), box(psm=2, amp=8), found=2) == []


def test_without_a_car_no_phases_are_set() -> None:
    assert planned(Charge(8, 1), box(psm=2, amp=8, car=Car.IDLE)) == []


def test_a_release_gives_back_the_force_state_and_then_the_phases_as_found() -> None:
    assert planned(Release(), box(frc=1, psm=1), found=2) == [("frc", 0), ("psm", 2)]
    assert planned(Release(), box(frc=1, psm=1), found=None) == [("frc", 0)]
    assert planned(Release(), box(frc=0, psm=1, car=Car.IDLE), found=2) == [("psm", 2)]


amperes = st.none() | st.integers(min_value=-5, max_value=40)


@given(
    st.builds(Limits, minimum_a=amperes, installation_a=amperes, cable_a=amperes, temperature_a=amperes),
    amperes,
    st.none() | st.integers(min_value=0, max_value=3),
    st.none() | st.sampled_from(Car),
    st.sampled_from([Minimum(), Stop(), StopOwn(), Release(), HandsOff()])
    | st.builds(Charge, st.integers(6, 32), st.sampled_from([None, 1, 3]), st.booleans()),
    st.sampled_from([A, B]),
    st.none() | st.integers(min_value=0, max_value=2),
    st.none() | st.integers(min_value=0, max_value=2),
    st.none() | st.integers(min_value=1, max_value=3),
)
def test_whatever_the_box_says_the_current_stays_within_bounds(
    limits: Limits,
    amp: int | None,
    frc: int | None,
    car: Car | None,
    intent: Intent,
    base: Base,
    psm: int | None,
    found: int | None,
    max_phases: int | None,
) -> None:
    status = box(frc=frc, amp=amp, psm=psm, car=car, limits=limits, max_phases=max_phases)
    for write in plan(intent, status, base, found):
        assert write.key in ("amp", "frc", "psm")
        if write.key == "psm":
            assert isinstance(intent, Charge | Release)
            assert write.value in (0, 1, 2)
            assert max_phases != 1 or write.value != 2 or isinstance(intent, Release)
        if write.key == "amp" and isinstance(intent, Charge):
            bounds = (limits.installation_a, limits.cable_a, limits.temperature_a)
            assert isinstance(write.value, int)
            assert 6 <= write.value <= min([32, *[a for a in bounds if a is not None]])
        if write.key == "frc" and write.value == base.start and not isinstance(intent, Release):
            assert isinstance(intent, Charge)
