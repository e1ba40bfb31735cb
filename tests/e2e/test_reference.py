"""The reference of the REST API in a real browser: under the strict policy, readable, and complete."""

from typing import Literal

from tests.integration.test_api_server import serving
from tests.support.browser import barriers, browser, opened, picture
from tests.support.memory_bus import MemoryBroker

COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def test_the_reference_opens_without_a_fault_and_without_barriers() -> None:
    async with (
        serving(MemoryBroker()) as (api, _),
        browser() as chromium,
        opened(chromium, f"http://127.0.0.1:{api.port}/docs", size=(400, 800)) as page,
    ):
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        foreign: list[str] = []
        page.on("request", lambda request: foreign.append(request.url) if "127.0.0.1" not in request.url else None)
        await page.reload()
        await page.locator("#list_inverters summary").click()
        await page.get_by_text('"name": "Roof"').first.wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await picture(page, "reference")
        for colours in COLOURS:
            assert await barriers(page, colours) == []
        assert (said, foreign) == ([], [])
