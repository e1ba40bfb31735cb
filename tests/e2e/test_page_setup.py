"""A newcomer with the page alone: from nothing to a charging car."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.demo import WATTPILOT_ID, world_settings
from sunpilot.simulator.world import World
from sunpilot.standalone.swarm import Place, Swarm
from tests.e2e.test_consent import rest
from tests.support.browser import browser, choose_password, go, opened, picture

LATE_MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SETTINGS = replace(world_settings(plugged_in=True), clouds=Clouds())
SCALE = 20


@contextlib.asynccontextmanager
async def unconfigured(place: Place) -> AsyncIterator[tuple[World, str]]:
    """The simulated devices, and a swarm that was told of the Wattpilot alone; with the page's address."""
    clock = ScaledClock(LATE_MORNING, SCALE)
    world = World.build(clock.now, clock.sleep, SETTINGS)
    await world.start()
    wattpilot = WattpilotSettings(id=WATTPILOT_ID, host=f"127.0.0.1:{world.box_port}", password=SETTINGS.password)
    swarm = Swarm(clock, place, wattpilot)
    running = asyncio.create_task(swarm.run())
    try:
        yield world, f"http://{place.host}:{await swarm.api_port()}"
    finally:
        running.cancel()
        await asyncio.wait([running])
        await world.stop()


