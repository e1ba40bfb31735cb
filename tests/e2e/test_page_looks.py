"""The page as it is only looked at: its speed, every view in both languages, and the past.

All these tests share one swarm, and none of them gives an order.
"""

import asyncio
import re
import statistics
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.conftest import embedded_place
from tests.e2e.test_page_now import LATE_MORNING, running
from tests.support.browser import VIEWS, barriers, browser, go, opened, picture

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = [
    {
        "at": (LATE_MORNING - timedelta(seconds=10 * step)).isoformat(),
        "grid_w": 200.0 - step,
        "pv_w": 3000.0 + step,
        "load_w": 3200.0,
        "battery_w": None,
        "soc_pct": None,
        "car_w": None if step > 200 else 2500.0,
    }
    for step in range(360, 0, -1)
]
DAY = {
    "day": "2026-06-20",
    "measured_s": 86_400.0,
    "pv_measured_s": 86_400.0,
    "pv_wh": 20_000.0,
    "pv_export_wh": 5000.0,
    "import_wh": 2000.0,
    "export_wh": 5000.0,
    "car_wh": 10_000.0,
    "car_sun_wh": 8000.0,
}
SESSION = {
    "id": 1_781_956_800,
    "at": "2026-06-20T16:00:00Z",
    "started_at": "2026-06-20T10:00:00Z",
    "ended_at": "2026-06-20T16:00:00Z",
    "seen_from_start": False,
    "plugged_s": 21_600.0,
    "charging_s": 14_400.0,
    "covered_s": 20_520.0,
    "energy_wh": 18_400.0,
    "sun_wh": 17_000.0,
    "grid_wh": 1400.0,
    "cost": 1.81,
    "saved": 4.08,
    "currency": None,
    "peak_w": 7360.0,
    "starts": 3,
    "reasons_s": {"resting": 300.0, "waiting_for_sun": 6900.0, "following_sun": 14_400.0, "of_next_year": 60.0},
}
RUNNING = {
    **SESSION,
    "currency": "CHF",
    "id": 1_782_033_600,
    "started_at": "2026-06-21T07:20:00Z",
    "ended_at": None,
    "peak_w": None,
}


@dataclass(frozen=True)
class Shown:
    """A swarm that nobody gives orders to, and a browser; each test opens a page of its own."""

    address: str
    chromium: "Browser"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    with embedded_place(tmp_path_factory.mktemp("shown")) as place:
        async with running(place) as (_, address), browser() as chromium:
            yield Shown(address, chromium)


_WATCH = """
window.seen = null;
window.shift = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
    .observe({ type: "layout-shift", buffered: true });
const waiting = setInterval(() => {
    if (!/[0-9]/.test(document.querySelector(".flow .sun .value")?.textContent ?? "")) return;
    window.seen = performance.now();
    clearInterval(waiting);
}, 5);
"""

_JUMPS = """() => {
    window.jumps = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.jumps += one.value; })
        .observe({ type: "layout-shift" });
}"""


async def test_live_data_show_within_a_second_in_a_browser_that_has_nothing_yet(shown: Shown) -> None:
    seen_ms = []
    for _ in range(5):
        context = await shown.chromium.new_context(viewport={"width": 390, "height": 800})  # with an empty cache
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        await page.goto(shown.address)
        await page.wait_for_function("() => window.seen !== null", timeout=20_000)
        seen_ms.append(await page.evaluate("() => window.seen"))
        await context.close()
    assert statistics.median(seen_ms) < 1000, seen_ms


async def test_nothing_jumps_when_the_data_change(shown: Shown) -> None:
    async with opened(shown.chromium, shown.address, size=(390, 800)) as page:
        await page.add_init_script(_WATCH)
        await page.reload()
        await page.wait_for_function("() => window.seen !== null", timeout=20_000)
        await asyncio.sleep(5)  # 50 s of the demo, with new readings and decisions all the time
        assert await page.evaluate("() => window.shift") < 0.05


