"""A whole day of a household: at no moment is there no reason, and the car is charged from the sun."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sunpilot.contract.order import Mode, Override, OverrideKind
from sunpilot.contract.status import Car, Manual, ManualReason
from tests.unit.controller.household import STEP_S, Charger, Household

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 21, 0, 0, tzinfo=BERLIN)


def sun_w(at: datetime) -> float:
    """A clear June day with a cloud every quarter of an hour."""
    hour = at.hour + at.minute / 60
    clear_w = max(0.0, 9000 * math.sin(math.pi * (hour - 5) / 16)) if 5 <= hour <= 21 else 0.0
    return clear_w * (0.3 if at.minute % 15 < 4 else 1.0)


def test_at_every_moment_of_a_day_there_is_a_reason_in_words() -> None:
    charger = Charger(1, car=Car.IDLE)
    home = Household(charger, start=MIDNIGHT)
    reasons: set[str] = set()
    moments, surplus_wh = 0, 0.0
    while home.now < MIDNIGHT + timedelta(days=1):
        local = home.now.astimezone(BERLIN)
        home.pv_w, home.load_w = sun_w(local), 2500 if local.hour in (12, 18) else 300
        if (local.hour, local.minute) == (7, 30) and charger.car is Car.IDLE:
            charger.car = Car.WAITING
        if (local.hour, local.minute) == (20, 30):
            charger.car, charger.amps = Car.IDLE, 0
        home.with_readings = not (local.hour == 14 and local.minute < 20)
        home.with_statuses = not (local.hour == 15 and local.minute < 5)
        charger.manual = None
        if local.hour == 16 and local.minute < 10:
            charger.manual = Manual(since=home.now, reason=ManualReason.CHANGED, seconds_left=100)
        if (local.hour, local.minute, local.second) == (17, 0, 0):
            ends_at = home.now + timedelta(minutes=20)
            charger.override = Override(kind=OverrideKind.FULL, set_at=home.now, ends_at=ends_at, ends_on_unplug=False)
        if (local.hour, local.minute) == (19, 30):
            charger.mode = Mode.MINIMUM
        home.pass_time(STEP_S)
        reasons.add(charger.reason)
        surplus_wh += max(0.0, home.pv_w - home.load_w) * STEP_S / 3600 if charger.car is not Car.IDLE else 0.0
        moments += 1
    assert moments == 24 * 3600 / STEP_S
    assert {"no_car", "starting_soon", "following_sun", "stale_hold", "stale_stop", "no_status"} <= reasons
    assert {"manual", "order_full"} <= reasons
    assert charger.energy_wh - 1_000_000 == pytest.approx(surplus_wh, rel=0.15)
