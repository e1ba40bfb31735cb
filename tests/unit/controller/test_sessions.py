"""Sessions against the simulator's truth: what the car took, and where it came from, computed from the house itself."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from sunpilot.contract.house import House
from sunpilot.contract.message import decode
from sunpilot.contract.order import Mode
from sunpilot.contract.session import KEPT_SESSIONS, Session
from sunpilot.controller.service import Controller
from sunpilot.runtime.leader import LEASE_MS
from sunpilot.simulator.house import Truth
from tests.support.virtual_swarm import LOG, TOPICS, ZONE, VirtualSwarm
from tests.support.virtual_time import run

MORNING = datetime(2026, 6, 21, 7, 15, tzinfo=ZONE)

EDGES_WH = 30.0
"""Up to 10 s at 11 kW: how old a reading of this source is, is not known, so a start and an end are blurred."""


class Meters:
    """Energies of the cars second by second, each as the house really had it: import to the cars first."""

    def __init__(self, swarm: VirtualSwarm) -> None:
        self.grid_wh = dict.fromkeys(swarm.boxes, 0.0)
        self.sun_wh = dict.fromkeys(swarm.boxes, 0.0)
        self._boxes = swarm.boxes
        swarm.house._watchers = (*swarm.house._watchers, self.see)

    def see(self, truth: Truth) -> None:
        for number, box in self._boxes.items():
            share = box.power_w / truth.car_w if truth.car_w > 0 else 0.0
            grid_w = share * min(truth.car_w, max(0.0, truth.grid_w))
            self.grid_wh[number] += grid_w / 3600
            self.sun_wh[number] += (box.power_w - grid_w) / 3600


async def kept(swarm: VirtualSwarm, number: int = 1) -> list[Session]:
    stored = await swarm.redis.zrange(f"sunpilot:sessions:{number}", 0, -1)
    return [Session.model_validate_json(str(one)) for one in stored]


def said(swarm: VirtualSwarm, number: int = 1) -> Session:
    return decode(Session, swarm.broker.retained[TOPICS.wattpilot(number, "session")])


def test_two_sessions_of_a_morning_are_counted_as_the_house_had_them_over_a_restart_too() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            swarm.box.unplug()
            meters = Meters(swarm)
            await asyncio.sleep(60)
            plugged_at = swarm.clock.now()
            swarm.box.plug_in()
            await asyncio.sleep(600)
            await swarm.stop("controller", gracefully=False)
            await asyncio.sleep(5)
            swarm.start("controller")
            await asyncio.sleep(420)
            swarm.box.unplug()
            await asyncio.sleep(60)
            first_wh = (meters.sun_wh[1], meters.grid_wh[1])
            assert said(swarm).ended_at is not None
            await swarm.configure(mode=Mode.FULL)  # a second car, at full power: the sun is not enough
            swarm.box.plug_in()
            await asyncio.sleep(300)
            running = said(swarm)
            assert running.ended_at is None
            swarm.box.unplug()
            await asyncio.sleep(60)
            first, second = (one for one in await kept(swarm) if one.seen_from_start)
            assert second == said(swarm)
            assert second.id == running.id
            house = House(id=2, name="House")
            for one, sun_wh, grid_wh in (
                (first, *first_wh),
                (second, meters.sun_wh[1] - first_wh[0], meters.grid_wh[1] - first_wh[1]),
            ):
                assert one.energy_wh == pytest.approx(sun_wh + grid_wh, abs=2)
                assert one.sun_wh == pytest.approx(sun_wh, rel=0.03, abs=EDGES_WH)
                assert one.grid_wh == pytest.approx(grid_wh, rel=0.03, abs=EDGES_WH)
                cost = (sun_wh * house.feed_in_price + grid_wh * house.import_price) / 1000
                assert one.cost == pytest.approx(cost, rel=0.05)
                assert one.saved == pytest.approx((sun_wh + grid_wh) * house.import_price / 1000 - cost, rel=0.05)
                assert one.covered_s == pytest.approx(one.plugged_s, abs=30)
                assert 0 <= one.plugged_s - sum(one.reasons_s.values()) <= 45  # a restart loses what was not stored yet
                assert one.battery_wh is None
            assert first.started_at >= plugged_at
            assert first.plugged_s == pytest.approx(1025, abs=10)
            assert (first.sun_share or 0) > 0.95
            assert meters.grid_wh[1] > 200
            assert "order_full" in second.reasons_s

    run(main())


def test_while_two_controllers_hear_everything_and_the_lead_changes_hands_a_session_is_counted_once() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            swarm.box.unplug()
            meters = Meters(swarm)
            await asyncio.sleep(60)
            bus = swarm.broker.client()
            standby = Controller(bus, swarm.store, swarm.clock, TOPICS, "standby", LOG)
            running = asyncio.ensure_future(standby.run())
            asyncio.get_running_loop().call_soon(bus.connect)
            lease = swarm.store.keys.lease("controller")
            await asyncio.sleep(5)
            first = str(await swarm.redis.get(lease))
            swarm.box.plug_in()
            for leader in (standby._leader._instance, first, standby._leader._instance):
                await asyncio.sleep(197)
                await swarm.redis.set(lease, leader, px=LEASE_MS)  # the old one has slept, and wakes up
                await asyncio.sleep(100)
                assert await swarm.redis.get(lease) == leader
            swarm.box.unplug()
            await asyncio.sleep(60)
            one, *more = (one for one in await kept(swarm) if one.seen_from_start)
            assert more == []
            assert one == said(swarm)
            assert meters.sun_wh[1] > 1000
            assert one.energy_wh == pytest.approx(meters.sun_wh[1] + meters.grid_wh[1], abs=2)
            assert one.sun_wh == pytest.approx(meters.sun_wh[1], rel=0.01)
            assert one.starts == 1
            assert one.plugged_s == pytest.approx(891, abs=10)
            assert one.covered_s == pytest.approx(one.plugged_s, abs=10)
            assert sum(one.reasons_s.values()) <= one.plugged_s
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(main())


def test_two_cars_share_what_is_imported_by_their_power() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING, wattpilots=2).running() as swarm:
            for box in swarm.boxes.values():
                box.unplug()
            meters = Meters(swarm)
            await asyncio.sleep(60)
            await swarm.configure(mode=Mode.FULL)
            for box in swarm.boxes.values():
                box.plug_in()
            await asyncio.sleep(600)
            for box in swarm.boxes.values():
                box.unplug()
            await asyncio.sleep(60)
            for number in swarm.boxes:
                one = said(swarm, number)
                assert meters.grid_wh[number] > 300
                assert one.grid_wh == pytest.approx(meters.grid_wh[number], rel=0.06)
                assert one.sun_wh == pytest.approx(meters.sun_wh[number], rel=0.06)

    run(main())


def test_a_wattpilot_that_was_given_back_has_sessions_and_their_share_of_sun_too() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await swarm.configure(smart=False)
            swarm.box.unplug()
            await asyncio.sleep(60)
            begin_wh = swarm.box.energy_wh
            swarm.box.plug_in()
            await asyncio.sleep(300)
            one = said(swarm)
            assert swarm.box.energy_wh - begin_wh > 100
            assert one.energy_wh == pytest.approx(swarm.box.energy_wh - begin_wh, abs=120)
            assert (one.sun_wh or 0) + (one.grid_wh or 0) == pytest.approx(one.energy_wh, abs=120)
            assert 200 < one.covered_s < 300  # a reading of unsure age says nothing while the current rises

    run(main())


def test_a_store_that_is_away_loses_no_session() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            swarm.box.unplug()
            await asyncio.sleep(60)
            swarm.redis_server.connected = False
            for _ in range(3):
                swarm.box.plug_in()
                await asyncio.sleep(120)
                swarm.box.unplug()
                await asyncio.sleep(60)
            assert said(swarm).seen_from_start
            swarm.redis_server.connected = True
            await asyncio.sleep(60)
            assert len([one for one in await kept(swarm) if one.seen_from_start]) == 3

    run(main())


def test_a_wattpilot_that_is_deleted_leaves_no_session_behind() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(60)
            assert await kept(swarm)
            await swarm.stop("bridge")
            await swarm.redis.hdel("sunpilot:wattpilots", "1")
            swarm.announce("wattpilot")
            await asyncio.sleep(5)
            swarm.start("bridge")  # which acknowledges the release
            await _until(lambda: TOPICS.wattpilot(1, "session") not in swarm.broker.retained)
            assert await kept(swarm) == []
            assert await swarm.redis.hgetall("sunpilot:tallies") == {}

    run(main())


def test_the_last_sessions_are_kept_by_number_however_old_the_clock_says_they_are() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            swarm.box.unplug()
            await asyncio.sleep(60)
            old = {f'{{"id": {number}}}': number for number in range(1, KEPT_SESSIONS + 6)}
            await swarm.redis.delete("sunpilot:sessions:1")
            await swarm.redis.zadd("sunpilot:sessions:1", old)
            swarm.box.plug_in()
            await asyncio.sleep(60)
            assert await swarm.redis.zcard("sunpilot:sessions:1") == KEPT_SESSIONS
            assert await swarm.redis.zcount("sunpilot:sessions:1", 7, KEPT_SESSIONS + 5) == KEPT_SESSIONS - 1
            assert await swarm.redis.zscore("sunpilot:sessions:1", said(swarm).model_dump_json()) == said(swarm).id

    run(main())


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        await asyncio.sleep(1)
    raise AssertionError("it never came to that")
