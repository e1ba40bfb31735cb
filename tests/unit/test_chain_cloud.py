"""The whole chain on averages of closed quarter hours from SolarEdge V2: slow, and never wrong."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action
from sunpilot.contract.source_settings import SolarEdgeV2
from tests.support.virtual_swarm import SITE, TOPICS, VirtualSwarm
from tests.support.virtual_time import run
from tests.unit.test_chain import MORNING, NIGHT

V2 = SolarEdgeV2(api="v2", site_id=str(SITE))
HOUR_S = 3600


@pytest.fixture(autouse=True)
def rare_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renewing two leases every two seconds would be much of the work of an hour in virtual time."""
    monkeypatch.setattr("sunpilot.runtime.leader.RENEW_S", 600.0)


def play(scene: Any, start: datetime) -> None:
    async def main() -> None:
        swarm = VirtualSwarm(start, source=V2)
        swarm.cloud.options.publish_delay_s = 60
        async with swarm.running():
            await scene(swarm)

    run(main())


def test_the_sun_charges_the_car_a_quarter_of_an_hour_late() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await asyncio.sleep(0.6 * HOUR_S)
        calls = swarm.cloud.calls[200]
        await asyncio.sleep(0.5 * HOUR_S)
        assert swarm.cloud.calls[200] - calls == 2
        reading = decode(Reading, swarm.broker.retained[TOPICS.inverter(1, "reading")])
        assert (reading.averaged_s, reading.load_w, reading.battery_w) == (900, None, None)
        truth = swarm.house.truth
        assert swarm.box.power_w == pytest.approx(truth.pv_w - (truth.load_w - truth.car_w), abs=1500)
        assert swarm.house.energies.car_wh > 1000

    play(scene, MORNING)


def test_at_night_nothing_is_charged_and_the_cloud_is_left_alone() -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        await asyncio.sleep(HOUR_S / 2)
        assert swarm.house.energies.car_wh == 0
        assert {setpoint.action for setpoint in swarm.setpoints} <= {Action.STOP}
        assert sum(swarm.cloud.calls.values()) <= 1

    play(scene, NIGHT)


@pytest.mark.parametrize("fault", ["power_null", "power_spike"])
def test_nothing_starts_on_values_that_are_missing_or_impossible(fault: str) -> None:
    async def scene(swarm: VirtualSwarm) -> None:
        swarm.cloud.faults.set(fault)
        await asyncio.sleep(0.75 * HOUR_S)
        assert swarm.house.energies.car_wh == 0

    play(scene, MORNING)
