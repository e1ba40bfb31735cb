"""The setpoint's lease, second by second."""

import pytest

from sunpilot.bridge.intent import Charge, HandsOff, Intent, Minimum, Release, Stop, StopOwn
from sunpilot.bridge.lease import Lease
from sunpilot.contract.setpoint import Action, OnLapse, Order, Setpoint


def setpoint(
    action: Action = Action.CHARGE,
    *,
    epoch: int = 5,
    n: int = 1,
    amps: int | None = 10,
    on_lapse: OnLapse = OnLapse.STOP,
    keep_s: float | None = None,
) -> Setpoint:
    return Setpoint(action=action, amps=amps, epoch=epoch, n=n, on_lapse=on_lapse, keep_s=keep_s, reason="test")


def lease(*, highest: Order | None = None, is_released: bool = False, owns_charge: bool = False) -> Lease:
    return Lease(1000.0, highest=highest, is_released=is_released, owns_charge=owns_charge)


def test_the_start_of_the_bridge_is_a_lease_that_stops_only_its_own_charge() -> None:
    own, foreign = lease(owns_charge=True), lease(owns_charge=False)
    assert (own.intent(1089.9), own.intent(1090.0)) == (HandsOff(), StopOwn())
    assert (foreign.intent(1089.9), foreign.intent(1090.0)) == (HandsOff(), HandsOff())


@pytest.mark.parametrize(
    ("on_lapse", "keep_s", "walk"),
    [
        (OnLapse.STOP, None, [(0.0, Charge(10)), (89.9, Charge(10)), (90.0, Stop()), (9000.0, Stop())]),
        (OnLapse.MINIMUM, None, [(89.9, Charge(10)), (90.0, Minimum()), (9000.0, Minimum())]),
        (
            OnLapse.KEEP,
            600.0,
            [(89.9, Charge(10, by_person=True)), (599.9, Charge(10, by_person=True)), (600.0, Stop())],
        ),
        (OnLapse.KEEP, 30.0, [(89.9, Charge(10, by_person=True)), (90.0, Stop())]),
    ],
)
def test_a_lease_lapses_as_its_last_setpoint_said(
    on_lapse: OnLapse, keep_s: float | None, walk: list[tuple[float, Intent]]
) -> None:
    one = lease()
    assert one.take(setpoint(on_lapse=on_lapse, keep_s=keep_s), 2000.0)
    assert [(after_s, one.intent(2000.0 + after_s)) for after_s, _ in walk] == walk


@pytest.mark.parametrize("on_lapse", [OnLapse.STOP, OnLapse.MINIMUM, OnLapse.KEEP])
def test_a_stop_stays_a_stop_when_it_lapses(on_lapse: OnLapse) -> None:
    one = lease()
    one.take(setpoint(Action.STOP, amps=None, on_lapse=on_lapse, keep_s=600.0), 2000.0)
    assert [one.intent(2000.0 + after_s) for after_s in (0.0, 90.0, 700.0)] == [Stop()] * 3


def test_a_renewal_counts_from_its_receipt() -> None:
    one = lease()
    one.take(setpoint(n=1), 2000.0)
    one.take(setpoint(n=2), 2030.0)
    assert (one.intent(2119.9), one.intent(2120.0)) == (Charge(10), Stop())


@pytest.mark.parametrize("older", [(5, 6), (4, 99), (4, 7)])
def test_an_older_order_is_fenced_off(older: tuple[int, int]) -> None:
    one = lease()
    one.take(setpoint(epoch=5, n=7), 2000.0)
    assert not one.take(setpoint(Action.STOP, epoch=older[0], n=older[1]), 2010.0)
    assert one.intent(2020.0) == Charge(10)
    assert one.highest == Order(epoch=5, n=7)


@pytest.mark.parametrize("newer", [(5, 7), (5, 8), (6, 0)])
def test_the_same_order_again_and_any_newer_one_is_obeyed(newer: tuple[int, int]) -> None:
    one = lease()
    one.take(setpoint(epoch=5, n=7), 2000.0)
    assert one.take(setpoint(Action.STOP, epoch=newer[0], n=newer[1]), 2010.0)
    assert one.intent(2010.0) == Stop()


def test_the_fence_holds_over_a_restart() -> None:
    assert not lease(highest=Order(epoch=9, n=1)).take(setpoint(epoch=8, n=500), 1001.0)


def test_a_release_never_lapses_and_is_carried_out_once() -> None:
    one = lease()
    one.take(setpoint(Action.RELEASE, n=1), 2000.0)
    assert one.intent(9000.0) == Release()
    one.release_done()
    assert one.intent(9000.0) == HandsOff()
    one.take(setpoint(Action.RELEASE, n=2), 9030.0)
    assert (one.intent(9030.0), one.is_released) == (HandsOff(), True)


def test_a_setpoint_after_a_release_takes_the_box_again() -> None:
    one = lease(is_released=True)
    one.take(setpoint(), 2000.0)
    assert one.intent(2000.0) == Charge(10)
    assert not one.is_released
