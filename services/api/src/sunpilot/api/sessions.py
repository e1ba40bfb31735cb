"""REST: the charging sessions of a Wattpilot."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from sunpilot.api import session_table
from sunpilot.api.context import Context, EntityId, MayRead
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.session import KEPT_SESSIONS, Session

router = APIRouter(prefix="/wattpilots/{wattpilot_id}", tags=["past"])

Limit = Annotated[int, Query(ge=1, le=KEPT_SESSIONS, description="The most to answer with.")]
Cursor = Annotated[int | None, Query(ge=0, lt=2**53, description="From the header Link of the answer before.")]
Accept = Annotated[str, Header(include_in_schema=False)]

SessionId = Annotated[int, Path(ge=0, lt=2**53, description="The second of its begin since 1970.")]

_ROW = "started_at,ended_at,plugged_s,…\r\n2026-06-21T08:00:00Z,2026-06-21T13:00:00Z,18000,…\r\n"
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": _ROW}}}
}


@router.get("/sessions", responses=_TABLE, response_model=list[Session])
async def list_sessions(
    wattpilot_id: EntityId,
    context: MayRead,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = "",
) -> list[Session] | Response:
    """Charging sessions, newest first, the running one too; as CSV where ``Accept`` is ``text/csv``.

    Where there are more, the header ``Link`` names the next page.
    """
    end = "+inf" if cursor is None else f"({cursor}"
    found = await _sessions(wattpilot_id, context, "-inf", end, limit + 1)
    headers = {"Vary": "Accept"}
    if len(found) > limit:
        found = found[:limit]
        address = request.url.include_query_params(cursor=found[-1].id)
        headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    if "text/csv" in accept:
        return _as_table(wattpilot_id, found, headers)
    response.headers.update(headers)
    return found


@router.get("/sessions.csv", response_class=Response, responses=_TABLE)
async def download_sessions(wattpilot_id: EntityId, context: MayRead) -> Response:
    """All charging sessions, newest first, as a table for a spreadsheet: CSV (RFC 4180) in UTF-8, times in UTC."""
    return _as_table(wattpilot_id, await _sessions(wattpilot_id, context, "-inf", "+inf", KEPT_SESSIONS), {})


@router.get("/sessions/{session_id}")
async def get_session(wattpilot_id: EntityId, session_id: SessionId, context: MayRead) -> Session:
    """One charging session."""
    found = await _sessions(wattpilot_id, context, str(session_id), str(session_id), 1)
    if not found:
        raise UnknownEntityError("Session", session_id, f"wattpilots/{wattpilot_id}/sessions")
    return found[0]


async def _sessions(wattpilot_id: int, context: Context, begin: str, end: str, most: int) -> list[Session]:
    """The stored sessions whose id lies in between, newest first."""
    if wattpilot_id not in (await context.entities.configuration()).wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    store = context.store
    stored = store.redis.zrevrangebyscore(store.keys.sessions(wattpilot_id), end, begin, start=0, num=most)
    return [Session.model_validate_json(text) for text in await store.call(stored)]


def _as_table(wattpilot_id: int, sessions: list[Session], headers: dict[str, str]) -> Response:
    name = f"sunpilot-wattpilot-{wattpilot_id}-sessions.csv"
    headers = headers | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(session_table.table(sessions), media_type=session_table.MEDIA_TYPE, headers=headers)
