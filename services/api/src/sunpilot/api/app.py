"""The application: all routes, and what stands around them."""

from fastapi import APIRouter, FastAPI

from sunpilot.api import (
    entrance,
    health,
    history,
    houses,
    inverters,
    keys,
    live,
    notifications,
    oauth,
    past,
    sessions,
    sources,
    wattpilots,
)
from sunpilot.api.compression import Compression
from sunpilot.api.context import Context
from sunpilot.api.docs_page import serve_docs
from sunpilot.api.guard import Guard
from sunpilot.api.methods import HeadIsGet, name_allowed_methods
from sunpilot.api.openapi import describe
from sunpilot.api.page import serve_page
from sunpilot.api.problem import Problem, answer_with_problems
from sunpilot.runtime.report import VERSION

_RESOURCES = (
    inverters,
    oauth,
    sources,
    houses,
    wattpilots,
    sessions,
    past,
    notifications,
    history,
    health,
    live,
    entrance,
    keys,
)


def create_app(context: Context) -> FastAPI:
    """Put the application together. All routes under /api/v1 say which scope they need."""
    app = FastAPI(
        title="Sunpilot",
        version=VERSION,
        description="Charges an electric car from the sun that would otherwise be sold.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.context = context
    app.add_middleware(Guard, access=context.access, log=context.log)
    app.add_middleware(Compression)
    app.add_middleware(HeadIsGet)  # around the guard, which knows GET
    answer_with_problems(app)
    api = APIRouter(
        prefix="/api/v1",
        responses={"default": {"model": Problem, "description": "What went wrong, and what to do."}},
    )
    for resource in _RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(health.liveness)
    app.include_router(oauth.callback)
    serve_page(app)
    serve_docs(app)
    describe(app)
    name_allowed_methods(app)
    return app