async def test_the_past_is_drawn_where_it_is_kept_and_said_to_be_missing_where_not(shown: Shown) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with opened(shown.chromium, shown.address) as page:
        await page.route("**/houses/*/*", lambda route: route.fulfill(status=404, json={"detail": "not here"}))
        await go(page, "history")
        await expect(page.get_by_text("The past is not kept yet.")).to_be_visible(timeout=20_000)
        await page.unroute("**/houses/*/*")
        await page.reload()
        await expect(page.get_by_role("row").nth(1)).to_contain_text("kWh", timeout=20_000)  # what is really kept
        await page.route("**/houses/*/power", lambda route: route.fulfill(json=SAMPLES))
        await page.route("**/houses/*/days", lambda route: route.fulfill(json=[DAY]))
        await page.reload()
        row = page.get_by_role("row").nth(1)
        await expect(row).to_contain_text("20.0 kWh", timeout=20_000)
        await expect(row).to_contain_text("75 %")  # 5 of 20 kWh were sold
        await expect(row).to_contain_text("80 %")  # 8 of the car's 10 kWh were sun
        await go(page, "now")
        await expect(page.locator(".chart canvas")).to_be_visible(timeout=10_000)
        sun = page.get_by_role("region", name="Today").locator("dl div", has_text="Sun").first
        await expect(sun.get_by_role("definition")).to_have_text("–")  # what was kept last is yesterday
        await page.route("**/houses/*/days", lambda route: route.fulfill(json=[DAY, {**DAY, "day": "2026-06-21"}]))
        await page.reload()
        await expect(sun.get_by_role("definition")).to_have_text(re.compile(r"^20.0\skWh$"), timeout=10_000)
        await expect(page.locator(".chart canvas")).to_be_visible(timeout=10_000)
        assert await barriers(page, "light") == []
        await picture(page, "now-chart")


async def test_of_years_of_days_the_last_ones_are_shown_and_more_on_request(shown: Shown) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    days = [{**DAY, "day": (LATE_MORNING.date() - timedelta(days=ago)).isoformat()} for ago in range(700)]
    async with opened(shown.chromium, shown.address) as page:
        await page.route("**/houses/*/days", lambda route: route.fulfill(json=days))
        await go(page, "history")
        table = page.get_by_role("region", name="Energy by day")
        await expect(table.get_by_role("row")).to_have_count(1 + 10 + 1, timeout=20_000)
        await expect(table.get_by_role("row").nth(1)).to_contain_text("21 Jun")
        await expect(table.get_by_role("row").last).to_contain_text("All 700 days")
        await expect(table.get_by_role("row").last).to_contain_text("14,000.0\u00a0kWh")  # of all, not of those shown
        await page.get_by_role("button", name="Show more").click()
        await expect(table.get_by_role("row")).to_have_count(1 + 41 + 1)


_WIDTHS = "all => all.map((one) => one.getBoundingClientRect().width)"
_WIDER = """() => [document.documentElement, ...document.querySelectorAll(".scroll")]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.outerHTML.slice(0, 120))"""


async def test_a_charge_opens_and_tells_its_end_its_peak_and_what_it_did_the_longest_first(shown: Shown) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with opened(shown.chromium, shown.address) as page:
        await page.route("**/sessions?*", lambda route: route.fulfill(json=[RUNNING, SESSION]))
        await go(page, "history")
        charges = page.get_by_role("region", name="Charges", exact=True)
        opener = charges.get_by_role("button").nth(1)
        await expect(charges.get_by_role("row", name="now")).to_contain_text("CHF\u00a01.81")
        await expect(charges.get_by_role("row", name="12:00")).to_contain_text("€1.81")
        await expect(opener).to_have_accessible_name(re.compile("20 Jun.*12:00"), timeout=20_000)
        await expect(opener).to_have_attribute("aria-expanded", "false")
        columns = charges.get_by_role("columnheader")
        widths = await columns.evaluate_all(_WIDTHS)
        await opener.press("Enter")
        await expect(opener).to_have_attribute("aria-expanded", "true")
        more = charges.get_by_role("row").last
        await expect(more.locator("dl > div")).to_have_text(
            [re.compile("^Unplugged.*20 Jun.*18:00"), "Highest power7.4\u00a0kW", "Starts3", "Sun known for95\u00a0%"]
        )
        await expect(more.get_by_role("listitem")).to_have_text(
            [
                "Follows the sun 4\u00a0h",
                "Waits for sun 1\u00a0h 55\u00a0min",
                "Rests between charges 5\u00a0min",
                "of_next_year 60\u00a0s",
            ]
        )
        await expect(more).to_contain_text("plugged in already")
        assert await columns.evaluate_all(_WIDTHS) == widths
        assert len(widths) == 7
        assert await barriers(page, "light") == []
        assert await barriers(page, "dark") == []
        await picture(page, "history-open-wide-dark")
        await charges.get_by_role("button").first.click()
        await expect(charges.get_by_role("row").nth(2)).to_contain_text("not yet")
        await page.set_viewport_size({"width": 320, "height": 640})
        await page.get_by_role("button", name="Deutsch").click()
        await expect(page.get_by_role("listitem").first).to_have_text("Folgt der Sonne 4\u00a0h")
        assert await page.evaluate(_WIDER) == []
        assert await barriers(page, "light") == []
        await picture(page, "history-open-phone-light")
        opener = page.get_by_role("region", name="Ladungen", exact=True).get_by_role("button").nth(1)
        await opener.press("Space")
        await expect(opener).to_have_attribute("aria-expanded", "false")


