"""Methods: HEAD goes wherever GET goes, and who takes another is told all that an address takes (RFC 9110).

Starlette names the methods of the first route that matches, though each method has a route of its own here.
"""

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from sunpilot.api.problem import answer_to

GET_ALONE = {"/api/v1/live", "/oauth/solaredge"}
"""What has no HEAD: a stream that does not end, and an address that takes the code of a consent."""


class HeadIsGet:
    """ASGI middleware: a HEAD is answered as its GET would be (section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in GET_ALONE:
            scope = dict(scope) | {"method": "GET"}  # the server keeps its own, and so leaves the content away
        await self._app(scope, receive, send)


def name_allowed_methods(app: FastAPI) -> None:
    """Register the answer to a method that an address does not take: its header Allow (section 15.5.6)."""

    async def answer(request: Request, error: Exception) -> Response:
        response, path = answer_to(error), request.url.path
        allowed = _described(app, path) or set(response.headers.get("Allow", "").split(", "))
        if "GET" in allowed and path not in GET_ALONE:
            allowed.add("HEAD")
        response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    app.add_exception_handler(405, answer)


def _described(app: FastAPI, path: str) -> set[str]:
    """All methods of an address; where it stands in the document as it is, no number in its place is meant."""
    paths = app.openapi()["paths"]
    templates = [path] if path in paths else [one for one in paths if compile_path(one)[0].match(path)]
    return {method.upper() for template in templates for method in paths[template]}
