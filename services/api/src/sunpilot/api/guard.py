"""What stands around every request: who asks, a limit on the body, headers for the browser, an answer to our faults."""

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sunpilot.api.access import Access
from sunpilot.api.access.denial import DeniedError
from sunpilot.api.access.gate import Visit
from sunpilot.api.access.scope import Scope as Needed
from sunpilot.api.browser_headers import add_browser_headers
from sunpilot.api.cookie import cookie_in, set_cookie
from sunpilot.api.problem import answer_to, problem
from sunpilot.contract.decision import Text
from sunpilot.runtime.log import Log
from sunpilot.runtime.store import StoreDownError

MAX_BODY_BYTES = 64 * 1024
GUARDED = "/api/"
"""All addresses that begin so are for known askers, those too that do not exist."""

OPEN_TO_ALL = {("GET", "/api/v1/access"), ("POST", "/api/v1/login"), ("PUT", "/api/v1/password")}
"""… but for these, by which one becomes known."""

READS = ("GET", "HEAD")

_OUR_FAULT = Text(
    en="This is a fault of Sunpilot; its log has the details.",
    de="Das ist ein Fehler von Sunpilot; Näheres steht in seinem Protokoll.",
)


class Guard:
    """ASGI middleware; pure, so that it neither buffers the live stream nor runs it in another task.

    It finds out who asks before anything of the body is read.
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
        has_started = False
        cookie: str | None = None

        async def with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                add_browser_headers(headers, path)
                if cookie is not None:
                    headers.setdefault("Set-Cookie", cookie)
            await send(message)

        try:
            if path.startswith(GUARDED):
                cookie = self._let_in(scope, path)
            await self._app(scope, _limited(receive), with_headers)
        except (DeniedError, StoreDownError) as error:
            await answer_to(error)(scope, receive, with_headers)
        except Exception:
            self._log.exception("a request failed", method=scope["method"], path=path)
            if not has_started:
                answer = problem(500, _OUR_FAULT.en, _OUR_FAULT)
                await answer(scope, receive, with_headers)

    def _let_in(self, scope: Scope, path: str) -> str | None:
        """Note who asks; gives the header Set-Cookie for a log-in that lasts longer now.

        Raises `DeniedError` where a stranger may not, and `StoreDownError` while nobody can know who it is.
        """
        headers = Headers(scope=scope)
        scheme, key = get_authorization_scheme_param(headers.get("Authorization"))
        visit = Visit(
            reads=scope["method"] in READS,
            key=key if scheme.lower() == "bearer" else None,
            cookie=cookie_in(headers),
            host=headers.get("Host", ""),
            origin=headers.get("Origin"),
            fetch_site=headers.get("Sec-Fetch-Site"),
        )
        asker = self._access.identify(visit)
        if (scope["method"], path) not in OPEN_TO_ALL:
            if asker is None and visit.names_asker:
                self._access.require_restored()
            self._access.require(asker, Needed.READ)
        scope.setdefault("state", {})["asker"] = asker
        login = self._access.renewed(asker)
        return None if login is None or visit.cookie is None else set_cookie(visit.cookie, over_tls=login.over_tls)


def _limited(receive: Receive) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return limited
