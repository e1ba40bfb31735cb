"""A consent at SolarEdge in a real browser: from the button on the page to the simulated cloud and back."""

import asyncio
import json
import urllib.request
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sunpilot.runtime.clock import ScaledClock
from sunpilot.simulator.demo import world_settings
from sunpilot.standalone.demo import demo
from sunpilot.standalone.swarm import Place
from tests.support.backends import chromium, not_run
from tests.support.browser import FLAGS, choose_password

LATE_MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SETTINGS = world_settings(plugged_in=True)


def rest(url: str, key: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=10) as answer:
        return json.loads(answer.read())


async def test_a_person_allows_it_and_the_source_is_let_in(place: Place) -> None:
    binary = chromium()
    if binary is None:
        not_run("chromium", "there is no Chromium")
    from playwright.async_api import async_playwright, expect  # noqa: PLC0415  (slow to import)

    said: list[str] = []
    async with demo(ScaledClock(LATE_MORNING, 5), place, SETTINGS, said.append) as world:
        address = next(word for line in said for word in line.split() if word.startswith("http://"))
        twin = f"http://127.0.0.1:{world.http_port}"
        source = {
            "kind": "solaredge",
            "api": "v2",
            "site_id": str(SETTINGS.site_id),
            "access": "oauth",
            "client_id": "sunpilot-simulator",
            "token": SETTINGS.client_secret,
            "url": twin,
            "consent_url": twin,
        }
        key = place.key.get_secret_value()
        (inverter,) = await asyncio.to_thread(rest, f"{address}/api/v1/inverters", key)
        url = f"{address}/api/v1/inverters/{inverter['id']}"
        await asyncio.to_thread(rest, url, key, "PATCH", {"source": source})
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=binary, args=FLAGS)
            page = await browser.new_page(locale="de-DE")
            await page.goto(address)
            await page.get_by_role("button", name="Bei SolarEdge zustimmen").click(timeout=30_000)
            await choose_password(page, key)
            await page.get_by_role("button", name="Allow").click(timeout=10_000)
            await expect(page.get_by_text("Sunpilot hat den Code")).to_be_visible(timeout=10_000)
            assert "code=" not in page.url
            await browser.close()
        async with asyncio.timeout(20):
            while (await asyncio.to_thread(rest, url, key))["source_state"]["outcome"] == "auth":
                await asyncio.sleep(0.2)
        assert world.cloud.consent.is_granted
