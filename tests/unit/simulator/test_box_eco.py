"""The Wattpilot's own Eco mode with an inverter paired: when it charges, and on how many phases."""

from datetime import UTC, datetime

import pytest

from sunpilot.simulator.wattpilot.box import Box

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
EXPORT_W = -5000.0


def eco_box(psm: int = 0) -> Box:
    """A box on Eco that uses surplus from 1400 W on, with a car at its cable."""
    box = Box(lambda: NOON, lmo=4, psm=psm)
    box.person_sets("fup", True)
    box.plug_in()
    box.step(10)
    return box


def live(box: Box, seconds: int, surplus_w: float) -> list[int]:
    """Let time pass under a surplus; the phases behind the relay in each second."""
    phases = []
    for _ in range(seconds):
        box.see_grid(box.power_w - surplus_w)
        box.step(1)
        phases.append(int(box.properties["pnp"]))
    return phases


def test_without_an_inverter_it_knows_of_no_surplus() -> None:
    box = eco_box()
    box.step(60)
    assert (box.properties["modelStatus"], box.power_w) == (17, 0)


@pytest.mark.parametrize(("surplus_w", "reason"), [(1399, 17), (1400, 12), (8000, 12)])
def test_it_charges_from_its_start_power_on(surplus_w: float, reason: int) -> None:
    box = eco_box()
    live(box, 60, surplus_w)
    assert box.properties["modelStatus"] == reason


def test_it_switches_after_two_minutes_and_not_again_within_ten() -> None:
    box = eco_box()
    down = live(box, 200, 2000)
    assert 115 <= down.index(1) <= 140  # the wish persists for mpwst, then current has to end
    up = live(box, 900, 5000)
    assert 480 <= up.index(3) <= 500 + 30  # mptwt after the last toggle
    assert up[-1] == 3


def test_a_wish_that_does_not_last_is_none() -> None:
    box = eco_box()
    for _ in range(5):
        assert set(live(box, 100, 2000)) == {3}
        assert set(live(box, 20, 5000)) == {3}


def test_between_its_two_levels_it_stays_as_it_is() -> None:
    box = eco_box()
    assert set(live(box, 600, 3900)) == {3}  # spl3 4200 W less psh 500 W
    live(box, 200, 2000)
    assert set(live(box, 900, 4100)) == {1}


def test_forced_phases_do_not_follow_the_surplus() -> None:
    assert set(live(eco_box(psm=2), 600, 1500)) == {3}


def test_a_release_to_charge_lapses_after_a_minute_without_a_car() -> None:
    box = Box(lambda: NOON)
    box.write("trx", 0)
    box.step(59)
    assert box.properties["trx"] == 0
    box.step(2)
    assert box.properties["trx"] is None
