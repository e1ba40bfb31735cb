"""What a leader keeps in the store, over the whole chain in virtual time."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import fakeredis

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal, Decided, Sample
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.source_settings import SolarEdgeV2
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.chronicle import Chronicle
from sunpilot.controller.control import Control
from sunpilot.controller.replay import differences
from sunpilot.controller.site import Site
from sunpilot.runtime.store import Store
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

MORNING = datetime(2026, 6, 21, 11, 0, tzinfo=ZONE)


def test_decisions_powers_and_the_day_are_kept_and_every_decision_can_be_made_again() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(600)
            samples = [
                Sample.model_validate_json(str(one)) for one in await swarm.redis.zrange("sunpilot:samples:2", 0, -1)
            ]
            assert 50 <= len(samples) <= 61
            assert samples[-1].grid_w is not None
            assert samples[-1].car_w is not None
            decided = await swarm.redis.zrange("sunpilot:decided:1", 0, -1)
            assert {"starting_soon", "started"} <= {Decided.model_validate_json(str(one)).reason for one in decided}
            (day,) = (await swarm.redis.hgetall("sunpilot:days:2")).values()
            total = DayTotal.model_validate_json(day)
            assert total.day == "2026-06-21"
            assert 0 < total.car_wh <= swarm.house.energies.car_wh * 1.05
            assert decode(DayTotal, swarm.broker.retained["sunpilot/house/2/day"]) == total
            lines = [str(line) for line in await swarm.redis.lrange("sunpilot:log:1", 0, -1)]
            assert 50 <= len(lines) <= 500
            assert list(differences(lines)) == []
            said = [decode(Decision, one).at for one in swarm.broker.sent("sunpilot/wattpilot/1/decision")]
            assert max(b - a for a, b in pairwise(said)) <= timedelta(seconds=11)  # at every moment there is a reason
            await swarm.stop("controller", gracefully=False)
            swarm.start("controller")
            await asyncio.sleep(120)
            (day,) = (await swarm.redis.hgetall("sunpilot:days:2")).values()
            assert DayTotal.model_validate_json(day).car_wh > total.car_wh

    run(main())


def test_a_house_that_is_deleted_leaves_no_day_behind() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(300)
            assert "sunpilot/house/2/day" in swarm.broker.retained
            for name, entity_id in (("inverters", "1"), ("wattpilots", "1"), ("houses", "2")):
                await swarm.redis.hdel(f"sunpilot:{name}", entity_id)
            swarm.announce("house")
            await asyncio.sleep(5)
            assert "sunpilot/house/2/day" not in swarm.broker.retained

    run(main())


def test_a_controller_that_starts_goes_on_with_yesterday_too() -> None:
    """A slow source tells of yesterday's end after midnight; it must not begin that day anew."""

    async def main() -> None:
        store = Store(fakeredis.FakeAsyncRedis(decode_responses=True), Keys())
        house = House(id=1, name="House", time_zone="Europe/Berlin")
        for name in ("2026-06-20", "2026-06-21"):
            total = DayTotal(day=name, import_wh=500, measured_s=80_000)
            await store.redis.hset("sunpilot:days:1", name, total.model_dump_json())
        chronicle, site = Chronicle(Keys()), Site()
        midnight = datetime(2026, 6, 22, tzinfo=ZONE)
        await chronicle.load(store, house, midnight + timedelta(minutes=5))
        grid = Inverter(id=1, name="Roof", source=SolarEdgeV2(api="v2", site_id="1"), house_id=1)
        ruled = {1: Assignment(Wattpilot(id=1, name="Carport"), grid, house)}
        site.controls = {1: Control(1)}
        last = Reading(source="solaredge", measured_at=midnight, received_at=midnight, averaged_s=900.0, grid_w=400.0)
        site.see_reading(1, last, ruled, midnight + timedelta(minutes=10))
        day = chronicle.day(site, ruled, midnight + timedelta(minutes=10))
        assert day is not None
        assert (day.day, day.import_wh, day.measured_s) == ("2026-06-21", 600, 80_900)

    run(main())
