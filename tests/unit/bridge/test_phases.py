"""Phase switches, and what a release gives back."""

import asyncio
from dataclasses import replace

import pytest

from sunpilot.bridge.writes import BaseName
from sunpilot.contract.setpoint import Action, OnLapse, Result
from sunpilot.simulator.car import Car
from sunpilot.simulator.wattpilot import properties
from tests.unit.bridge.twin import Site


def writes(site: Site, since: int = 0) -> list[tuple[str | None, object]]:
    return [(ack.key, ack.value) for ack in site.acks[since:] if ack.result is Result.STORED]


async def test_from_three_phases_to_one_the_relay_comes_before_the_current(site: Site) -> None:
    await site.charge(6)
    begun = len(site.acks)
    await site.keep_charging(90.0, 16, 1)
    assert writes(site, begun) == [("psm", 1), ("amp", 16)]
    assert site.status.phases == 1
    assert site.box.power_w == pytest.approx(16 * 230, rel=0.1)


async def test_from_one_phase_to_three_the_current_comes_before_the_relay(site: Site) -> None:
    await site.charge(16, 1)
    begun = len(site.acks)
    await site.keep_charging(390.0, 8, 3)
    assert writes(site, begun) == [("amp", 8), ("psm", 2)]
    assert site.status.phases == 3


async def test_a_start_sets_phases_current_and_force_in_this_order(site: Site) -> None:
    await site.charge(10, 1)
    assert writes(site) == [("psm", 1), ("amp", 10), ("frc", 0)]


async def test_between_two_switches_lie_300_seconds_also_for_a_person(site: Site) -> None:
    await site.charge(10, 1)
    await site.order(Action.CHARGE, 10, phases=3, on_lapse=OnLapse.KEEP, keep_s=3600.0)
    assert ("psm", Result.HELD) in site.results
    await asyncio.sleep(270.0)
    assert site.psm == 1
    await asyncio.sleep(20.0)
    assert site.psm == 2


async def test_after_a_restart_the_floor_counts_by_the_box_s_own_record(site: Site) -> None:
    await site.charge(10)
    await site.keep_charging(30.0, 10, 1)
    assert site.psm == 1
    await site.stop()
    await asyncio.sleep(200.0)
    await site.start()
    await site.keep_charging(30.0, 10, 3)
    assert site.psm == 1
    await site.keep_charging(60.0, 10, 3)
    assert site.psm == 2


async def test_a_box_that_says_nothing_of_its_last_switch_counts_as_just_switched(site: Site) -> None:
    del site.box.properties["lfspt"]
    site.box.profile = replace(site.box.profile, absent=site.box.profile.absent | {"lfspt"})
    site.box.person_sets("frc", 1)
    site.box.plug_in()
    await site.start()
    await site.keep_charging(270.0, 10, 1)
    assert (site.psm, site.box.power_w) == (2, 0.0)
    await site.keep_charging(60.0, 10, 1)
    assert site.psm == 1


async def test_as_long_as_one_phase_must_wait_three_carry_no_more_than_was_meant_for_one(site: Site) -> None:
    await site.charge(10, 1)
    await site.keep_charging(330.0, 12, 3)
    assert (site.psm, site.amp) == (2, 12)
    await site.keep_charging(30.0, 16, 1)
    assert (site.psm, site.amp) == (2, 6)


@pytest.mark.parametrize(
    "site", [{"box": {"car": Car(phases=1)}}, {"box": {"psm": 1}}], indirect=True, ids=["car", "grid"]
)
async def test_three_phases_are_never_asked_for_where_only_one_is_known(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    if site.psm == 1:
        one = {"pha": [False, False, False, True, False, False], "pnp": 1, "fsp": True}
        monkeypatch.setattr(properties, "relay", lambda _phases, *, closed: one)
    await site.charge(10)
    await site.keep_charging(90.0, 10)
    assert site.status.max_phases == 1
    if site.psm == 2:
        await site.keep_charging(30.0, 10, 1)
    await site.keep_charging(600.0, 10, 3)
    assert site.psm == 1


async def test_another_car_is_not_judged_by_the_one_before(site: Site) -> None:
    site.box.car.phases = 1
    await site.charge(10)
    await site.keep_charging(90.0)
    assert site.status.max_phases == 1
    site.box.unplug()
    await asyncio.sleep(3.0)
    assert site.status.max_phases == 3


async def test_phases_none_means_as_found(site: Site) -> None:
    await site.charge(10, 1)
    assert site.memory.phase_mode_found == 2
    await site.keep_charging(330.0, 10)
    assert site.psm == 2


async def test_a_box_that_is_not_stopped_by_force_is_so_before_its_phases_are_set(site: Site) -> None:
    site.box.person_sets("acs", 1)  # it waits for a card, not by force
    site.box.plug_in()
    await site.start()
    await site.order(Action.CHARGE, 10, phases=1)
    await asyncio.sleep(15.0)
    assert writes(site) == [("frc", 1), ("psm", 1), ("amp", 10), ("frc", 0)]


async def test_a_release_gives_back_the_force_state_at_once_and_the_phases_when_the_floor_allows(site: Site) -> None:
    await site.charge(10, 1)
    await site.order(Action.STOP)
    await site.order(Action.RELEASE)
    assert (site.frc, site.psm) == (0, 1)
    assert ("psm", Result.HELD) in site.results
    await asyncio.sleep(260.0)
    assert site.psm == 1
    assert Result.DONE not in [result for _, result in site.results]
    await asyncio.sleep(30.0)
    assert site.psm == 2
    assert (None, Result.DONE) in site.results
    assert (site.memory.written, site.memory.phase_mode_found) == ({}, None)
    site.box.person_sets("psm", 1)
    await site.order(Action.RELEASE)
    await asyncio.sleep(400.0)
    assert site.psm == 1


async def test_a_release_gives_back_the_phases_found_before_a_restart(site: Site) -> None:
    await site.charge(10, 1)
    await site.stop()
    await site.start()
    await site.order(Action.RELEASE)
    await asyncio.sleep(320.0)
    assert (site.frc, site.psm) == (0, 2)
    assert site.results[-1] == (None, Result.DONE)


async def test_phases_that_a_person_chose_meanwhile_are_not_taken_back(site: Site) -> None:
    await site.charge(10, 1)
    await site.keep_charging(90.0, 10, 1)
    site.box.person_sets("psm", 0)
    await asyncio.sleep(3.0)
    await site.order(Action.RELEASE, resume=True)
    await asyncio.sleep(400.0)
    assert site.psm == 0


@pytest.mark.parametrize("site", [{"base": BaseName.B, "box": {"lmo": 4}}], indirect=True)
async def test_parked_on_eco_the_force_that_is_forgotten_in_a_switch_is_given_again(site: Site) -> None:
    site.box.set_fault("phase_switch_unplugs", True)
    await site.charge(10)
    await site.order(Action.CHARGE, 8, phases=1)
    await asyncio.sleep(4.0)
    assert site.box.properties["car"] == 1
    site.box.properties["frc"] = 0  # as on unplug
    await asyncio.sleep(3.0)
    assert site.frc == 0
    await site.keep_charging(60.0, 8, 1)
    assert site.frc == 2
    assert site.status.manual is None
