"""REST: whether years of history are kept, and where they are shown."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from sunpilot.api.context import MayRead
from sunpilot.api.diagnosis.history import RECORDER
from sunpilot.api.grafana import NOWHERE
from sunpilot.api.roll import Attendance, Standing

router = APIRouter(tags=["history"])


class HistoryPlace(BaseModel):
    """``recording`` means that a recorder is at work, also while it waits for its database and keeps all in a spool;
    then ``is_waiting`` is true, and ``recorder`` says for what, with how much waits and since when.

    Grafana is at ``grafana_url`` or, where that is null, on ``grafana_port`` of the page's own host; both are null
    where there is none.
    """

    recording: bool
    is_waiting: bool = Field(description="Records wait, and are not in the database yet.")
    recorder: Attendance | None = Field(description="The recorder's own report; null where none has reported.")
    grafana_url: str | None
    grafana_port: int | None


@router.get("/history", summary="Where history is kept and shown")
async def history(context: MayRead) -> HistoryPlace:
    """Whether a recorder is at work, and where Grafana is."""
    recorders = [seen for (name, _), seen in context.board.services().items() if name == RECORDER]
    at_work = [seen for seen in recorders if seen.standing not in (Standing.OFFLINE, Standing.SILENT)]
    grafana = context.grafana if at_work else NOWHERE
    return HistoryPlace(
        recording=bool(at_work),
        is_waiting=any(seen.standing is Standing.WAITING for seen in at_work),
        recorder=next(iter(at_work or recorders), None),
        grafana_url=grafana.url,
        grafana_port=grafana.port,
    )
