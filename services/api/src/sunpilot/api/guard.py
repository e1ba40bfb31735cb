"""What stands around every request: the key, a limit on the body, headers for the browser, an answer to our faults."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sunpilot.api.access import Access
from sunpilot.api.problem import denied, problem
from sunpilot.runtime.log import Log

MAX_BODY_BYTES = 64 * 1024
NEEDS_KEY = "/api/"
"""All addresses that begin so are behind the key, those too that do not exist."""

_OWN_FILES_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# FastAPI's /docs is one inline script and Swagger UI from this address.
_DOCS = (
    "default-src 'none'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net; img-src data: https://fastapi.tiangolo.com; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Guard:
    """ASGI middleware; pure, so that it neither buffers the live stream nor runs it in another task.

    It asks for the key before anything of the body is read.
    """

    def __init__(self, app: ASGIApp, access: Access, log: Log) -> None:
        self._app = app
        self._access = access
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        received = 0
        has_started = False

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        async def with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _DOCS if path == "/docs" else _OWN_FILES_ONLY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Cache-Control", "no-store" if path.startswith("/api/") else "no-cache")
            await send(message)

        try:
            if path.startswith(NEEDS_KEY) and not self._access.admits_request(scope):
                await denied()(scope, receive, with_headers)
            else:
                await self._app(scope, limited, with_headers)
        except Exception:
            self._log.exception("a request failed", method=scope["method"], path=path)
            if not has_started:
                answer = problem(500, "This is a fault of Sunpilot; its log has the details.")
                await answer(scope, receive, with_headers)
