"""The live page: files that are built from web/ (`make page`), open to all because they hold no data."""

import os
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from sunpilot.api.compression import takes_gzip

_FILES = Path(__file__).parent / "page"

_FOR_EVER = "public, max-age=31536000, immutable"
"""For a file whose name holds a hash of its content (RFC 8246)."""

router = APIRouter()


class _Built(StaticFiles):
    """The built files: compressed to who takes that, where the build has put a .gz beside them."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304 where the browser has it; plain and compressed are told apart by their tags."""
        packed = Path(f"{os.fspath(full_path)}.gz")
        sends_packed = takes_gzip(scope) and packed.is_file()
        if sends_packed:
            full_path, stat_result = packed, packed.stat()
        response = super().file_response(full_path, stat_result, scope, status_code)
        if sends_packed and response.status_code == status_code:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        if packed.parent.name == "assets":
            response.headers["Cache-Control"] = _FOR_EVER
        return response


_built = _Built(directory=_FILES, check_dir=False)


@router.get("/", include_in_schema=False)
async def page(request: Request) -> Response:
    """The page itself; it asks for the key when one is needed."""
    if not (_FILES / "index.html").is_file():
        return PlainTextResponse("The page has not been built yet: run `make page`.\n", 503)
    return await _built.get_response("index.html", request.scope)


def serve_page(app: FastAPI) -> None:
    """Serve the page and its files."""
    app.include_router(router)
    app.mount("/page", _built)
