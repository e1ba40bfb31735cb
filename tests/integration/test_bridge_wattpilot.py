"""The bridge against the simulated Wattpilot over a real WebSocket on loopback, at twenty times the speed."""

from collections.abc import AsyncIterator, Callable

import pytest

from sunpilot.contract.setpoint import Action, Result
from sunpilot.contract.status import Car, LinkState
from tests.integration.wattpilot_site import PASSWORD, Site


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)
    one = Site()
    yield one
    await one.stop()


def online(site: Site) -> Callable[[], bool]:
    return lambda: site.status is not None and site.status.link is LinkState.ONLINE


async def test_it_logs_in_charges_and_stops(site: Site) -> None:
    site.box.person_sets("frc", 1)
    site.box.plug_in()
    await site.start(PASSWORD)
    await site.until(online(site))
    site.order(Action.CHARGE, 8)
    await site.until(lambda: site.status is not None and (site.status.power_w or 0) > 4000)
    assert site.status is not None
    assert (site.status.car, site.status.requested_a, site.status.phases) == (Car.CHARGING, 8, 3)
    site.order(Action.STOP)
    await site.until(lambda: site.box.power_w == 0)
    stored = [(ack.key, ack.value) for ack in site.acks if ack.result is Result.STORED]
    assert stored == [("amp", 8), ("frc", 0), ("frc", 1)]


async def test_a_reboot_of_the_box_is_survived(site: Site) -> None:
    await site.start(PASSWORD)
    await site.until(online(site))
    site.order(Action.STOP)
    await site.until(lambda: site.box.properties["frc"] == 1)
    site.box.reboot()
    assert site.box.properties["frc"] == 0
    await site.until(lambda: site.status is not None and not site.status.is_online)
    site.order(Action.STOP)
    await site.until(lambda: site.box.properties["frc"] == 1)
    assert online(site)()


async def test_a_wrong_password_is_said_and_waits(site: Site) -> None:
    await site.start("Sonne+2026!")
    await site.until(lambda: site.status is not None and site.status.link is LinkState.WRONG_PASSWORD)


async def test_a_box_that_is_away_is_found_when_it_is_back(site: Site) -> None:
    site.box.set_fault("refuse", True)
    await site.start(PASSWORD)
    await site.until(lambda: site.status is not None and site.status.link is LinkState.CONNECTING)
    site.box.set_fault("refuse", False)
    await site.until(online(site))
