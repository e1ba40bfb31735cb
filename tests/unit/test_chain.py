"""The chain from a power reading to a current at the box, in virtual time, with every link real but the wires."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from sunpilot.contract.decision import Reason
from sunpilot.contract.order import Mode, Override, OverrideKind, Resume
from sunpilot.contract.setpoint import Action, Result
from tests.support.virtual_swarm import TOPICS, ZONE, VirtualSwarm
from tests.support.virtual_time import run

MORNING = datetime(2026, 6, 21, 9, 0, tzinfo=ZONE)
DAWN = datetime(2026, 6, 21, 5, 45, tzinfo=ZONE)
NIGHT = datetime(2026, 6, 21, 0, 30, tzinfo=ZONE)


def play(scene: Any, start: datetime = MORNING) -> None:
    async def main() -> None:
        async with VirtualSwarm(start).running() as swarm:
            await scene(swarm)

    run(main())


def minutes(count: float) -> Coroutine[Any, Any, None]:
    return asyncio.sleep(60 * count)


def test_the_sun_charges_the_car() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        before = swarm.house.energies.car_wh
        await minutes(20)
        surplus_w = swarm.house.truth.pv_w - (swarm.house.truth.load_w - swarm.house.truth.car_w)
        assert swarm.box.power_w == pytest.approx(surplus_w, abs=500)
        assert swarm.house.energies.car_wh - before > 1000
        assert swarm.decision.inputs.reading_is_fresh
        assert swarm.status.car is not None

    play(scene)


def test_at_night_nothing_is_charged() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(60)
        assert swarm.box.power_w == 0
        assert {setpoint.action for setpoint in swarm.setpoints} == {Action.STOP}
        assert swarm.decision.reason is Reason.WAITING_FOR_SUN

    play(scene, NIGHT)


def test_every_write_is_acknowledged_and_no_floor_is_broken() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(60)
        stored = [ack for ack in swarm.acks if ack.result is Result.STORED]
        assert {ack.key for ack in stored} == {"amp", "frc"}
        assert not [ack for ack in swarm.acks if ack.result in (Result.REFUSED, Result.TIMED_OUT)]

    play(scene)


def test_a_full_power_order_charges_at_night_and_ends_by_itself() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(2)
        now = swarm.clock.now()
        end = now + timedelta(minutes=10)
        await swarm.override(Override(kind=OverrideKind.FULL, set_at=now, ends_at=end, ends_on_unplug=False))
        await minutes(2)
        assert swarm.box.power_w > 10_000
        assert swarm.decision.reason is Reason.ORDER_FULL
        await minutes(10)
        assert swarm.box.power_w == 0

    play(scene, NIGHT)


def test_a_change_of_mode_acts_within_a_second() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(5)
        await swarm.configure(mode=Mode.OFF)
        await asyncio.sleep(1)
        assert swarm.setpoints[-1].action is Action.STOP
        assert swarm.decision.reason is Reason.ORDER_OFF

    play(scene)


def test_smart_charging_off_releases_the_box_and_keeps_the_hands_off() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        await swarm.configure(smart=False)
        await minutes(1)
        assert swarm.box.properties["frc"] == 0
        assert swarm.decision.reason is Reason.RELEASED
        assert swarm.acks[-1].result is Result.DONE
        sent = len(swarm.setpoints)
        swarm.box.person_sets("frc", 1)
        await minutes(10)
        assert swarm.box.properties["frc"] == 1
        assert len(swarm.setpoints) == sent
        await swarm.configure(smart=True)
        await minutes(5)
        assert swarm.box.power_w > 1000

    play(scene)


def test_without_readings_a_charge_is_held_and_then_stopped() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        assert swarm.box.power_w > 1000
        swarm.cloud.faults.set("status_503")
        last = swarm.clock.now()
        while swarm.box.power_w > 0:
            await asyncio.sleep(1)
        assert (swarm.clock.now() - last).total_seconds() == pytest.approx(15 * 60 + 60, abs=40)
        assert swarm.decision.reason is Reason.STALE_STOP
        await minutes(60)
        assert swarm.box.power_w == 0
        swarm.cloud.faults.set("status_503", 0)
        await minutes(60)
        assert swarm.box.power_w > 1000

    play(scene)


def test_a_dead_controller_is_followed_by_a_stop_when_the_lease_lapses() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        await swarm.stop("controller", gracefully=False)
        died = swarm.clock.now()
        while swarm.box.power_w > 0:
            await asyncio.sleep(1)
        assert 55 <= (swarm.clock.now() - died).total_seconds() <= 100
        swarm.start("controller")
        await minutes(10)
        assert swarm.box.power_w > 1000

    play(scene)


def test_a_controller_that_comes_back_without_readings_does_not_start_what_lapsed() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        await swarm.stop("fetcher")
        await swarm.stop("controller", gracefully=False)
        await minutes(5)
        assert swarm.box.power_w == 0
        swarm.start("controller")
        await minutes(15)
        assert swarm.box.power_w == 0
        swarm.start("fetcher")
        await minutes(10)
        assert swarm.box.power_w > 1000

    play(scene)


def test_a_broker_that_restarts_does_not_make_an_old_reading_new() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        old = swarm.broker.retained[TOPICS.inverter(1, "reading")]
        await minutes(10)
        regret = swarm.decision.terms
        swarm.broker.publish(TOPICS.inverter(1, "reading"), old, True)
        await asyncio.sleep(0.1)
        assert swarm.decision.terms == regret

    play(scene)


def test_a_wattpilot_that_is_gone_leaves_nothing_behind() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(5)
        await swarm.configure(smart=False)
        await minutes(1)
        await swarm.redis.hdel("sunpilot:wattpilots", "1")
        swarm.announce("wattpilot")
        await asyncio.sleep(1)
        assert TOPICS.wattpilot(1, "decision") not in swarm.broker.retained
        assert not await swarm.redis.hexists("sunpilot:decisions", "1")

    play(scene)


def test_an_order_outlives_the_controller_for_as_long_as_it_runs() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        now = swarm.clock.now()
        end = now + timedelta(minutes=30)
        await swarm.override(Override(kind=OverrideKind.FULL, set_at=now, ends_at=end, ends_on_unplug=False))
        await minutes(5)
        await swarm.stop("controller", gracefully=False)
        await minutes(15)
        assert swarm.box.power_w > 10_000
        await minutes(15)
        assert swarm.box.power_w == 0

    play(scene, NIGHT)


def test_a_controller_that_restarts_keeps_the_charge_and_its_epoch_grows() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        first = swarm.setpoints[-1]
        await swarm.stop("controller")
        swarm.start("controller")
        await minutes(2)
        assert swarm.setpoints[-1].epoch > first.epoch
        assert not [s for s in swarm.setpoints[-5:] if s.action is Action.STOP]
        assert swarm.box.power_w > 1000

    play(scene)


def test_a_broker_that_forgets_everything_leaves_no_scar() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        swarm.broker.stop()
        await minutes(1)
        sent = len(swarm.setpoints)
        for name in ("fetcher", "bridge", "controller"):
            swarm.buses[name].connect()
        await minutes(3)
        assert len(swarm.setpoints) > sent
        assert swarm.box.power_w > 1000
        assert not [ack for ack in swarm.acks if ack.result is Result.FENCED]

    play(scene)


def test_without_the_store_a_running_swarm_goes_on_from_memory() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        swarm.redis_server.connected = False
        before = swarm.house.energies.car_wh
        await minutes(30)
        assert swarm.house.energies.car_wh - before > 1500
        swarm.redis_server.connected = True
        await minutes(5)
        assert swarm.box.power_w > 1000
        assert await swarm.redis.hget("sunpilot:decisions", "1") is not None

    play(scene)


def test_a_new_car_finds_a_stop_and_waits_for_the_sun() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(5)
        swarm.box.unplug()
        await minutes(2)
        assert swarm.box.properties["frc"] == 1  # the box forgot it at unplug; the bridge wrote it again
        swarm.box.plug_in()
        await minutes(10)
        assert swarm.box.power_w == 0

    play(scene, NIGHT)


def test_a_person_at_the_box_is_respected_until_somebody_resumes() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        before = len(swarm.acks)
        swarm.box.person_sets("frc", 1)
        await minutes(5)
        assert swarm.box.power_w == 0
        assert swarm.box.properties["frc"] == 1
        assert swarm.decision.reason is Reason.MANUAL
        assert swarm.status.manual is not None
        results = {ack.result for ack in swarm.acks[before:]}
        assert Result.MANUAL in results
        assert Result.STORED not in results
        await swarm.put("resumes", 1, Resume(at=swarm.clock.now()))
        swarm.announce("resume")
        await minutes(10)
        assert swarm.status.manual is None
        assert swarm.box.power_w > 1000

    play(scene)


def test_a_raw_write_by_a_person_is_a_change_by_hand() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        swarm.broker.publish(TOPICS.wattpilot(1, "set/amp"), b"6", False)
        await minutes(5)
        assert swarm.box.properties["amp"] == 6
        assert swarm.status.manual is not None
        swarm.box.unplug()
        await minutes(1)
        assert swarm.status.manual is None
        assert swarm.decision.reason is Reason.NO_CAR

    play(scene)


def test_garbage_on_every_topic_is_dropped_and_nothing_stops() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        for topic in ("inverter/1/reading", "wattpilot/1/status", "wattpilot/1/setpoint", "wattpilot/1/ack", "config"):
            for payload in (b"", b"\xff", b"[]", b'{"v": 2}', b"x" * 100_000):
                swarm.broker.publish(f"sunpilot/{topic}", payload, False)
        await minutes(5)
        assert swarm.box.power_w > 1000
        assert all(not task.done() for task in swarm.tasks.values())

    play(scene)


def test_no_secret_is_ever_published_or_stored_where_it_does_not_belong() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(10)
        swarm.cloud.faults.set("status_500")
        await minutes(10)
        said = b"".join(payload for _, payload in swarm.broker.log)
        assert b"VIRTUALVIRTUAL" not in said
        assert b"Sonne" not in said
        for key in await swarm.redis.keys("*"):
            if key != "sunpilot:tokens" and await swarm.redis.type(key) == "hash":
                assert "VIRTUALVIRTUAL" not in str(await swarm.redis.hgetall(key))

    play(scene)


def test_a_weak_sun_charges_on_one_phase_that_the_bridge_has_switched_to() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(6)
        assert swarm.box.properties["psm"] == 1
        assert (swarm.status.phases, swarm.decision.phases) == (1, 1)
        surplus_w = swarm.house.truth.pv_w - (swarm.house.truth.load_w - swarm.house.truth.car_w)
        assert 1380 < surplus_w < 2070  # three phases would not even start
        assert swarm.box.power_w == pytest.approx(surplus_w, abs=150)

    play(scene, DAWN)
