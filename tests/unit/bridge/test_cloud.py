"""The whole bridge against the simulated cloud: no signatures, and a login all the same."""

import asyncio

import pytest

from sunpilot.contract.setpoint import Action, Result
from sunpilot.contract.status import LinkState
from tests.unit.bridge.twin import SERIAL, Site


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)


async def test_over_the_cloud_it_logs_in_and_charges() -> None:
    async with Site(box={"profile": "cloud"}) as site:
        site.settings = site.settings.model_copy(update={"host": f"cloud:{SERIAL}"})
        site.box.person_sets("frc", 1)
        site.box.plug_in()
        await site.start()
        await site.order(Action.CHARGE, 8)
        await asyncio.sleep(20.0)
        assert site.box.power_w > 1000
        assert site.results == [("amp", Result.STORED), ("frc", Result.STORED)]


async def test_the_same_device_on_the_local_network_is_not_trusted_with_an_answer() -> None:
    async with Site(box={"profile": "cloud"}) as site:
        await site.start()
        assert site.statuses[-1].link is LinkState.CONNECTING
        assert any("it gets no answer" in what for what in site.report.waits_for)