async def test_a_newcomer_sets_up_a_source_by_its_live_test_and_the_car_charges(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with unconfigured(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await choose_password(page, place.key.get_secret_value())
        await expect(page.locator(".sentence", has_text="As soon as the inverter is added")).to_be_visible(
            timeout=20_000
        )
        await expect(page.get_by_text("Not in a house yet")).to_be_hidden()
        await page.get_by_role("link", name="Add it").click(timeout=20_000)
        form = page.get_by_role("form", name="Add an inverter")
        await form.get_by_label("Address").fill("http://127.0.0.1")
        await form.get_by_label("Port", exact=True).fill("99999")
        await form.get_by_role("button", name="Test it now").click()
        await expect(form.get_by_text("without http://")).to_be_visible()
        await expect(form.get_by_text("From 1 to 65,535.")).to_be_visible()
        await expect(form.get_by_label("Address")).to_be_focused()
        await form.get_by_label("Address").fill("127.0.0.1")
        await form.get_by_label("Port", exact=True).fill("1")
        await form.get_by_role("button", name="Test it now").click()
        await expect(form.get_by_text("Not yet.")).to_be_visible(timeout=20_000)
        await picture(page, "setup-fails")
        await form.get_by_label("Port", exact=True).fill(str(world.modbus_port))
        await form.get_by_role("button", name="Test it now").click()
        await expect(form.get_by_text("It works.")).to_be_visible(timeout=20_000)
        await expect(form.get_by_text("The house feeds in")).to_be_visible()
        await picture(page, "setup-works")
        await expect(form.get_by_label("Wattpilot of this house")).to_have_value(str(WATTPILOT_ID))
        await form.get_by_label("Name").fill("Roof")
        await form.get_by_role("button", name="Add an inverter").click()
        await expect(page.locator("summary", has_text="Roof")).to_be_visible(timeout=10_000)
        await page.get_by_role("link", name="Now").click()
        await expect(page.locator(".sentence", has_text="Charging at")).to_be_visible(timeout=60_000)
        await picture(page, "now-charging")
        async with asyncio.timeout(20):
            while world.box.power_w < 1000:
                await asyncio.sleep(0.2)


async def test_settings_are_saved_and_a_slider_says_what_it_means_in_money(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with unconfigured(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await choose_password(page, place.key.get_secret_value())
        await page.goto(f"{address}/#/setup")
        await expect(page.get_by_role("region", name="Wattpilot 900")).to_be_visible(timeout=20_000)
        form = page.get_by_role("form", name="Add an inverter")
        await form.get_by_label("Address").fill("127.0.0.1")
        await form.get_by_label("Port", exact=True).fill(str(world.modbus_port))
        await form.get_by_label("Name").fill("Roof")
        await form.get_by_role("button", name="Add an inverter").click()
        knob = page.get_by_label("From cautious to eager")
        await knob.press("ArrowRight", timeout=10_000)
        # 0.08 to sell, 0.32 to buy, three quarters of the way: 0.26.
        await expect(page.get_by_text("A kWh in the car may cost €0.26 then")).to_be_visible()
        await expect(knob).to_have_attribute("aria-valuetext", "Eager")
        house = page.get_by_role("region", name="Roof")
        await house.get_by_label("A kWh bought costs").fill("0.40")
        await house.get_by_label("Currency").select_option("CHF")
        await house.get_by_role("button", name="Save").click()
        await expect(house.get_by_text("Saved.")).to_be_visible()
        await expect(
            page.get_by_text("A kWh in the car may cost CHF\u00a00.32 then")
        ).to_be_visible()  # 0.08 + ¾ of 0.32


async def test_what_another_choice_made_senseless_is_not_saved_with_a_second_source(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with unconfigured(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await choose_password(page, place.key.get_secret_value())
        await page.goto(f"{address}/#/setup")
        form = page.get_by_role("form", name="Add an inverter")
        await form.get_by_label("Address").fill("127.0.0.1")
        await form.get_by_label("Port", exact=True).fill(str(world.modbus_port))
        await form.get_by_label("Name").fill("Roof")
        await form.get_by_text("Second source").click()
        await form.get_by_role("button", name="Add one").click()
        second = form.get_by_role("group").filter(has=page.get_by_text("A meter on MQTT")).last
        await second.get_by_role("radio", name="A meter on MQTT").check()
        await second.get_by_label("Another broker").fill("10.0.0.9")
        await second.get_by_label("User there").fill("meter")
        await second.get_by_label("API key, secret or password").fill("secret-of-a-test")
        await second.get_by_label("Meter or program").select_option("")
        await second.get_by_label("Topic of the grid's power").fill("house/grid")
        await second.get_by_label("Meter or program").select_option("evcc")
        await form.get_by_role("button", name="Add an inverter").click()
        await expect(page.locator("summary", has_text="Roof")).to_be_visible(timeout=10_000)
        (inverter,) = await asyncio.to_thread(rest, f"{address}/api/v1/inverters", place.key.get_secret_value())
        fallback = inverter["fallback"]
        assert (fallback["preset"], fallback["grid"]) == ("evcc", None)
        assert fallback["broker"] == {"host": "10.0.0.9", "port": 1883, "tls": False, "username": "meter"}
        assert fallback["has_token"]
        await page.locator("summary", has_text="Roof").click()
        stored = page.get_by_role("form", name="Roof")
        await stored.get_by_role("button", name="Remove").click()
        await expect(stored.get_by_text("the house goes with it")).to_be_visible()
        await stored.get_by_role("button", name="Really remove?").click()
        await expect(page.get_by_role("heading", name="House and prices")).to_be_hidden(timeout=10_000)


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with (
        unconfigured(place) as (_, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={place.key.get_secret_value()}", locale="de-DE") as page,
    ):
        stored = f"{address}/api/v1/wattpilots/{WATTPILOT_ID}"

        async def by_script(method: str, change: dict[str, Any] | None = None) -> Any:
            return await asyncio.to_thread(rest, stored, place.key.get_secret_value(), method, change)

        await go(page, "setup")
        card = page.get_by_role("region", name="Wattpilot 900")
        name, most = card.get_by_label("Name"), card.get_by_label("Größter Strom")
        async with page.expect_response(stored):
            await name.fill("Garage", timeout=20_000)
        await by_script("PATCH", {"policy": {"max_a": 10}})
        await card.get_by_role("button", name="Speichern").click()
        await expect(card.get_by_text("Jemand anderes hat das inzwischen geändert.")).to_be_visible(timeout=10_000)
        assert (await by_script("GET"))["name"] == "Wattpilot 900"
        await expect(most).to_have_value("10")  # what the other one wants is shown, beside what was typed here
        await expect(name).to_have_value("Garage")
        await card.get_by_role("button", name="Speichern").click()
        renamed = page.get_by_role("region", name="Garage")
        await expect(renamed.get_by_text("Gespeichert.")).to_be_visible(timeout=10_000)
        after = await by_script("GET")
        assert (after["name"], after["policy"]["max_a"]) == ("Garage", 10)


async def test_a_refusal_says_in_the_language_of_the_page_what_to_do_there(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    key = place.key.get_secret_value()
    async with (
        unconfigured(place) as (world, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={key}", locale="de-DE", size=(390, 844)) as page,
    ):
        roof = {"name": "Dach", "source": {"kind": "solaredge-modbus", "host": "127.0.0.1", "port": world.modbus_port}}
        await asyncio.to_thread(rest, f"{address}/api/v1/inverters", key, "POST", roof)
        await go(page, "setup")
        await page.get_by_role("button", name="Wechselrichter hinzufügen").click(timeout=20_000)
        form = page.get_by_role("form", name="Wechselrichter hinzufügen")
        await form.get_by_label("Adresse").fill("10.0.0.9")
        await form.get_by_label("Name", exact=True).fill("Dach")
        await form.get_by_role("button", name="Wechselrichter hinzufügen").click()
        clash = "Das ging nicht: „Dach“ gibt es schon: Wähle einen anderen Namen, oder ändere den vorhandenen Eintrag."
        await expect(form.get_by_role("alert")).to_have_text(clash, timeout=10_000)
        await picture(page, "setup-refused")
        keys = page.get_by_role("region", name="API-Schlüssel für Skripte")
        for _ in range(2):
            await keys.get_by_label("Name").fill("Skript")
            async with page.expect_response("**/keys"):
                await keys.get_by_role("button", name="Schlüssel erstellen").click()
        await expect(keys.get_by_role("alert")).to_contain_text("Entferne ihn zuerst, oder wähle einen anderen Namen.")
        house = page.get_by_role("region", name="Dach", exact=True)
        await house.get_by_label("Zeitzone").fill("Mars")
        await house.get_by_role("button", name="Speichern").click()
        await expect(house.get_by_role("alert")).to_have_text(
            "Das ging nicht: Zeitzone: diese Zeitzone ist nicht bekannt; schreibe sie wie in 'Europe/Berlin'."
        )
