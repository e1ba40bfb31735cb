"""What only a socket can show: frames, resets, close codes, pings, and how the bridge gets over them. On loopback."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sunpilot.bridge import websocket
from sunpilot.contract.setpoint import Action
from sunpilot.contract.status import LinkState
from sunpilot.simulator.wattpilot.profile import PROFILES
from tests.integration.wattpilot_site import PASSWORD, Site


@pytest.fixture
async def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A bridge and a box of the generation that the test asks for."""
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)
    one = Site(getattr(request, "param", "v2-42"))
    yield one
    await one.stop()


def is_online(site: Site) -> bool:
    return site.status is not None and site.status.link is LinkState.ONLINE


async def obeys(site: Site, amps: int) -> None:
    """The bridge is online, and its writes arrive."""
    await site.until(lambda: is_online(site))
    site.order(Action.CHARGE, amps)
    await site.until(lambda: bool(site.box.properties["amp"] == amps))


@pytest.mark.parametrize("site", sorted(set(PROFILES) - {"cloud"}), indirect=True)
async def test_every_generation_is_logged_in_to_and_written_on(site: Site) -> None:
    await site.start(PASSWORD)
    await obeys(site, 9)


async def test_messages_in_several_frames_are_put_together(site: Site) -> None:
    site.box.set_fault("fragmented", 7)
    await site.start(PASSWORD)
    await obeys(site, 9)


@pytest.mark.parametrize(
    ("fault", "amount"),
    [("drop_all", True), ("reset", True), ("close", 1000), ("close", 1001), ("close", 1011), ("reboot", True)],
    ids=str,
)
async def test_however_the_connection_ends_it_is_said_and_renewed(fault: str, amount: float, site: Site) -> None:
    await site.start(PASSWORD)
    await obeys(site, 9)
    site.box.set_fault(fault, amount)
    await site.until(lambda: not is_online(site))
    await obeys(site, 10)


async def test_a_box_without_power_is_found_when_it_has_power_again(site: Site) -> None:
    await site.start(PASSWORD)
    await obeys(site, 9)
    await site.server.stop()
    await site.until(lambda: not is_online(site))
    await asyncio.sleep(0.5)
    assert not is_online(site)
    await site.server.start(port=site.port)
    await obeys(site, 10)


async def test_where_there_is_no_place_for_one_more_client_it_comes_in_when_there_is(site: Site) -> None:
    site.box.set_fault("crowded", True)
    await site.start(PASSWORD)
    await site.until(lambda: site.status is not None and site.status.link is LinkState.CONNECTING)
    await asyncio.sleep(0.3)
    assert not is_online(site)
    site.box.set_fault("crowded", 4)
    await obeys(site, 9)


async def test_a_huge_message_ends_the_connection_and_not_the_bridge(site: Site) -> None:
    await site.start(PASSWORD)
    await obeys(site, 9)
    site.box.set_fault("oversized", True)
    await site.until(lambda: not is_online(site))
    site.box.set_fault("oversized", False)
    await obeys(site, 10)


async def test_binary_frames_and_broken_texts_are_passed_over(site: Site) -> None:
    for fault in ("binary_frames", "broken_json", "unknown_messages", "delta_storm"):
        site.box.set_fault(fault, True)
    await site.start(PASSWORD)
    await obeys(site, 9)


@pytest.mark.parametrize("fault", ["silence_without_pong", "reboot_half_open"])
async def test_a_socket_with_nobody_at_its_other_end_is_found_by_its_missing_pongs(
    fault: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_S", 0.3)
    await site.start(PASSWORD)
    await obeys(site, 9)
    site.box.set_fault(fault, True)
    await site.until(lambda: not is_online(site))
    site.box.set_fault(fault, False)
    await obeys(site, 10)


async def test_a_box_that_hangs_and_still_answers_pings_is_not_taken_for_dead_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_S", 0.3)
    await site.start(PASSWORD)
    await obeys(site, 9)
    site.box.set_fault("silence", True)
    await asyncio.sleep(1.5)
    assert is_online(site)  # the watchdog finds it after 75 s: see the table in virtual time
