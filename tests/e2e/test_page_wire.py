"""What the page costs on the wire, as Chromium counts it, and that messages on the broker are seen on it."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from sunpilot.contract.history import Sample
from sunpilot.contract.keys import Keys
from sunpilot.contract.status import Car, LinkState, Status
from sunpilot.runtime.store import connect
from sunpilot.standalone.swarm import Place
from tests.e2e.test_page_now import LATE_MORNING, running
from tests.support.backends import Server
from tests.support.browser import VIEWS, browser, go, opened
from tests.support.mqtt import client

if TYPE_CHECKING:
    from playwright.async_api import Page

HOUSE = 2


class Fetched(TypedDict):
    """One address that the browser has fetched: bytes on the wire with headers, and its content packed and unpacked."""

    name: str
    transferSize: int
    encodedBodySize: int
    decodedBodySize: int


_FETCHED = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .map((one) => one.toJSON())"""


async def _fetched(page: "Page") -> list[Fetched]:
    """All that was fetched (Resource Timing, Level 2); the live stream does not end, and so is not among it."""
    found: list[Fetched] = await page.evaluate(_FETCHED)
    return found


async def _keep_a_morning(place: Place) -> None:
    """As many powers as an hour has."""
    store = connect(place.store)
    for step in range(360):
        at = LATE_MORNING - timedelta(seconds=10 * step)
        sample = Sample(
            at=at, grid_w=200.5 - step, pv_w=3000.1 + step, load_w=3200.6, battery_w=None, soc_pct=None, car_w=None
        )
        await store.zadd(Keys().samples(HOUSE), {sample.model_dump_json(): at.timestamp()})
    await store.aclose()


async def test_all_of_the_page_crosses_the_wire_once_in_less_than_100_kb_and_powers_come_compressed(
    place: Place,
) -> None:
    await _keep_a_morning(place)
    async with running(place) as (_, address), browser() as chromium, opened(chromium, address) as page:
        await page.locator(".chart canvas").wait_for(timeout=20_000)
        for view in VIEWS:
            await go(page, view)
        fetched = await _fetched(page)
        own = [one for one in fetched if "/api/" not in one["name"]]
        assert sum("/page/assets/" in one["name"] for one in own) >= 4
        assert 30_000 < sum(one["transferSize"] for one in own) < 100_000
        powers = next(one for one in fetched if one["name"].partition("?")[0].endswith(f"/houses/{HOUSE}/power"))
        assert powers["encodedBodySize"] * 4 < powers["decodedBodySize"]
        again = await page.context.new_page()
        await again.goto(address)
        await again.locator(".chart canvas").wait_for(timeout=20_000)
        kept = [one for one in await _fetched(again) if "/page/assets/" in one["name"]]
        assert len(kept) >= 4
        assert [one["name"] for one in kept if one["transferSize"] > 0] == []


async def test_each_message_on_the_broker_is_seen_on_the_page(place: Place) -> None:
    """How soon, says `make bench-live`."""
    async with (
        running(place) as (_, address),
        client(Server("embedded broker", place.broker.host, place.broker.port)) as bus,
        browser() as chromium,
        opened(chromium, address) as page,
    ):
        for power_w in range(100, 121):
            status = Status(link=LinkState.ONLINE, car=Car.CHARGING, power_w=float(power_w))
            bus.publish("sunpilot/wattpilot/901/status", status.encode(), retain=True)
            wattpilot = page.locator("article.wattpilot", has_text="Wattpilot 901")
            await wattpilot.locator("dd", has_text=re.compile(rf"^{power_w}\sW$")).wait_for(timeout=20_000)
