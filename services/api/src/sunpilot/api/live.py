"""The live stream: server-sent events with everything that everybody says."""

from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from sunpilot.api.access import Credentials
from sunpilot.api.context import ContextNeeded

router = APIRouter(tags=["live"])


@router.get("/live", response_class=EventSourceResponse)
async def live(context: ContextNeeded, credentials: Credentials) -> AsyncIterator[ServerSentEvent]:
    """First ``snapshot``: an object of all values by path. Then ``change`` for each: ``{"path", "value"}``.

    A path is a topic without its root; a value of null means that it is gone. The path ``config`` tells which entity
    changed. A comment every 15 s shows that the stream lives. It ends when the client is too slow, and when open
    reading ends for a client without the key: connect again.
    """
    key = credentials.credentials if credentials else None
    with context.board.watch() as watch:
        yield ServerSentEvent(event="snapshot", raw_data=context.board.snapshot())
        async for change in watch.changes():
            if not context.access.admits(key, reading=True):
                return
            yield ServerSentEvent(event="change", raw_data=change)
