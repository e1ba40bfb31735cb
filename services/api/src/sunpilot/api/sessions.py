"""REST: the charging sessions of a Wattpilot."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from sunpilot.api import session_table
from sunpilot.api.context import Context, EntityId, MayRead
from sunpilot.api.household import house_of
from sunpilot.api.paging import PAGED, Paged
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.session import Session

router = APIRouter(prefix="/wattpilots/{wattpilot_id}", tags=["past"])

Accept = Annotated[str, Header(include_in_schema=False)]

SessionId = Annotated[int, Path(ge=0, lt=2**53, description="The second of its begin since 1970.")]

_ROW = "started_at,ended_at,plugged_s,…\r\n2026-06-21T08:00:00Z,2026-06-21T13:00:00Z,18000,…\r\n"
_TABLE: dict[str, Any] = {"content": {"text/csv": {"schema": {"type": "string"}, "example": _ROW}}}


@router.get("/sessions", responses={200: PAGED | _TABLE}, response_model=list[Session])
async def list_sessions(
    wattpilot_id: EntityId, context: MayRead, paging: Paged, response: Response, accept: Accept = ""
) -> list[Session] | Response:
    """Charging sessions, newest first, the running one too; as CSV where ``Accept`` is ``text/csv``."""
    sessions = await _sessions(wattpilot_id, context)
    found = paging.page((one, -one.id) for one in sessions)  # a page goes up, and the newest is first
    response.headers["Vary"] = "Accept"
    return await _as_table(wattpilot_id, found, context, response.headers) if "text/csv" in accept else found


@router.get("/sessions.csv", response_class=Response, responses={200: _TABLE})
async def download_sessions(wattpilot_id: EntityId, context: MayRead) -> Response:
    """All charging sessions, newest first, as a table for a spreadsheet: CSV (RFC 4180) in UTF-8, times in UTC."""
    return await _as_table(wattpilot_id, await _sessions(wattpilot_id, context), context)


@router.get("/sessions/{session_id}")
async def get_session(wattpilot_id: EntityId, session_id: SessionId, context: MayRead) -> Session:
    """One charging session."""
    found = await _sessions(wattpilot_id, context, str(session_id), str(session_id))
    if not found:
        raise UnknownEntityError("Session", session_id, f"wattpilots/{wattpilot_id}/sessions")
    return found[0]


async def _sessions(wattpilot_id: int, context: Context, begin: str = "-inf", end: str = "+inf") -> list[Session]:
    """The stored sessions whose id lies in between, newest first."""
    if wattpilot_id not in (await context.entities.configuration()).wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    store = context.store
    stored = store.redis.zrevrangebyscore(store.keys.sessions(wattpilot_id), end, begin)
    return [Session.model_validate_json(text) for text in await store.call(stored)]


async def _as_table(
    wattpilot_id: int, sessions: list[Session], context: Context, headers: Mapping[str, str] | None = None
) -> Response:
    house = house_of(wattpilot_id, await context.entities.configuration())
    name = f"sunpilot-wattpilot-{wattpilot_id}-sessions.csv"
    more = {"Content-Disposition": f'attachment; filename="{name}"'}
    content = session_table.table(sessions, None if house is None else house.currency)
    return Response(content, media_type=session_table.MEDIA_TYPE, headers={**(headers or {}), **more})
