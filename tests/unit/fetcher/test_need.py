"""Whether a car can use the sun."""

import pytest

from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.fetcher.need import has_use_for_readings

SOURCE = SolarEdgeV1(site_id="1")
GRID = Inverter(id=1, name="roof", source=SOURCE, house_id=10, wattpilot_id=5)
NEIGHBOUR = Inverter(id=3, name="next door", source=SOURCE, house_id=11, wattpilot_id=6)


def status(car: Car | None, allowed: bool | None = True) -> Status:
    return Status(link=LinkState.ONLINE if car else LinkState.CONNECTING, car=car, allowed=allowed)


@pytest.mark.parametrize(
    ("car", "allowed", "expected"),
    [
        (Car.IDLE, True, False),
        (Car.WAITING, False, True),
        (Car.CHARGING, True, True),
        (Car.COMPLETE, True, False),  # full
        (Car.COMPLETE, False, True),  # stopped: the box calls that complete as well
        (Car.ERROR, None, True),
        (None, None, False),
    ],
)
def test_readings_are_of_use_while_a_car_is_there_and_not_full(
    car: Car | None, allowed: bool | None, expected: bool
) -> None:
    assert has_use_for_readings(10, {1: GRID}, {}, {5: status(car, allowed)}) is expected


def test_only_the_houses_own_wattpilots_count() -> None:
    inverters = {1: GRID, 3: NEIGHBOUR}
    assert not has_use_for_readings(10, inverters, {}, {6: status(Car.CHARGING)})
    assert has_use_for_readings(11, inverters, {}, {6: status(Car.CHARGING)})


def test_a_wattpilot_may_belong_to_the_house_by_its_second_inverter() -> None:
    second = Inverter(id=2, name="barn", source=SOURCE, role=Role.PV, house_id=10, wattpilot_id=7)
    assert has_use_for_readings(10, {1: GRID, 2: second}, {}, {7: status(Car.WAITING)})


def test_without_smart_charging_readings_are_for_display_only() -> None:
    off = GRID.model_copy(update={"smart_charging_enabled": False})
    assert not has_use_for_readings(10, {1: off}, {}, {5: status(Car.CHARGING)})


def test_a_wattpilot_may_name_its_house_itself_but_the_inverter_that_names_it_counts() -> None:
    own = {8: Wattpilot(id=8, name="garage", house_id=10), 5: Wattpilot(id=5, name="carport", house_id=11)}
    assert has_use_for_readings(10, {1: GRID}, own, {8: status(Car.WAITING)})
    assert has_use_for_readings(10, {1: GRID}, own, {5: status(Car.WAITING)})
    assert not has_use_for_readings(11, {1: GRID, 3: NEIGHBOUR}, own, {5: status(Car.WAITING)})