_FITS = """width => document.documentElement.scrollWidth === width
    && [...document.querySelectorAll(".chart canvas")].every((one) => one.getBoundingClientRect().right <= width)"""


async def test_a_telephone_that_is_turned_and_a_window_that_shrinks_fit_again(shown: Shown) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with opened(shown.chromium, shown.address) as page:
        await page.route("**/houses/*/power", lambda route: route.fulfill(json=SAMPLES))
        await page.reload()
        for view in VIEWS:
            await go(page, view)
            for width, height in ((1200, 800), (320, 640), (844, 390), (390, 844)):
                if view == "now":
                    await expect(page.locator(".chart canvas")).to_be_visible(timeout=20_000)
                await page.set_viewport_size({"width": width, "height": height})
                await page.wait_for_function(_FITS, arg=width, timeout=5000)


async def test_every_view_is_open_to_all_in_both_languages_and_on_a_small_screen(shown: Shown) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    async with opened(shown.chromium, shown.address, locale="de-AT", size=(320, 640)) as page:
        await expect(page.get_by_role("link", name="Einrichten")).to_be_visible()
        await expect(page.get_by_text("Wattpilot 900")).to_be_visible(timeout=20_000)
        for view in VIEWS:
            await go(page, view)
            await expect(page).to_have_title(re.compile("^.+ · Sunpilot$"))
            if view == "setup":
                await page.locator("summary", has_text="Demo roof").click()
                await page.get_by_role("button", name="Benachrichtigung anlegen").click()
            assert await page.evaluate("() => document.documentElement.scrollWidth") == 320, view
            assert await barriers(page, "light") == [], view
            assert await barriers(page, "dark") == [], view
            await picture(page, f"{view}-phone-dark")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("link", name="Set-up")).to_be_visible()
        assert await page.evaluate("() => document.documentElement.lang") == "en"
        await page.set_viewport_size({"width": 1200, "height": 800})
        for view in VIEWS:
            await go(page, view)
            assert await barriers(page, "light") == [], view
            await picture(page, f"{view}-wide-light")


async def test_nothing_jumps_in_the_view_of_health(shown: Shown) -> None:
    async with opened(shown.chromium, f"{shown.address}/#/health", locale="de-DE", size=(360, 740)) as page:
        await page.get_by_text("Speicher").wait_for(timeout=20_000)
        await asyncio.sleep(1)
        await page.evaluate(_JUMPS)
        await asyncio.sleep(3)
        assert await page.evaluate("() => window.jumps") < 0.005


@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
async def test_all_modes_stand_in_one_line_on_a_telephone(shown: Shown, locale: str) -> None:
    async with opened(shown.chromium, shown.address, locale=locale, size=(360, 740)) as page:
        modes = page.locator(".choice").first.get_by_role("button")
        await modes.first.wait_for(timeout=20_000)
        tops = await modes.evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert len(tops) == 5
        assert len(set(tops)) == 1


_FOCUSABLE = """() => {
    const all = document.querySelectorAll("a[href], button:enabled, input:enabled, select, summary, [tabindex='0']");
    return [...all].filter((one) => one.checkVisibility() && (one.type !== "radio" || one.checked)).length;
}"""
_FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const marked = one.matches("input") ? one.closest("label, div").querySelector("span") ?? one : one;
    const isShown = [one, marked].some((each) => getComputedStyle(each).outlineStyle !== "none");
    window.walked ??= new Map();
    if (!window.walked.has(one)) window.walked.set(one, window.walked.size);
    return [window.walked.get(one), isShown, one.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("view", VIEWS)
async def test_the_keyboard_reaches_everything_and_shows_where_it_is(shown: Shown, view: str) -> None:
    async with opened(shown.chromium, shown.address) as page:
        await page.get_by_text("Wattpilot 900").first.wait_for(timeout=20_000)
        await go(page, view)
        await asyncio.sleep(0.5)
        expected = await page.evaluate(_FOCUSABLE)
        reached: dict[int, str] = {}
        for _ in range(expected + 3):
            await page.keyboard.press("Tab")
            if (found := await page.evaluate(_FOCUSED)) is not None:
                place, is_shown, element = found
                assert is_shown, element
                reached[place] = element
        assert len(reached) == expected, reached
