"""The page in a real Chromium: opened, looked at for faults, pictured, and checked by axe-core (WCAG AA)."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.support.backends import chromium, not_run

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWS = ("now", "history", "setup", "health")
PASSWORD = "a-password-of-a-test"
PICTURES = Path(__file__).parents[1] / "out"
_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator["Browser"]:
    """A Chromium; without one, the test is listed as not run."""
    binary = chromium()
    if binary is None:
        not_run("chromium", "there is no Chromium")
    from playwright.async_api import async_playwright  # noqa: PLC0415  (slow to import)

    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=binary, args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


@contextlib.asynccontextmanager
async def opened(
    chromium: "Browser", address: str, locale: str = "en-GB", size: tuple[int, int] = (1200, 800)
) -> AsyncIterator["Page"]:
    """The page at an address. No script of it may fail, and nothing may be refused by the content policy."""
    context = await chromium.new_context(locale=locale, viewport={"width": size[0], "height": size[1]})
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    await page.goto(address)
    yield page
    await context.close()
    assert faults == []


async def go(page: "Page", view: str) -> None:
    """Go to a view by its address."""
    await page.evaluate("view => { location.hash = `#/${view}`; }", view)
    await page.locator("nav a[aria-current]").wait_for()


def mode_of(page: "Page", name: str) -> "Locator":
    """The button of a Wattpilot's mode; some have the names of orders too."""
    return page.get_by_role("group", name="Mode").get_by_role("button", name=name, exact=True)


async def picture(page: "Page", name: str) -> None:
    """Keep a picture of the whole page."""
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def barriers(page: "Page", colours: Literal["light", "dark"]) -> list[str]:
    """What axe-core finds on the page as it is."""
    await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    await page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("() => axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


_NOTE_POWERS = """(name) => {
    const card = [...document.querySelectorAll("article.wattpilot")].find((one) => one.textContent.includes(name));
    const figure = card.querySelector("dd");
    window.powers = {};
    const note = () => { window.powers[parseInt(figure.textContent)] ??= Date.now(); };
    new MutationObserver(note).observe(figure, { subtree: true, childList: true, characterData: true });
}"""


async def note_powers(page: "Page", wattpilot: str) -> None:
    """Have the page note from now on when it shows which power of a Wattpilot, whole watts below 1000."""
    await page.locator("article.wattpilot", has_text=wattpilot).wait_for(timeout=20_000)
    await page.evaluate(_NOTE_POWERS, wattpilot)


async def powers_shown_s(page: "Page") -> dict[int, float]:
    """When the page showed each power since `note_powers`, in seconds since 1970."""
    noted = await page.evaluate("() => window.powers")
    return {int(power_w): at_ms / 1000 for power_w, at_ms in noted.items() if power_w != "NaN"}


async def choose_password(page: "Page", code: str, password: str = PASSWORD) -> None:
    """Answer the dialog of a first visit with the set-up code, which is the first API key, and a new password."""
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=code]").fill(code)
    await dialog.locator("[name=new]").fill(password)
    await dialog.locator("[type=submit]").click()


async def log_in(page: "Page", password: str) -> None:
    """Answer the dialog that asks for the password; a refused one may be tried again."""
    dialog = page.get_by_role("dialog")
    await dialog.locator("[name=password]").fill(password)
    await dialog.locator("[type=submit]").click()
