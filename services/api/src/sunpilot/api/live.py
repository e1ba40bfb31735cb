"""The live stream: server-sent events with everything that everybody says."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sunpilot.api.context import CurrentAsker, MayRead
from sunpilot.api.feed import Feed, Watch
from sunpilot.api.refusal import CrowdedError
from sunpilot.contract.decision import Text

HEARTBEAT_S = 15.0
"""A comment is sent after so long a silence, which shows client and proxies that the stream lives."""

HEARTBEAT = b": all is well\n\n"

_CROWDED = Text(
    en="Too many clients follow the live stream; close some, or try again later.",
    de="Zu viele sehen live zu: Schließe einige Fenster, oder versuche es später noch einmal.",
)

_EXAMPLE = (
    "id: 5f0c2a91-17\nevent: snapshot\n"
    'data: {"now": "2026-06-21T10:00:00.000Z", "wattpilot/1/online": true}\n\n'
    "id: 5f0c2a91-18\nevent: change\n"
    'data: {"path": "wattpilot/1/online", "value": false, "at": "2026-06-21T10:00:05.000Z"}\n\n'
)

router = APIRouter(tags=["live"])

LastEventId = Annotated[
    str | None,
    Header(max_length=100, description="The id of the last event that was seen; browsers send it by themselves."),
]


class LiveStream(StreamingResponse):
    """The answer to one client, which is counted as long as it lasts."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, watch: Watch, may_go_on: Callable[[], bool]) -> None:
        super().__init__(frames(watch, may_go_on), headers={"X-Accel-Buffering": "no"})
        self._feed = feed
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client leaves or is sent home."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.leave(self._watch)


async def frames(watch: Watch, may_go_on: Callable[[], bool]) -> AsyncIterator[bytes]:
    """What a client is sent, piece by piece; ends as soon as the client may no longer read."""
    while (new := await watch.take(HEARTBEAT_S)) is not None and may_go_on():
        yield new or HEARTBEAT


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The stream.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": _EXAMPLE,
                }
            },
        }
    },
)
async def live(context: MayRead, asker: CurrentAsker, last_event_id: LastEventId = None) -> LiveStream:
    """First ``snapshot``: an object of all values by path, and Sunpilot's time as ``now``. Then ``change`` for each:
    ``{"path", "value", "at"}``.

    A path is a topic without its root; a value of null means that it is gone. The path ``config`` tells which entity
    changed. Who comes back with ``Last-Event-ID`` gets the changes since then; where they are no longer known, a new
    ``snapshot``, which may come at any time. A client that is slow gets of each path only the newest value. A comment
    every 15 s shows that the stream lives. It ends when the client may no longer read (log-out, a revoked key,
    the end of open reading), and when Sunpilot ends: connect again.
    """
    watch = context.board.feed.join(last_event_id)
    if watch is None:
        raise CrowdedError(_CROWDED)
    return LiveStream(context.board.feed, watch, lambda: context.access.still_admits(asker))
