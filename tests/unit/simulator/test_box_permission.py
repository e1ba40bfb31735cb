"""The permission table of the Wattpilot: each row, and which row wins."""

import pytest

from sunpilot.simulator.wattpilot.permission import RULES, Conditions, Permission, Reason, permission

ECO_PV = Conditions(lmo=4, fup=True, fst=1400, surplus_w=1400)
TABLE: list[tuple[Conditions, bool, Reason]] = [
    (Conditions(charge_controller=False, err=1, frc=2), False, Reason.NO_CHARGE_CONTROLLER),
    (Conditions(err=1, frc=1), False, Reason.ERROR),
    (Conditions(frc=1, switching=True), False, Reason.FORCED_OFF),
    (Conditions(frc=2, switching=True), False, Reason.PHASE_SWITCH),
    (Conditions(unplugging=True, frc=2), False, Reason.SIMULATED_UNPLUG),
    (Conditions(acs=1), False, Reason.ACCESS_CONTROL),
    (Conditions(acs=1, trx=0), True, Reason.DEFAULT),
    (Conditions(acs=1, frc=2), True, Reason.FORCED_ON),
    (Conditions(frc=2, lmo=4, dwo=1000, wh=2000), True, Reason.FORCED_ON),
    (Conditions(dwo=1000, wh=1000), False, Reason.ENERGY_LIMIT),
    (Conditions(dwo=1000, wh=999), True, Reason.DEFAULT),
    (Conditions(pausing=True), False, Reason.MINIMUM_PAUSE),
    (ECO_PV, True, Reason.PV_SURPLUS),
    (Conditions(lmo=4, fup=True, fst=1400, surplus_w=1399), False, Reason.ECO_THRESHOLD),
    (Conditions(lmo=4, fup=False, surplus_w=9000), False, Reason.ECO_THRESHOLD),
    (Conditions(lmo=4, ful=True, awp=3, price_ct=2.5), True, Reason.PRICE_LOW),
    (Conditions(lmo=4, ful=True, awp=3, price_ct=None), False, Reason.ECO_THRESHOLD),
    (Conditions(lmo=4, fap=False, charging=True), True, Reason.PAUSE_NOT_ALLOWED),
    (Conditions(lmo=4, fap=False, charging=False), False, Reason.ECO_THRESHOLD),
    (Conditions(lmo=5), False, Reason.NEXT_TRIP),
    (Conditions(lmo=3), True, Reason.DEFAULT),
]


@pytest.mark.parametrize(("conditions", "allowed", "reason"), TABLE)
def test_the_first_row_that_matches_decides(conditions: Conditions, allowed: bool, reason: Reason) -> None:
    assert permission(conditions) == Permission(allowed, reason)


def test_every_row_is_walked() -> None:
    assert {reason for _, _, reason in RULES} <= {reason for _, _, reason in TABLE}
