"""The live page: files that are built from web/ (`make page`), open to all because they hold no data."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles

_FILES = Path(__file__).parent / "page"

router = APIRouter()


@router.get("/", include_in_schema=False)
async def page() -> Response:
    """The page itself; it asks for the key when one is needed."""
    index = _FILES / "index.html"
    if not index.is_file():
        return PlainTextResponse("The page has not been built yet: run `make page`.\n", 503)
    return FileResponse(index)


def serve_page(app: FastAPI) -> None:
    """Serve the page and its files."""
    app.include_router(router)
    app.mount("/page", StaticFiles(directory=_FILES, check_dir=False))
