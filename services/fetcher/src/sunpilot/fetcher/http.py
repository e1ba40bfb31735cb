"""One HTTP request, in a thread of its own, bounded in time and size, and silent about its content."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

TIMEOUTS_S = (5.0, 15.0)
"""To connect, and between two pieces of the answer."""

DEADLINE_S = 30.0
"""For the whole answer, however slowly it drips; what its thread still reads afterwards is dropped."""

MAXIMUM_BODY_BYTES = 256 * 1024
"""What comes after is not read; an honest answer has about one kilobyte."""

# urllib3 writes each request's address at level DEBUG, and SolarEdge's key is a part of it.
logging.getLogger("urllib3").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """GET with query parameters or, where there is a ``json_body``, POST. All but the address may hold secrets."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json_body: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, whatever its status. ``retry_after`` and ``remaining_minute`` are the headers as they came: when to
    ask again, and how many calls this minute has left. The body may hold secrets.
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after: str | None = None
    remaining_minute: str | None = None


class NoAnswerError(OSError):
    """The server could not be asked. The text is the kind of fault alone: addresses may contain a key."""


Ask = Callable[[HttpRequest], Awaitable[HttpAnswer]]
"""Make a request; raises OSError (`NoAnswerError`) when no answer comes."""


async def ask(request: HttpRequest) -> HttpAnswer:
    """Ask without retries and without following redirects; after the deadline there is no answer.

    The thread is a daemon: a process that ends need not wait for a server that does not answer.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[HttpAnswer] = loop.create_future()

    def settle(answer: HttpAnswer | NoAnswerError) -> None:
        if done.done():
            return
        if isinstance(answer, NoAnswerError):
            done.set_exception(answer)
        else:
            done.set_result(answer)

    def work() -> None:
        answer = _ask(request)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, answer)

    threading.Thread(target=work, name="http", daemon=True).start()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DEADLINE_S):
            return await done
    raise NoAnswerError(TimeoutError.__name__)


def _ask(request: HttpRequest) -> HttpAnswer | NoAnswerError:
    try:
        with requests.Session() as session:
            # A proxy from the environment serves the internet; it cannot reach this machine's own loopback.
            session.trust_env = urlsplit(request.url).hostname not in ("127.0.0.1", "::1", "localhost")
            session.auth = _unchanged  # otherwise a .netrc file would overrule the header Authorization
            answer = session.request(
                "GET" if request.json_body is None else "POST",
                request.url,
                params=dict(request.params),
                headers={"Accept": "application/json", "User-Agent": "sunpilot", **request.headers},
                json=request.json_body,
                timeout=TIMEOUTS_S,
                allow_redirects=False,
                stream=True,
            )
            return HttpAnswer(
                status=answer.status_code,
                content_type=answer.headers.get("Content-Type", ""),
                body=_body(answer),
                retry_after=answer.headers.get("Retry-After"),
                remaining_minute=answer.headers.get("x-ratelimit-remaining-minute"),
            )
    except Exception as error:  # whatever it is, its text may contain the address: only its kind leaves here
        return NoAnswerError(type(error).__name__)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _body(answer: requests.Response) -> bytes:
    deadline = time.monotonic() + DEADLINE_S  # nobody waits for more; it is only seen between two full pieces
    body = bytearray()
    for piece in answer.iter_content(8192):
        body += piece
        if len(body) >= MAXIMUM_BODY_BYTES:
            break
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body[:MAXIMUM_BODY_BYTES])
