"""The simulator's HTTP door: the SolarEdge twin's paths and the steering in one application, and its server."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sunpilot.simulator.house import House
from sunpilot.simulator.solaredge import Cloud
from sunpilot.simulator.steering import Box, Refusal, Steering, answer_refusal

GRACE_S = 1


def application(house: House, cloud: Cloud, box: Box, sleep: Callable[[float], Awaitable[None]]) -> Starlette:
    """`/site/…` from the cloud, `/_sim/…` from the steering. `sleep` serves the cloud's latency."""

    async def ask_cloud(request: Request) -> Response:
        client_ip = request.client.host if request.client else ""
        answer = cloud.get(request.url.path, request.query_params, client_ip)
        if answer.latency_s:
            await sleep(answer.latency_s)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return Response(answer.body, answer.status, headers)

    routes = [*Steering(house, cloud, box).routes(), Route("/{path:path}", ask_cloud, methods=["GET"])]
    return Starlette(routes=routes, exception_handlers={Refusal: answer_refusal})


class _Server(uvicorn.Server):
    """Signals belong to the process, not to one of its servers."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Door:
    """An HTTP server for one application. Writes no access log: the API key of V1 stands in the URL."""

    def __init__(self, app: Starlette) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Open the door and return its port; 0 asks for any free one. Raises `OSError` when the port is taken."""
        infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = infos[0]
        listener = socket.create_server(address[:2], family=family)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        return int(listener.getsockname()[1])

    async def stop(self) -> None:
        """Close the door; calls still waiting for an answer are cut off after a second."""
        if self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._serving = None
