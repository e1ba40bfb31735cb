"""How a source of readings is doing."""

from enum import StrEnum

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Message, Utc


class Outcome(StrEnum):
    """How the last attempt to measure ended; each asks something different of a person or of the schedule."""

    OK = "ok"
    UNCHANGED = "unchanged"
    AUTH = "auth"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RETIRED = "retired"
    RATE_LIMITED = "rate_limited"
    UNSUPPORTED = "unsupported"
    BAD_PAYLOAD = "bad_payload"
    NETWORK = "network"
    SERVER = "server"
    REFUSED = "refused"
    SILENT = "silent"


class SourceState(Message):
    """The last outcome in plain words, when the source is asked next, and what is left of its quota.

    ``refused`` means that a fetch was asked for which the ledger does not allow before ``next_fetch_at``; ``silent``,
    that a source which sends by itself has sent nothing for longer than a reading may be old, or that a cloud shows no
    values of the last hour. All this is about the source in use: of kind ``source``, the inverter's second one where
    ``is_fallback`` says so; then ``first`` tells why it is not the first.
    """

    outcome: Outcome
    text: Text
    at: Utc
    next_fetch_at: Utc | None = None
    calls_used: int | None = None
    calls_left: int | None = None
    source: str | None = None
    is_fallback: bool = False
    first: Text | None = None
