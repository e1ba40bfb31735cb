"""A whole day of a house whose meter knows the connection alone, and whose roof only a cloud knows."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.control.day import ROOF
from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.keys import Keys
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeV2
from sunpilot.controller.chronicle import Chronicle
from sunpilot.controller.premises import Premises
from sunpilot.controller.site import Site
from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.house import Energies, ModelledDay, Truth
from sunpilot.simulator.world import UPPER_BAVARIA

ZONE = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 6, 3, tzinfo=ZONE)
SUNRISE, SUNSET = 5 * 60 + 15, 21 * 60 + 10
"""In minutes of that day, there."""

HOUSE = House(id=1, name="House", latitude=UPPER_BAVARIA.latitude, longitude=UPPER_BAVARIA.longitude)
METER = Inverter(id=1, name="Meter", source=MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter")), house_id=1)
QUARTERS = SolarEdgeV2(api="v2", site_id="2")


def asked(minute: int) -> bool:
    """A cloud is asked at sunrise, then every half an hour, and not at night."""
    return SUNRISE <= minute < SUNSET and (minute - SUNRISE) % 30 == 0


def flown(day: ModelledDay) -> Iterator[Truth]:
    """What flows minute by minute, as it is at its end."""
    for minute in range(1, 24 * 60 + 1):
        at = MIDNIGHT + timedelta(minutes=minute)
        pv_w, load_w = day.pv_w(at), day.load_w(at)
        yield Truth(at, at, pv_w, load_w, 0.0, load_w - pv_w)


def told(truths: list[Truth]) -> Reading:
    """What the cloud answers now: the last quarter of an hour that it has in full."""
    at = truths[-1].at
    end = at - timedelta(minutes=2)
    end -= timedelta(minutes=end.minute % 15)
    window = [one.pv_w for one in truths if end - timedelta(minutes=15) < one.at <= end]
    pv_w = sum(window) / len(window)
    return Reading(source="solaredge", measured_at=end, received_at=at, averaged_s=900.0, pv_w=pv_w)


def share(part_wh: float | None, whole_wh: float | None) -> float:
    return part_wh / whole_wh if part_wh is not None and whole_wh else math.nan


@pytest.mark.parametrize("sky", [Sky.CLEAR, Sky.BROKEN])
def test_the_figures_of_a_day_are_right_though_the_cloud_is_asked_seldom_and_not_at_night(
    sky: Sky,
) -> None:
    roof = Inverter(id=2, name="Roof", source=QUARTERS, house_id=1, role=Role.PV)
    site, chronicle = Site(Premises(HOUSE, METER, (roof,))), Chronicle(Keys())
    energies, truths, total = Energies(), list[Truth](), DayTotal(day="")
    for minute, truth in enumerate(
        flown(ModelledDay(UPPER_BAVARIA, ROOF, Clouds(sky, seed=3), Appliances(ZONE, 3))), 1
    ):
        truths.append(truth)
        energies.add(truth, 60)
        if asked(minute):
            site.see_reading(2, told(truths), {}, truth.at)
        now = Reading(source="mqtt-meter", measured_at=truth.at, received_at=truth.at, grid_w=truth.grid_w)
        site.see_reading(1, now, {}, truth.at)
        total = chronicle.day(site, truth.at) or total
    assert total.measured_s == pytest.approx(86_400, abs=120)
    assert total.pv_measured_s == total.load_measured_s == pytest.approx(86_400, abs=120)
    assert (total.import_wh, total.export_wh) == pytest.approx((energies.import_wh, energies.export_wh), rel=0.01)
    assert total.pv_wh == pytest.approx(energies.pv_wh, rel=0.03)
    assert total.load_wh == pytest.approx(energies.load_wh, rel=0.11)  # the difference of two much larger ones
    assert share(total.pv_export_wh, total.pv_wh) == pytest.approx(energies.export_wh / energies.pv_wh, abs=0.02)
    assert share(total.load_import_wh, total.load_wh) == pytest.approx(energies.import_wh / energies.load_wh, abs=0.06)
