"""The page beside a running swarm: orders, another hand, and trouble; and how large it is."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sunpilot.runtime.address import Broker
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.demo import Way, world_settings
from sunpilot.simulator.world import World
from sunpilot.standalone.demo import demo
from sunpilot.standalone.embedded import LOOPBACK, embedded_broker
from sunpilot.standalone.swarm import Place
from tests.support.backends import free_port
from tests.support.browser import browser, choose_password, go, mode_of, opened, picture

LATE_MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SETTINGS = replace(world_settings(plugged_in=True), clouds=Clouds())
SCALE = 10


@contextlib.asynccontextmanager
async def running(place: Place, battery_wh: float = 0.0) -> AsyncIterator[tuple[World, str]]:
    """The demo on a local source; reading is open, a change needs the key."""
    said: list[str] = []
    settings = replace(SETTINGS, battery_wh=battery_wh)
    async with demo(ScaledClock(LATE_MORNING, SCALE), place, settings, said.append, Way.MODBUS) as world:
        yield world, next(word for line in said for word in line.split() if word.startswith("http://"))


async def test_an_override_holds_in_one_tap_and_ends_in_another(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await expect(page.get_by_text("Wattpilot 900")).to_be_visible(timeout=20_000)
        await page.get_by_label("How long").select_option("3600")
        await page.get_by_role("button", name="Full power").click()
        await choose_password(page, place.key.get_secret_value())
        await expect(page.get_by_text("Full power until")).to_be_visible(timeout=10_000)
        async with asyncio.timeout(30):
            while world.box.power_w < 10_000:
                await asyncio.sleep(0.2)
        await page.get_by_role("button", name="Let the mode hold again").click()
        await expect(page.get_by_text("Nothing ordered")).to_be_visible(timeout=10_000)
        await mode_of(page, "Off").click()
        async with asyncio.timeout(30):
            while world.box.power_w > 0:
                await asyncio.sleep(0.2)


async def test_a_hand_at_the_wattpilot_is_shown_and_a_person_takes_over_again(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await expect(page.locator(".sentence", has_text="Charging at")).to_be_visible(timeout=60_000)
        await asyncio.sleep(2)  # beyond the bridge's 10 s, in which it takes a change for the echo of its own
        world.box.set_fault("foreign_amp", 7)
        await expect(page.get_by_text("Sunpilot keeps its hands off")).to_be_visible(timeout=20_000)
        await go(page, "health")
        await page.get_by_role("button", name="Deutsch").click()
        item = page.locator("li", has_text="Wattpilot 900")
        await expect(item).to_contain_text("jemand hat am Wattpilot etwas verstellt", timeout=10_000)
        await expect(item).to_contain_text("Das endet beim Ausstecken")
        await picture(page, "health-manual")
        await page.get_by_role("button", name="English").click()
        await go(page, "now")
        await page.get_by_role("button", name="Take over again").click()
        await choose_password(page, place.key.get_secret_value())
        await expect(page.get_by_text("Sunpilot keeps its hands off")).to_be_hidden(timeout=20_000)


async def test_a_home_battery_is_drawn_with_its_power_and_its_charge(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with (
        running(place, battery_wh=10_000) as (world, address),
        browser() as chromium,
        opened(chromium, address) as page,
    ):
        battery = page.locator(".flow .node.battery")
        await expect(battery.locator(".soc")).to_have_text(re.compile(r"^5[0-4]\s%"), timeout=20_000)
        await expect(battery.locator(".value")).to_have_text(re.compile("W$"))
        await expect(page.locator(".flow")).to_have_attribute("aria-label", re.compile("Battery 5..%$"))
        assert world.house.battery is not None
        world.house.battery.soc_pct = 91.0
        await expect(battery.locator(".soc")).to_have_text(re.compile("^9[12]"), timeout=20_000)


async def test_a_source_that_fails_is_named_with_what_to_do(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await expect(page.get_by_text("Demo roof:")).to_be_visible(timeout=20_000)
        await world.modbus_server.stop()
        await go(page, "health")
        source = page.locator("li", has_text="Demo roof")
        await expect(source).to_have_attribute("data-state", "away", timeout=30_000)
        await expect(source.locator("p").first).to_contain_text("inverter")
        await picture(page, "health-source-away")


async def test_a_second_roof_that_does_not_answer_makes_the_sun_at_least_so_much(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (_, address), browser() as chromium, opened(chromium, address) as page:
        sun = page.locator(".flow .sun .value")
        await expect(sun).to_have_text(re.compile(r"^\d"), timeout=20_000)
        await expect(page.locator(".flow .home .value")).to_have_text(re.compile(r"W$"), timeout=20_000)
        houses = await (await page.request.get(f"{address}/api/v1/houses")).json()
        source = {"kind": "solaredge-modbus", "host": "localhost", "port": free_port()}
        added = await page.request.post(
            f"{address}/api/v1/inverters",
            data={"name": "Second roof", "role": "pv", "house_id": houses[0]["id"], "source": source},
            headers={"Authorization": f"Bearer {place.key.get_secret_value()}"},
        )
        assert added.status == 201, await added.text()
        await expect(sun).to_have_text(re.compile(r"^≥\d"), timeout=20_000)
        await expect(page.locator(".flow .home .value")).to_have_text("–")
        await expect(page.locator(".sources")).to_contain_text("Second roof: The inverter refuses", timeout=20_000)
        await asyncio.sleep(3)
        await page.reload()  # the day's figures are read once a minute
        await expect(page.locator(".today dd").first).to_have_text(re.compile(r"^≥\s\d"), timeout=20_000)
        await expect(page.get_by_text("at times not all of the sun was known")).to_be_visible()
        await picture(page, "now-second-roof-away")


async def test_an_open_page_outlives_the_brokers_restart_and_says_what_is_ordered_meanwhile(
    place: Place, tmp_path: Path
) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    folder = tmp_path / "second"
    folder.mkdir()
    moved = replace(place, broker=Broker(LOOPBACK, free_port()))
    with contextlib.ExitStack() as second:
        first = contextlib.ExitStack()
        first.enter_context(embedded_broker(folder, moved.broker.port))
        async with running(moved) as (world, address), browser() as chromium, opened(chromium, address) as page:
            await expect(page.locator(".sentence", has_text="Charging at")).to_be_visible(timeout=60_000)
            await asyncio.to_thread(first.close)
            await expect(page.get_by_text("The message broker does not answer")).to_be_visible(timeout=30_000)
            await page.get_by_role("button", name="Full power").click()
            await choose_password(page, place.key.get_secret_value())
            await expect(page.get_by_text("Full power until")).to_be_visible(timeout=10_000)
            await expect(page.get_by_text("as soon as the message broker answers")).to_be_visible()
            await go(page, "health")
            cause = page.locator("li", has_text="carries all messages")
            await expect(cause).to_have_attribute("data-state", "away", timeout=15_000)
            await expect(page.locator("li", has_text="talks to the Wattpilot")).to_contain_text("Not heard without")
            await expect(page.locator(".health li[data-state=away]")).to_have_count(1)
            await go(page, "now")
            await asyncio.sleep(2)  # 20 s by the demo's clock
            await page.reload()
            old = re.compile(r"Demo roof: ([2-9]\d\ss|\d+\smin) ago")
            await expect(page.get_by_text(old)).to_be_visible(timeout=10_000)
            await page.get_by_role("button", name="Let the mode hold again").click()
            await expect(page.get_by_text("Nothing ordered")).to_be_visible(timeout=10_000)
            await mode_of(page, "Off").click()
            await expect(page.get_by_text("as soon as the message broker answers")).to_be_visible()
            second.enter_context(await asyncio.to_thread(embedded_broker, folder, moved.broker.port))
            await expect(page.get_by_text("The message broker does not answer")).to_be_hidden(timeout=30_000)
            await expect(page.get_by_text("as soon as the message broker answers")).to_be_hidden(timeout=30_000)
            async with asyncio.timeout(30):
                while world.box.power_w > 0:
                    await asyncio.sleep(0.2)
            world.box.unplug()
            await expect(page.get_by_text("no car", exact=True)).to_be_visible(timeout=20_000)
            await expect(page.locator(".connection")).to_have_text("Live")


async def test_keys_that_pass_over_the_modes_order_none_of_them(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (_, address), browser() as chromium, opened(chromium, address) as page:
        orders: list[str | None] = []
        page.on("request", lambda request: orders.append(request.post_data) if request.method != "GET" else None)
        await expect(mode_of(page, "Sun")).to_have_attribute("aria-pressed", "true", timeout=20_000)
        await mode_of(page, "Sun").focus()
        for key in ("ArrowRight", "ArrowDown", "Tab", "ArrowRight", "End", "Tab", "ArrowLeft", "Tab"):
            await page.keyboard.press(key)
        await expect(mode_of(page, "Off")).to_be_focused()
        await asyncio.sleep(0.3)
        assert orders == []
        await page.keyboard.press("Enter")
        await choose_password(page, place.key.get_secret_value())
        await expect(mode_of(page, "Off")).to_have_attribute("aria-pressed", "true", timeout=10_000)
        await expect(mode_of(page, "Sun")).to_have_attribute("aria-pressed", "false")
        assert {order for order in orders if order and "mode" in order} == {'{"mode":"off"}'}
