"""The HTTP server on its socket: starts and ends with the task that runs it."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

GRACE_S = 2
"""How long requests under way may take to finish at the end."""

STUCK_MS = 60_000
"""A client that takes nothing for so long is let go (Linux tcp(7), TCP_USER_TIMEOUT)."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the process."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise OSError(f"cannot listen on {host} port {port}: {reason}; set another port") from None
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # accepted sockets take it over
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_MS)
    return listener


async def serve(app: ASGIApp, listener: socket.socket, on_end: Callable[[], None], proxy: str | None = None) -> None:
    """Answer requests until cancelled; ``on_end`` then ends what would otherwise never end, as live streams.

    ``proxy`` names the reverse proxies whose headers X-Forwarded-For and X-Forwarded-Proto are believed.
    """
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    finally:
        on_end()
        server.should_exit = True
        await serving
