"""One grid reading for a house; further inverters add generation only. Expected values by the energy balance."""

from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter, Preset
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV1, SolarEdgeV2, Source
from sunpilot.controller.clear_sky import Sky
from sunpilot.controller.generation import accounted, with_generation

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 6, 21, 23, 0, tzinfo=UTC)
SKY = Sky(48.0, 12.0)
GARAGE = Inverter(id=2, name="Garage", source=SolarEdgeV1(site_id="2"), house_id=1, role=Role.PV)
METER = MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter"))
CLOUD = SolarEdgeV2(api="v2", site_id="2")
MODBUS = SolarEdgeModbus(kind="solaredge-modbus", host="garage")
AT_CONNECTION = Inverter(id=1, name="Meter", source=METER, house_id=1)


def reading(at: datetime = NOON, **powers_w: float | None) -> Reading:
    return Reading(source="meter", measured_at=at, received_at=at).model_copy(update=powers_w)


def garage(source: Source) -> Inverter:
    return GARAGE.model_copy(update={"source": source})


def test_alone_it_stays_as_it_is() -> None:
    grid = reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0)
    assert with_generation(grid, [], NOON) is grid


def test_the_sun_of_all_counts_but_only_one_grid() -> None:
    grid = reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0, battery_w=500.0)
    other = reading(grid_w=-7777.0, pv_w=2000.0, load_w=1.0, battery_w=-300.0)
    whole = with_generation(grid, [(GARAGE, other)], NOON)
    assert whole.grid_w == -1000
    assert whole.pv_w == 6000
    assert whole.battery_w == 200
    assert whole.load_w == pytest.approx(-1000 + 6000 - 200)


@pytest.mark.parametrize(
    "other",
    [None, reading(pv_w=None), reading(pv_w=2000.0).model_copy(update={"measured_at": NOON - timedelta(minutes=16)})],
)
def test_generation_that_is_not_known_makes_the_sum_unknown_and_never_less(other: Reading | None) -> None:
    whole = with_generation(reading(grid_w=-1000.0, pv_w=4000.0, load_w=3000.0), [(GARAGE, other)], NOON)
    assert whole.grid_w == -1000
    assert whole.pv_w is None
    assert whole.load_w is None


def test_a_meter_at_the_connection_alone_generates_nothing_and_one_that_knows_the_sun_may_lack_it() -> None:
    measured, other = reading(grid_w=-1000.0), reading(pv_w=2000.0)
    whole = accounted(measured, AT_CONNECTION, [(GARAGE, other)], SKY, NOON)
    assert (whole.grid_w, whole.pv_w, whole.load_w) == (-1000, 2000, 1000)
    with_sun = METER.model_copy(update={"pv": MeterValue(topic="pv")})
    for source in (with_sun, MqttMeter(kind="mqtt-meter", preset=Preset.EVCC), CLOUD, MODBUS):
        grid = AT_CONNECTION.model_copy(update={"source": source})
        assert accounted(measured, grid, [(GARAGE, other)], SKY, NOON).pv_w is None
    with_cloud = AT_CONNECTION.model_copy(update={"fallback": CLOUD})
    assert accounted(measured, with_cloud, [(GARAGE, other)], SKY, NOON).pv_w is None
    assert accounted(measured, AT_CONNECTION, [], SKY, NOON) is measured


@pytest.mark.parametrize(
    ("source", "at", "age_min", "battery_w", "pv_w"),
    [
        (CLOUD, NOON, 59, None, 2000.0),  # a cloud is asked every half an hour, and tells late
        (GARAGE.source, NOON, 59, None, None),  # a moment says nothing of an hour
        (GARAGE.source, NOON, 14, None, 2000.0),
        (CLOUD, NOON, 61, None, None),  # it should have been asked
        (MODBUS, NOON, 1, None, None),
        (METER, NOON, 2, None, None),
        (CLOUD, NIGHT, 300, None, 0.0),  # it is not asked, and there is no sun
        (MODBUS, NIGHT, 300, None, 0.0),
        (METER, NIGHT, 300, None, None),  # whatever it measures may run at night
        (GARAGE.source, NIGHT, 300, -500.0, None),  # its battery may give something now
        (CLOUD, NIGHT, None, None, 0.0),
        (MODBUS, NIGHT, None, None, None),  # it may have a battery
        (CLOUD, NOON, None, None, None),
    ],
)
def test_what_a_further_inverter_counts_for_in_the_accounts(
    source: Source, at: datetime, age_min: float | None, battery_w: float | None, pv_w: float | None
) -> None:
    averaged_s = 900.0 if source is CLOUD else 0.0
    last = None
    if age_min is not None:
        end = at - timedelta(minutes=age_min)
        last = reading(end, pv_w=2000.0, battery_w=battery_w, averaged_s=averaged_s)
    whole = accounted(reading(at, grid_w=300.0), AT_CONNECTION, [(garage(source), last)], SKY, at)
    assert (whole.grid_w, whole.pv_w) == (300, pv_w)
    assert whole.load_w == (None if pv_w is None else 300 + pv_w)


def test_what_is_only_taken_to_be_so_decides_nothing() -> None:
    last = reading(NIGHT - timedelta(hours=5), pv_w=100.0)
    assert with_generation(reading(NIGHT, grid_w=300.0, pv_w=0.0), [(garage(CLOUD), last)], NIGHT).pv_w is None
