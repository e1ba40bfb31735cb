"""Beside a full car the sun goes on moving, over the whole chain in virtual time: nobody writes or reads of that."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from sunpilot.contract.decision import Reason
from sunpilot.contract.history import Decided
from sunpilot.contract.setpoint import Result
from sunpilot.simulator.clouds import Clouds, Sky
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run
from tests.unit.test_chain import minutes

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=ZONE)


def play(scene: Callable[[VirtualSwarm], Awaitable[None]]) -> None:
    async def main() -> None:
        async with VirtualSwarm(NOON, Clouds(Sky.BROKEN, seed=1)).running() as swarm:
            await minutes(15)
            swarm.box.car.stored_wh = swarm.box.car.capacity_wh
            await minutes(2)
            assert swarm.decision.reason is Reason.CAR_FULL
            await scene(swarm)

    run(main())


async def decided(swarm: VirtualSwarm) -> list[Decided]:
    return [Decided.model_validate_json(str(one)) for one in await swarm.redis.zrange("sunpilot:decided:1", 0, -1)]


def writes(swarm: VirtualSwarm) -> int:
    """What the box was asked to change."""
    return sum(ack.result is Result.STORED for ack in swarm.acks)


def test_beside_a_full_car_nothing_is_decided_and_nothing_written_while_the_sun_comes_and_goes() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        before, written = await decided(swarm), writes(swarm)
        surpluses_w = []
        for _ in range(120):
            await minutes(1)
            surpluses_w.append(swarm.decision.inputs.surplus_w or 0.0)
        assert max(surpluses_w) - min(surpluses_w) > 3000
        assert await decided(swarm) == before
        assert writes(swarm) == written
        assert swarm.box.properties["amp"] == 6
        assert [one.reason for one in before].count("car_full") == 1

    play(scene)


def test_a_full_car_that_draws_again_is_ruled_by_the_sun_at_once() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await minutes(30)
        swarm.box.car.stored_wh -= 20_000
        while swarm.box.power_w == 0:
            await asyncio.sleep(1)
        await asyncio.sleep(3)
        surplus_w = swarm.decision.inputs.surplus_w or 0.0
        assert swarm.decision.reason is not Reason.CAR_FULL
        amps = swarm.decision.amps or 0
        assert swarm.box.properties["amp"] == amps
        phases = swarm.decision.phases or 3
        assert amps == pytest.approx(max(6.0, min(16.0, surplus_w / 230 / phases)), abs=1)
        assert amps > 6

    play(scene)
