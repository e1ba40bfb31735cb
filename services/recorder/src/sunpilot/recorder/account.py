"""The recorder's account of what became of all that it took in. Pure."""

from datetime import datetime, timedelta

from sunpilot.contract.service import Recording
from sunpilot.recorder.ledger import Entry
from sunpilot.recorder.measurement import SCHEMA_VERSION


def account(entry: Entry, waiting: int, spool_bytes: int, oldest: datetime | None, now: datetime) -> Recording:
    """What the ledger says, and what waits: so many messages and bytes, the oldest since ``oldest``."""
    return Recording(
        received=entry.written + entry.put_aside + entry.lost + waiting,
        written=entry.written,
        put_aside=entry.put_aside,
        lost=entry.lost,
        lost_damaged=entry.lost_damaged,
        lost_refused=entry.lost_refused,
        lost_from=entry.lost_from,
        lost_to=entry.lost_to,
        refused_at=entry.refused_at,
        refused_for=entry.refused_for,
        gaps=entry.gaps,
        spool_bytes=spool_bytes,
        oldest_s=None if oldest is None else max(timedelta(0), now - oldest).total_seconds(),
        schema_version=SCHEMA_VERSION,
    )
