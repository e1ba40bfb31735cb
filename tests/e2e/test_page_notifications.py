"""Notifications on the page: an address is tried before it is stored, told once, and never shown again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sunpilot.standalone.swarm import Place
from tests.e2e.test_page_setup import unconfigured
from tests.support.browser import barriers, browser, go, opened, picture


@contextlib.asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server of a person's own that takes every message; with its port and what came."""
    came: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        came.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()


async def test_an_address_is_tried_stored_and_never_shown_again(place: Place) -> None:
    from playwright.async_api import expect  # noqa: PLC0415  (slow to import)

    start = f"/#code={place.key.get_secret_value()}"
    async with (
        mailbox() as (port, came),
        unconfigured(place) as (_, address),
        browser() as chromium,
        opened(chromium, address + start) as page,
    ):
        await expect(page.get_by_text("Welcome")).to_be_visible(timeout=20_000)
        await go(page, "setup")
        await page.get_by_role("button", name="Add a notification").click()
        form = page.get_by_role("form", name="Add a notification")
        await form.get_by_label("Name").fill("Telephone")
        await form.get_by_label("Where to").fill("file:///etc/passwd")
        await form.get_by_role("button", name="Send one now").click()
        await expect(form.get_by_role("alert")).to_contain_text("not among the services", timeout=20_000)
        await form.get_by_label("Where to").fill(f"json://me:secret-of-a-test@127.0.0.1:{port}/")
        await form.get_by_role("button", name="Send one now").click()
        await expect(form.locator(".done")).not_to_be_empty(timeout=20_000)
        assert b"Sunpilot" in came[-1]
        await form.get_by_label("Readings are too old").uncheck()
        assert await barriers(page, "light") == []
        await form.get_by_role("button", name="Add a notification").click()
        stored = page.locator("summary", has_text="Telephone")
        await stored.click(timeout=10_000)
        form = page.get_by_role("form", name="Telephone")
        await expect(form.get_by_label("Readings are too old")).not_to_be_checked()
        assert "secret-of-a-test" not in await page.content()
        await picture(page, "notifications")
        await form.get_by_role("button", name="Send one now").click()
        async with asyncio.timeout(20):
            while len(came) < 2:
                await asyncio.sleep(0.1)
        await form.get_by_role("button", name="Remove").click()
        await form.get_by_role("button", name="Really remove?").click()
        await expect(stored).to_be_hidden(timeout=10_000)
