"""The whole bridge against the simulated Wattpilot, in virtual time."""

import asyncio
from datetime import timedelta

import pytest

from sunpilot.bridge.service import WAIT_METER, WAIT_SETTINGS
from sunpilot.bridge.writes import BaseName
from sunpilot.contract.setpoint import Ack, Action, Memory, OnLapse, Order, Result
from sunpilot.contract.status import Car, LinkState, Status
from tests.unit.bridge.twin import KEY, PASSWORD, TOPICS, Site

parked_on_eco = pytest.mark.parametrize("site", [{"base": BaseName.B, "box": {"lmo": 4}}], indirect=True, ids=["B"])


async def test_it_comes_online_and_describes_the_box(site: Site) -> None:
    await site.start()
    assert site.broker.sent(TOPICS.wattpilot(1, "online")) == [b"false", b"true"]
    status = site.retained(Status, TOPICS.wattpilot(1, "status"))
    assert (status.link, status.car, status.requested_a, status.phases) == (LinkState.ONLINE, Car.IDLE, 16, 3)
    assert site.report.waits_for == ()


async def test_a_charge_starts_with_the_current_first(site: Site) -> None:
    await site.charge(8)
    assert (site.amp, site.frc) == (8, 0)
    assert site.results == [("amp", Result.STORED), ("frc", Result.STORED)]
    assert site.acks[0] == Ack(of=Order(epoch=5, n=1), key="amp", value=8, result=Result.STORED)
    assert site.statuses[-1].car is Car.CHARGING
    assert site.statuses[-1].epoch == 5
    assert site.statuses[-1].power_w == pytest.approx(site.box.power_w, abs=60.0)


async def test_while_a_lost_connection_is_being_closed_nothing_is_planned_nor_remembered(site: Site) -> None:
    await site.charge()
    cable = site.cable
    assert cable is not None
    close = cable.close

    async def close_slowly() -> None:
        await asyncio.sleep(2.0)
        await close()

    cable.close = close_slowly  # type: ignore[method-assign]
    begun = len(site.statuses)
    site.box.properties["rbc"] += 1
    await asyncio.sleep(1.5)
    await site.order(Action.CHARGE, 10)
    assert site.results[2:] == [(None, Result.OFFLINE)]
    assert site.memory.written == {"amp": 10, "frc": 0}
    await asyncio.sleep(5.0)
    assert all(status.car is not None for status in site.statuses[begun:] if status.is_online)


async def test_a_renewal_that_changes_nothing_writes_nothing(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10)
    assert site.results[2:] == [(None, Result.UNCHANGED)]


async def test_a_raise_waits_for_its_floor_a_reduction_does_not(site: Site) -> None:
    await site.charge(8)
    await site.order(Action.CHARGE, 10)
    assert site.amp == 10
    await site.order(Action.CHARGE, 12)
    assert site.amp == 10
    assert site.results[-1] == ("amp", Result.HELD)
    await site.order(Action.CHARGE, 6)
    assert site.amp == 6
    await site.order(Action.CHARGE, 12)
    await asyncio.sleep(7.0)
    assert site.amp == 6
    await asyncio.sleep(4.0)
    assert site.amp == 12
    assert site.results[-2:] == [("amp", Result.HELD), ("amp", Result.STORED)]


