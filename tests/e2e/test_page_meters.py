"""Meters on MQTT, set up on the page: one that measures generation alone, and those of which REST knows more."""

import asyncio

from sunpilot.standalone.swarm import Place
from tests.e2e.test_consent import rest
from tests.e2e.test_page_setup import unconfigured
from tests.support.browser import barriers, browser, go, opened, picture


async def test_a_meter_of_generation_alone_needs_no_topic_of_the_grid(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    key = place.key.get_secret_value()
    async with (
        unconfigured(place) as (world, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={key}", size=(390, 844)) as page,
    ):
        inverters = f"{address}/api/v1/inverters"
        roof = {"name": "Roof", "source": {"kind": "solaredge-modbus", "host": "127.0.0.1", "port": world.modbus_port}}
        await asyncio.to_thread(rest, inverters, key, "POST", roof)
        await go(page, "setup")
        await page.get_by_role("button", name="Add an inverter").click(timeout=20_000)
        form = page.get_by_role("form", name="Add an inverter")
        await form.get_by_role("radio", name="A meter on MQTT").check()
        await form.get_by_label("Meter or program").select_option("")
        await form.get_by_label("Topic of the sun's power").fill("shed/pv")
        await form.get_by_label("Name", exact=True).fill("Shed")
        submit = form.get_by_role("button", name="Add an inverter")
        await submit.click()
        await expect(form.get_by_text("This is needed.")).to_have_count(1)  # what measures a connection needs its topic
        await expect(form.get_by_label("Topic of the grid's power")).to_be_focused()
        await form.get_by_label("What it measures").select_option(label="Adds generation to Roof")
        await expect(form.get_by_text("This is needed.")).to_be_hidden()
        await form.get_by_text("More settings").click()
        await form.get_by_label("A reading counts for (s)").fill("1")
        await form.get_by_text("More settings").click()
        await submit.click()
        await expect(form.get_by_text("From 2 to 3,600.")).to_be_visible()  # though it was folded away
        await form.get_by_label("A reading counts for (s)").fill("300")
        assert await barriers(page, "light") == []
        await picture(page, "setup-generation")
        await submit.click()
        await expect(page.locator("summary", has_text="Shed")).to_be_visible(timeout=10_000)
        shed = next(one for one in await asyncio.to_thread(rest, inverters, key) if one["name"] == "Shed")
        assert (shed["role"], shed["source"]["grid"], shed["source"]["pv"]["topic"]) == ("pv", None, "shed/pv")
        assert shed["source"]["maximum_age_s"] == 300


async def test_what_is_tried_of_a_stored_source_is_what_would_be_saved(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    key = place.key.get_secret_value()
    async with (
        unconfigured(place) as (_, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={key}") as page,
    ):
        stored = {
            "kind": "mqtt-meter",
            "grid": {"topic": "house/grid", "scale": 1000.0, "invert": True},
            "broker": {"host": "127.0.0.1", "port": 1, "tls": True, "username": "meter"},
            "token": "secret-of-a-test",
        }
        await asyncio.to_thread(rest, f"{address}/api/v1/inverters", key, "POST", {"name": "Roof", "source": stored})
        await go(page, "setup")
        await page.locator("summary", has_text="Roof").click(timeout=20_000)
        form = page.get_by_role("form", name="Roof")
        await form.get_by_label("Topic of the grid's power").fill("house/meter")
        async with page.expect_response("**/sources/test", timeout=20_000) as answering:
            await form.get_by_role("button", name="Test it now").click()
        answer = await answering.value
        tried = (answer.request.post_data_json or {})["source"]
        assert answer.status == 200, await answer.text()  # the stored password serves: it goes to no other place
        await form.get_by_role("button", name="Save").click()
        await expect(form.get_by_text("Saved.")).to_be_visible(timeout=10_000)
        (inverter,) = await asyncio.to_thread(rest, f"{address}/api/v1/inverters", key)
        saved = inverter["source"]
        assert {**tried, "has_token": True} == saved
        assert (saved["grid"]["topic"], saved["grid"]["scale"], saved["grid"]["invert"]) == ("house/meter", 1000, True)
        assert saved["broker"] == {"host": "127.0.0.1", "port": 1, "tls": True, "username": "meter"}


async def test_what_rest_set_beside_a_preset_stays_when_the_page_saves_it_and_goes_with_another_choice(
    place: Place,
) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    key = place.key.get_secret_value()
    async with (
        unconfigured(place) as (_, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={key}") as page,
    ):
        inverters = f"{address}/api/v1/inverters"
        grid = {"topic": "house/grid", "path": "power", "scale": 1000.0, "offset": 0.0, "invert": False}
        pv = {"topic": "house/pv", "path": None, "scale": 1.0, "offset": 0.0, "invert": True}
        source = {"kind": "mqtt-meter", "preset": "evcc", "grid": grid, "pv": pv, "maximum_age_s": 90.0}
        await asyncio.to_thread(rest, inverters, key, "POST", {"name": "Roof", "source": source})
        await go(page, "setup")
        await page.locator("summary", has_text="Roof").click(timeout=20_000)
        form = page.get_by_role("form", name="Roof")

        async def saved() -> dict[str, object]:
            await form.get_by_role("button", name="Save").click()
            await expect(form.get_by_text("Saved.")).to_be_visible(timeout=10_000)
            (inverter,) = await asyncio.to_thread(rest, inverters, key)
            return dict(inverter["source"])

        await form.get_by_label("Its name in the topics").fill("evcc-2")
        stored = await saved()
        assert (stored["preset"], stored["device"], stored["maximum_age_s"]) == ("evcc", "evcc-2", 90)
        assert (stored["grid"], stored["pv"]) == (grid, pv)
        preset = form.get_by_label("Meter or program")
        await preset.select_option("")
        await expect(form.get_by_label("Topic of the grid's power")).to_have_value("house/grid")
        await form.get_by_label("Topic of the sun's power").fill("")
        stored = await saved()
        assert (stored["preset"], stored["device"], stored["grid"], stored["pv"]) == (None, None, grid, None)
        await preset.select_option("evcc")  # the topics that the page showed go with the choice
        stored = await saved()
        assert (stored["preset"], stored["grid"]) == ("evcc", None)
