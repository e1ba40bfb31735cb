"""What was, on the page: the charge that runs, the list of charges, and the file for a spreadsheet."""

import asyncio
import csv

from sunpilot.standalone.swarm import Place
from tests.e2e.test_page_now import running
from tests.support.browser import barriers, browser, go, opened, picture


async def test_a_charge_is_shown_while_it_runs_and_kept_with_its_share_of_sun(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with running(place) as (world, address), browser() as chromium, opened(chromium, address) as page:
        await expect(page.locator(".sentence", has_text="Charging at")).to_be_visible(timeout=60_000)
        charge = page.locator("dl div", has_text="Sun in it")
        await expect(charge).to_contain_text("100", timeout=60_000)
        await go(page, "history")
        row = page.get_by_role("region", name="Charges", exact=True).get_by_role("row").nth(1)
        await expect(row).to_contain_text("now", timeout=20_000)
        world.box.unplug()
        await asyncio.sleep(1)
        await page.reload()
        await expect(row).not_to_contain_text("now", timeout=20_000)
        assert await barriers(page, "light") == []
        assert await barriers(page, "dark") == []
        await picture(page, "history")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Download as CSV").click()
        file = await (await downloading.value).path()
        (line,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        assert float(line["energy_wh"]) > 0
