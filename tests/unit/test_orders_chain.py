"""Orders through the whole chain in virtual time: a deadline, another hand at the box, and the way back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from sunpilot.contract.decision import Reason
from sunpilot.contract.order import Deadline, Resume
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

MORNING = datetime(2026, 6, 21, 11, 0, tzinfo=ZONE)
NIGHT = datetime(2026, 6, 21, 0, 30, tzinfo=ZONE)


def play(scene: Callable[[VirtualSwarm], Awaitable[None]], start: datetime) -> None:
    async def main() -> None:
        async with VirtualSwarm(start).running() as swarm:
            await scene(swarm)

    run(main())


def test_a_deadline_is_met_from_the_grid_at_night_also_over_a_restart() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        now = swarm.clock.now()
        deadline = Deadline(energy_wh=3000, at=now + timedelta(minutes=60), set_at=now)
        before_wh = swarm.house.energies.car_wh
        await swarm.put("deadlines", 1, deadline)
        swarm.announce("deadline")
        await asyncio.sleep(60)
        assert swarm.decision.reason.value == "deadline_waiting"
        assert swarm.decision.forecast is not None
        await asyncio.sleep(45 * 60)
        assert swarm.decision.reason.value == "deadline_charging"
        assert swarm.box.power_w > 10_000
        await swarm.stop("controller", gracefully=False)
        swarm.start("controller")
        await asyncio.sleep(14 * 60)
        assert swarm.house.energies.car_wh - before_wh == pytest.approx(3000, rel=0.1)
        assert swarm.box.power_w == 0

    play(scene, NIGHT)


def test_a_change_by_hand_is_respected_until_a_person_resumes() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await asyncio.sleep(600)
        swarm.box.person_sets("amp", 8)
        await asyncio.sleep(20)
        assert swarm.decision.reason is Reason.MANUAL
        assert 0 < swarm.decision.countdowns["manual"] <= 7200
        await asyncio.sleep(300)
        assert swarm.box.properties["amp"] == 8
        await swarm.put("resumes", 1, Resume(at=swarm.clock.now()))
        swarm.announce("resume")
        await asyncio.sleep(60)
        assert swarm.decision.reason is not Reason.MANUAL
        assert swarm.status.manual is None
        assert swarm.box.properties["amp"] == pytest.approx(swarm.decision.amps, abs=2)
        assert sum(setpoint.resume for setpoint in swarm.setpoints) == 1

    play(scene, MORNING)
