"""The answer to a method that an address does not take: the header Allow names all that it takes (RFC 9110, 15.5.6).

Starlette names those of the first route that matches, though each method has a route of its own here.
"""

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.routing import compile_path

from sunpilot.api.problem import answer_to


def name_allowed_methods(app: FastAPI) -> None:
    """Register the answer."""

    async def answer(request: Request, error: Exception) -> Response:
        response = answer_to(error)
        allowed = _allowed(app, request.url.path)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    app.add_exception_handler(405, answer)


def _allowed(app: FastAPI, path: str) -> set[str]:
    return {
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    }
