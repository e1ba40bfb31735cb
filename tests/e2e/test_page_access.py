"""Who is let in by the page: the first visit, a wrong password, logging out, and keys for scripts."""

import asyncio
import re
import urllib.error
from typing import Any

from sunpilot.standalone.swarm import Place
from tests.e2e.test_consent import rest
from tests.e2e.test_page_setup import unconfigured
from tests.support.browser import PASSWORD, barriers, browser, choose_password, go, log_in, mode_of, opened, picture


async def answer(url: str, key: str, method: str = "GET", body: dict[str, Any] | None = None) -> int:
    """The status with which the api answers a script."""
    try:
        await asyncio.to_thread(rest, url, key, method, body)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


async def test_the_first_visit_chooses_a_password_that_every_later_one_is_asked_for(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    code = place.key.get_secret_value()
    async with unconfigured(place) as (_, address), browser() as chromium, opened(chromium, address) as page:
        dialog = page.get_by_role("dialog", name="Choose a password")
        await expect(dialog).to_be_visible(timeout=20_000)
        await expect(page.get_by_text("Welcome")).to_be_hidden()
        assert await barriers(page, "light") == []
        assert await barriers(page, "dark") == []
        await picture(page, "first-visit")
        await choose_password(page, "not-the-set-up-code")
        await expect(dialog.get_by_text("That is not the set-up code.")).to_be_visible(timeout=10_000)
        await choose_password(page, code, "short")
        await expect(dialog.get_by_text("At least 10 characters.")).to_be_visible()
        await choose_password(page, code)
        await expect(dialog).to_be_hidden(timeout=10_000)
        await expect(page.get_by_text("Welcome")).to_be_visible(timeout=10_000)
        await page.get_by_role("button", name="Log out").click()
        dialog = page.get_by_role("dialog", name="Log in")
        await expect(dialog).to_be_visible(timeout=10_000)
        await expect(page.get_by_text("Welcome")).to_be_hidden()
        assert await barriers(page, "light") == []
        assert await barriers(page, "dark") == []
        await picture(page, "log-in")
        await log_in(page, "not-the-password")
        await expect(dialog.get_by_text("That is not the password.")).to_be_visible(timeout=10_000)
        async with asyncio.timeout(20):
            while not await dialog.get_by_text("Too many wrong tries.").is_visible():
                await log_in(page, "not-the-password")
                await asyncio.sleep(0.1)
        async with asyncio.timeout(60):
            while await dialog.is_visible():
                await log_in(page, PASSWORD)
                await asyncio.sleep(0.5)
        await expect(page.get_by_text("Welcome")).to_be_visible(timeout=10_000)
        await page.reload()
        await expect(page.get_by_text("Welcome")).to_be_visible(timeout=10_000)


async def test_a_key_is_shown_once_and_does_what_its_scope_allows_until_it_is_taken_away(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    code = place.key.get_secret_value()
    async with (
        unconfigured(place) as (_, address),
        browser() as chromium,
        opened(chromium, f"{address}/#code={code}") as page,
    ):
        await expect(page.get_by_text("Welcome")).to_be_visible(timeout=20_000)
        assert code not in page.url
        await go(page, "setup")
        keys = page.get_by_role("region", name="API keys")
        await keys.get_by_label("Name").fill("heating")
        await keys.get_by_label("What it may do").select_option("Read")
        await keys.get_by_role("button", name="Make a key").click()
        await expect(keys.get_by_role("code")).to_have_text(re.compile(r"\S{20,}"), timeout=10_000)
        key = await keys.get_by_role("code").inner_text()
        await page.reload()
        await expect(keys.get_by_text("heating")).to_be_visible(timeout=10_000)
        await expect(keys.get_by_role("code")).to_have_count(0)
        url = f"{address}/api/v1/wattpilots"
        assert await answer(url, key) == 200
        assert await answer(f"{url}/900", key, "PATCH", {"name": "Mine"}) == 403
        await keys.get_by_role("button", name="Remove").click()
        await keys.get_by_role("button", name="Really remove?").click()
        await expect(keys.get_by_text("heating")).to_be_hidden(timeout=10_000)
        assert await answer(url, key) == 401


async def test_without_a_login_the_demo_may_be_looked_at_and_only_a_change_asks_for_one(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    from tests.e2e.test_page_now import running  # noqa: PLC0415  (one demo is enough for this one)

    async with running(place) as (_, address), browser() as chromium, opened(chromium, address) as page:
        await expect(page.get_by_text("Everybody may look")).to_be_visible(timeout=20_000)
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await mode_of(page, "Off").click()
        await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        await expect(mode_of(page, "Sun")).to_have_attribute("aria-pressed", "true", timeout=10_000)
        await mode_of(page, "Off").click()
        await choose_password(page, place.key.get_secret_value())
        await expect(page.get_by_role("button", name="Log out")).to_be_visible(timeout=10_000)
        await expect(mode_of(page, "Off")).to_have_attribute("aria-pressed", "true", timeout=10_000)