async def test_a_stop_stops(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    assert site.frc == 1
    await asyncio.sleep(8.0)
    assert site.box.power_w == 0


async def test_after_unplugging_a_stop_is_there_before_the_next_car(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    site.box.unplug()
    assert site.frc == 0
    await asyncio.sleep(2.0)
    assert site.frc == 1
    site.box.plug_in()
    await asyncio.sleep(60.0)
    assert site.box.power_w == 0


async def test_a_setpoint_that_is_not_renewed_stops_after_ninety_seconds(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10)
    await asyncio.sleep(88.0)
    assert site.frc == 0
    await asyncio.sleep(3.0)
    assert site.frc == 1


async def test_a_lapse_to_the_minimum_lowers_a_charge_and_never_starts_one(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 10, on_lapse=OnLapse.MINIMUM)
    await asyncio.sleep(93.0)
    assert (site.amp, site.frc) == (6, 0)
    site.box.unplug()
    await asyncio.sleep(3.0)
    site.box.plug_in()
    await asyncio.sleep(30.0)
    assert site.box.power_w == 0


async def test_an_order_is_kept_for_its_time_without_a_controller(site: Site) -> None:
    await site.charge()
    await site.order(Action.CHARGE, 16, on_lapse=OnLapse.KEEP, keep_s=600.0)
    await asyncio.sleep(590.0)
    assert (site.amp, site.frc) == (16, 0)
    await asyncio.sleep(15.0)
    assert site.frc == 1


async def test_an_older_leader_is_fenced_off(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP, order=Order(epoch=4, n=99))
    assert site.frc == 0
    assert site.acks[-1] == Ack(of=Order(epoch=4, n=99), result=Result.FENCED)


async def test_the_fence_outlives_a_restart_of_the_bridge(site: Site) -> None:
    await site.charge()
    await site.stop()
    await site.start()
    await site.order(Action.STOP, order=Order(epoch=4, n=99))
    assert site.acks[-1].result is Result.FENCED
    assert site.statuses[-1].epoch == 5


async def test_a_release_is_carried_out_once_and_acknowledged_each_time(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    await site.order(Action.RELEASE)
    assert site.frc == 0
    assert site.results[-2:] == [("frc", Result.STORED), (None, Result.DONE)]
    site.box.person_sets("frc", 1)
    await site.order(Action.RELEASE)
    assert site.results[-1] == (None, Result.DONE)
    await asyncio.sleep(200.0)
    assert site.frc == 1
    assert site.memory.released


async def test_a_restart_remembers_the_release(site: Site) -> None:
    await site.charge()
    await site.order(Action.RELEASE)
    await site.stop()
    site.box.person_sets("frc", 1)
    await site.start()
    await site.order(Action.RELEASE)
    assert site.results[-1] == (None, Result.DONE)
    assert site.frc == 1


async def test_a_release_without_a_link_is_done_when_the_link_is_back(site: Site) -> None:
    await site.charge()
    await site.order(Action.STOP)
    site.box.set_fault("refuse", True)
    site.box.set_fault("drop_all", True)
    await asyncio.sleep(2.0)
    await site.order(Action.RELEASE)
    assert site.results[-1] == (None, Result.OFFLINE)
    site.box.set_fault("refuse", False)
    await asyncio.sleep(30.0)
    assert site.frc == 0
    assert site.results[-1] == (None, Result.DONE)


async def test_a_restart_without_a_controller_stops_the_charge_that_it_forced(site: Site) -> None:
    await site.charge()
    await site.stop()
    assert site.frc == 0
    await site.start()
    await asyncio.sleep(84.0)
    assert site.frc == 0
    await asyncio.sleep(5.0)
    assert site.frc == 1


@pytest.mark.parametrize("force_state", [0, 2])
@parked_on_eco
async def test_a_start_without_a_memory_touches_nothing(force_state: int, site: Site) -> None:
    site.box.person_sets("frc", force_state)
    site.box.plug_in()
    await site.start()
    await asyncio.sleep(300.0)
    assert site.frc == force_state
    assert site.acks == []


@parked_on_eco
async def test_parked_on_eco_a_charge_is_forced_and_its_owner_stops_it_after_a_restart(site: Site) -> None:
    site.box.plug_in()
    await site.start()
    await site.order(Action.CHARGE, 10)
    assert site.frc == 2
    assert site.memory.written == {"amp": 10, "frc": 2}
    await site.stop()
    await site.start()
    await asyncio.sleep(90.0)
    assert site.frc == 1


async def test_the_memory_tells_what_was_found_and_written(site: Site) -> None:
    await site.charge(8)
    memory = site.memory
    assert memory.written_at is not None
    assert site.clock.now() - memory.written_at < timedelta(seconds=60)
    assert memory == Memory(
        written={"amp": 8, "frc": 0},
        written_at=memory.written_at,
        highest=Order(epoch=5, n=1),
    )


async def test_the_end_of_the_bridge_writes_nothing_and_says_goodbye(site: Site) -> None:
    await site.charge()
    before = dict(site.box.properties)
    await site.stop()
    assert (site.amp, site.frc) == (before["amp"], before["frc"])
    assert site.online == b"false"
    assert site.statuses[-1] == Status(link=LinkState.CONNECTING, epoch=5)
    assert not site.report.online


async def test_a_lost_link_is_said_at_once_with_every_value_unknown(site: Site) -> None:
    await site.charge()
    site.box.set_fault("refuse", True)
    site.box.set_fault("drop_all", True)
    await asyncio.sleep(2.0)
    assert site.online == b"false"
    assert site.statuses[-1] == Status(link=LinkState.CONNECTING, epoch=5)
    assert any("connection" in what for what in site.report.waits_for)
    site.box.set_fault("refuse", False)
    await asyncio.sleep(10.0)
    assert site.online == b"true"
    assert site.report.waits_for == ()


async def test_what_somebody_else_says_of_being_online_does_not_stick(site: Site) -> None:
    await site.start()
    site.broker.publish(TOPICS.wattpilot(1, "online"), b"false", True)
    assert site.online == b"false"
    await asyncio.sleep(31.0)
    assert site.online == b"true"


async def test_a_wrong_password_is_said(site: Site) -> None:
    site.box.set_fault("auth_error_always", True)
    await site.start()
    assert site.statuses[-1].link is LinkState.WRONG_PASSWORD
    assert any("WATTPILOT_PASSWORD" in what for what in site.report.waits_for)


async def test_without_host_and_password_the_bridge_is_healthy_and_says_what_it_waits_for(site: Site) -> None:
    site.settings = site.settings.model_copy(update={"host": None})
    await site.start()
    await site.order(Action.CHARGE, 10)
    assert site.statuses[-1] == Status(link=LinkState.UNCONFIGURED, epoch=5)
    assert site.online == b"false"
    assert site.report.online
    assert site.report.waits == (WAIT_SETTINGS,)
    assert site.results == [(None, Result.OFFLINE)]


async def test_a_refused_write_is_said_with_the_device_s_words_and_not_hammered(site: Site) -> None:
    await site.charge()
    site.box.set_fault("reject_writes", True)
    await site.order(Action.STOP)
    await asyncio.sleep(24.0)
    refusals = [ack for ack in site.acks if ack.result is Result.REFUSED]
    assert len(refusals) == 3
    assert refusals[0].device_text == "write rejected"


async def test_a_stop_that_is_not_answered_is_tried_until_it_is(site: Site) -> None:
    await site.charge()
    site.box.set_fault("reject_writes", True)
    site.box.set_fault("no_response", True)
    await site.order(Action.STOP)
    await asyncio.sleep(11.0)
    assert site.results[-1] == ("frc", Result.TIMED_OUT)
    site.box.set_fault("reject_writes", False)
    site.box.set_fault("no_response", False)
    await asyncio.sleep(15.0)
    assert site.frc == 1
    assert site.results[-1] == ("frc", Result.STORED)


async def test_success_without_a_value_writes_once(site: Site) -> None:
    site.box.set_fault("success_without_status", True)
    await site.charge()
    await site.order(Action.STOP)
    await asyncio.sleep(30.0)
    stored = [key for key, result in site.results if result is Result.STORED]
    assert stored == ["amp", "frc", "frc"]


async def test_a_limit_that_falls_lowers_the_current_and_one_that_rises_raises_it(site: Site) -> None:
    await site.charge(16)
    site.box.derate(10)
    await asyncio.sleep(3.0)
    assert site.amp == 10
    site.box.derate()
    await asyncio.sleep(12.0)
    assert site.amp == 16


async def test_a_meter_that_shows_only_zeros_while_charging_is_unknown_and_said(site: Site) -> None:
    await site.charge()
    site.box.set_fault("zero_nrg", True)
    await asyncio.sleep(54.0)
    assert site.statuses[-1].power_w == 0
    await site.order(Action.CHARGE, 10)
    await asyncio.sleep(15.0)
    unknown = site.statuses[-1]
    assert (unknown.power_w, unknown.current_a, unknown.voltage_v) == (None, None, None)
    assert unknown.car is Car.CHARGING
    assert WAIT_METER in site.report.waits
    site.box.set_fault("zero_nrg", False)
    await asyncio.sleep(3.0)
    assert (site.statuses[-1].power_w or 0) > 1000
    assert site.report.waits_for == ()


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b'{"v":2}', b'{"v":1,"action":"charge"}'])
async def test_a_bad_setpoint_is_counted_and_dropped(payload: bytes, site: Site) -> None:
    await site.charge()
    site.broker.publish(TOPICS.wattpilot(1, "setpoint"), payload, False)
    await asyncio.sleep(1.0)
    assert site.report.dropped == 1
    assert site.box.power_w > 0


async def test_a_retained_setpoint_is_dropped(site: Site) -> None:
    stale = b'{"v":1,"action":"stop","epoch":9,"n":1,"reason":"old"}'
    site.broker.retained[TOPICS.wattpilot(1, "setpoint")] = stale
    await site.charge()
    assert site.report.dropped == 1


async def test_statuses_come_every_ten_seconds_at_least_and_once_a_second_at_most(site: Site) -> None:
    site.box.person_sets("frc", 1)
    await site.start()
    begun = len(site.statuses)
    await asyncio.sleep(600.0)
    assert 60 <= len(site.statuses) - begun <= 600


async def test_no_secret_reaches_the_broker_or_the_log(site: Site) -> None:
    await site.charge()
    secrets = [PASSWORD, KEY, site.box.properties["cak"], site.box.token1]
    said = b"".join(payload for _, payload in site.broker.log).decode() + repr(site.log.calls)
    assert [secret for secret in secrets if secret in said] == []
