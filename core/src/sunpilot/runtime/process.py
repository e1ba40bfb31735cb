"""A service as a process: explicit signal handlers, and an end in good order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable


async def until_signal(main: Callable[[], Awaitable[None]]) -> None:
    """Run ``main`` until it ends or SIGINT or SIGTERM cancels it.

    The handlers are explicit because a shell may start a background process with SIGINT ignored.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(main())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
