"""Sends a message through Apprise, in a thread of its own that nobody waits for longer than a time-out."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

from sunpilot.api.notification.target import Outcome

ANSWER_S = 20.0
"""So long a service may take; Apprise itself gives up each of its connections after 4 s."""

Send = Callable[[str, str, str], Awaitable[Outcome]]
"""Address, title and body in; what became of it out. It never raises, and says nothing of the address."""


async def send(address: str, title: str, body: str) -> Outcome:
    """Send one message. A thread that hangs is left to itself, and ends with the process."""
    loop = asyncio.get_running_loop()
    sent: asyncio.Future[bool] = loop.create_future()

    def work() -> None:
        took = _notify(address, title, body)
        try:
            loop.call_soon_threadsafe(lambda: None if sent.done() else sent.set_result(took))
        except RuntimeError:  # the loop has ended meanwhile
            return

    threading.Thread(target=work, name="notification", daemon=True).start()
    try:
        took = await asyncio.wait_for(sent, ANSWER_S)
    except TimeoutError:
        return Outcome.NO_ANSWER
    return Outcome.SENT if took else Outcome.REFUSED


def _notify(address: str, title: str, body: str) -> bool:
    """Whether the service took it. Imported late: Apprise needs 40 MiB, and most houses use none of it."""
    # Apprise logs addresses.
    logging.getLogger("apprise").disabled = True
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat  # noqa: PLC0415

        asset = AppriseAsset(app_id="Sunpilot", app_desc="Sunpilot", app_url="", secure_logging=True)
        service = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if service is None:
            return False
        notifier = Apprise(asset=asset)
        notifier.add(service)
        return bool(notifier.notify(body=body, title=title, body_format=NotifyFormat.TEXT))
    except Exception:  # its plug-ins are many; whatever they raise may quote the address
        return False
