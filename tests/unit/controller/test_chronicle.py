"""What a leader keeps in the store, over the whole chain in virtual time."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import fakeredis
import pytest

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal, Decided, Sample
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action
from sunpilot.contract.source_settings import SolarEdgeV2
from sunpilot.controller.chronicle import Chronicle
from sunpilot.controller.premises import Premises
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
            assert 0 < (total.car_wh or 0) <= swarm.house.energies.car_wh * 1.05
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
            assert (DayTotal.model_validate_json(day).car_wh or 0) > (total.car_wh or 0)

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


async def day_of(swarm: VirtualSwarm) -> DayTotal:
    (day,) = (await swarm.redis.hgetall("sunpilot:days:2")).values()
    return DayTotal.model_validate_json(day)


async def samples_of(swarm: VirtualSwarm) -> list[Sample]:
    return [Sample.model_validate_json(str(one)) for one in await swarm.redis.zrange("sunpilot:samples:2", 0, -1)]


def test_a_house_without_smart_charging_is_kept_of_too_and_its_wattpilot_left_alone() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running(smart=False) as swarm:
            swarm.box.person_sets("frc", 2)  # whoever wants to charge here does it by hand
            await asyncio.sleep(1800)
            assert swarm.setpoints == []
            assert "sunpilot/wattpilot/1/decision" not in swarm.broker.retained
            total, truth = await day_of(swarm), swarm.house.energies
            assert truth.car_wh > 3000
            assert total.car_wh == pytest.approx(truth.car_wh, rel=0.05)
            assert total.pv_wh == pytest.approx(truth.pv_wh, rel=0.05)
            assert decode(DayTotal, swarm.broker.retained["sunpilot/house/2/day"]) == total
            samples = await samples_of(swarm)
            assert 160 <= len(samples) <= 181
            assert samples[-1].car_w == pytest.approx(swarm.box.power_w, rel=0.05)

    run(main())


def test_what_a_wattpilot_takes_is_counted_on_after_it_was_let_go() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(600)
            await swarm.configure(smart=False)
            await asyncio.sleep(60)
            swarm.box.person_sets("frc", 2)
            sent, before = len(swarm.setpoints), await day_of(swarm)
            await asyncio.sleep(600)
            after = await day_of(swarm)
            assert len(swarm.setpoints) == sent
            assert (after.car_measured_s or 0) == pytest.approx((before.car_measured_s or 0) + 600, abs=15)
            assert (after.car_wh or 0) - (before.car_wh or 0) == pytest.approx(swarm.box.power_w / 6, rel=0.1)

    run(main())


def test_a_house_without_a_wattpilot_is_kept_of_over_a_takeover_and_its_cars_took_nothing() -> None:
    async def main() -> None:
        swarm = VirtualSwarm(MORNING)
        swarm.inverter = swarm.inverter.model_copy(update={"wattpilot_id": None})
        swarm.box.unplug()
        async with swarm.running():
            await swarm.redis.delete("sunpilot:wattpilots")
            swarm.announce("wattpilot")
            await asyncio.sleep(5)
            sent = len(swarm.setpoints)
            await asyncio.sleep(600)
            await swarm.stop("controller")
            swarm.start("controller")
            await asyncio.sleep(600)
            assert all(setpoint.action is Action.RELEASE for setpoint in swarm.setpoints[sent:])
            total = await day_of(swarm)
            assert total.car_wh == 0
            assert total.export_wh == pytest.approx(swarm.house.energies.export_wh, rel=0.05)
            assert total.measured_s == pytest.approx(1200, abs=20)
            kept = await samples_of(swarm)
            assert len(kept) >= 100
            for name in ("fetcher", "bridge"):
                await swarm.stop(name)
            await asyncio.sleep(300)
            assert len(await samples_of(swarm)) == pytest.approx(len(kept) + 28, abs=2)  # though nothing is said

    run(main())


def test_what_a_car_takes_out_of_sight_is_unknown_and_what_the_house_takes_is_not() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(600)
            await swarm.stop("bridge", gracefully=False)
            await asyncio.sleep(60)  # what was heard last holds for half a minute
            before, power_w = await day_of(swarm), swarm.box.power_w
            assert power_w > 1000
            await asyncio.sleep(600)
            unseen = await day_of(swarm)
            assert unseen.car_wh == before.car_wh
            assert unseen.car_measured_s == before.car_measured_s
            assert unseen.measured_s == pytest.approx(before.measured_s + 600, abs=15)
            assert {one.car_w for one in (await samples_of(swarm))[-30:]} == {None}
            swarm.start("bridge")
            await asyncio.sleep(300)
            after = await day_of(swarm)
            assert (after.car_measured_s or 0) == pytest.approx((before.car_measured_s or 0) + 300, abs=45)
            assert (after.car_wh or 0) > (before.car_wh or 0)

    run(main())


def test_a_controller_that_takes_over_tells_the_running_day_at_once() -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running() as swarm:
            await asyncio.sleep(600)
            for name in ("fetcher", "controller"):
                await swarm.stop(name)
            told = swarm.broker.retained.pop("sunpilot/house/2/day")  # the broker has lost it
            swarm.start("controller")
            await asyncio.sleep(5)
            assert swarm.broker.retained["sunpilot/house/2/day"] == told

    run(main())


@pytest.mark.parametrize("prompt", ["configuration", "reading"])
def test_a_controller_that_was_overtaken_tells_no_day(prompt: str) -> None:
    async def main() -> None:
        async with VirtualSwarm(MORNING).running(smart=False) as swarm:
            await asyncio.sleep(300)
            await swarm.stop("fetcher")
            await swarm.redis.set("sunpilot:epoch:controller", 10**15)
            del swarm.broker.retained["sunpilot/house/2/day"]
            if prompt == "configuration":
                swarm.announce("house")
            else:
                now = swarm.clock.now()
                reading = Reading(source="solaredge", measured_at=None, age_s=(0, 0), received_at=now, grid_w=400.0)
                swarm.broker.publish("sunpilot/inverter/1/reading", reading.encode(), False)
            await asyncio.sleep(0.5)
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
        chronicle = Chronicle(Keys())
        midnight = datetime(2026, 6, 22, tzinfo=ZONE)
        await chronicle.load(store, house, midnight + timedelta(minutes=5))
        grid = Inverter(id=1, name="Roof", source=SolarEdgeV2(api="v2", site_id="1"), house_id=1)
        site = Site(Premises(house, grid))
        last = Reading(source="solaredge", measured_at=midnight, received_at=midnight, averaged_s=900.0, grid_w=400.0)
        site.see_reading(1, last, {}, midnight + timedelta(minutes=10))
        day = chronicle.day(site, midnight + timedelta(minutes=10))
        assert day is not None
        assert (day.day, day.import_wh, day.measured_s) == ("2026-06-21", 600, 80_900)

    run(main())
