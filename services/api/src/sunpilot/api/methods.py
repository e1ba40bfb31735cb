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
    """All methods of an address; where it stands in the document as it is, no number in its place is meant."""
    paths = app.openapi()["paths"]
    templates = [path] if path in paths else [one for one in paths if compile_path(one)[0].match(path)]
    return {method.upper() for template in templates for method in paths[template]}
