"""The simulator's HTTP door: the SolarEdge twin's paths and the steering in one application, and its server."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sunpilot.simulator.house import House
from sunpilot.simulator.solaredge import Cloud
from sunpilot.simulator.solaredge.answer import Answer
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.steering import Refusal, Steering, TwinSteering, answer_refusal
from sunpilot.simulator.wattpilot.box import Box

GRACE_S = 1


def application(
    house: House,
    cloud: Cloud,
    box: Box,
    sleep: Callable[[float], Awaitable[None]],
    others: Sequence[TwinSteering] = (),
) -> Starlette:
    """`/_sim/…` from the steering, also of `others`, all else from the cloud. `sleep` serves the cloud's latency."""

    async def ask_cloud(request: Request) -> Response:
        call = Call(
            request.url.path,
            request.query_params,
            request.client.host if request.client else "",
            request.method,
            dict(request.headers),
            await request.body(),
        )
        answer = cloud.answer(call)
        if answer.latency_s:
            await sleep(answer.latency_s)
        return _Sent(answer, sleep)

    routes = [*Steering(house, cloud, box, others).routes(), Route("/{path:path}", ask_cloud, methods=["GET", "POST"])]
    return Starlette(routes=routes, exception_handlers={Refusal: answer_refusal})


class _Sent(Response):
    """An answer on the wire, with the faults that only a wire can have."""

    def __init__(self, answer: Answer, sleep: Callable[[float], Awaitable[None]]) -> None:
        super().__init__(answer.body, answer.status, {"Content-Type": answer.content_type, **answer.headers})
        self._answer = answer
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if self._answer.cut_after is None and not self._answer.drip_s:
            await super().__call__(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for place in range(len(self.body)):
            if place == self._answer.cut_after:
                return  # the server breaks off a connection whose answer was not completed
            await send({"type": "http.response.body", "body": self.body[place : place + 1], "more_body": True})
            await self._sleep(self._answer.drip_s)
        await send({"type": "http.response.body", "body": b""})


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
            log_level="critical",  # an answer that is broken off on purpose is no news
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
