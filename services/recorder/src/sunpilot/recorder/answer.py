"""What the database's answer to a write means, and what to do about it (InfluxDB API, POST /api/v2/write)."""

import json
from dataclasses import dataclass
from enum import Enum, auto

from sunpilot.contract.service import Refusal
from sunpilot.contract.wait import Wait
from sunpilot.recorder.wait import MENDABLE, busy, database, strange


class Meaning(Enum):
    """``TAKEN``: it has the points. ``REFUSED``: something in these points is wrong: try them in parts. ``TOO_LARGE``:
    these are too many at a time. ``NOT_NOW``: try again later. ``NOT_SO``: a person must change something.
    """

    TAKEN = auto()
    REFUSED = auto()
    TOO_LARGE = auto()
    NOT_NOW = auto()
    NOT_SO = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; ``status`` None where none came, and then ``body`` is the kind of fault."""

    status: int | None
    body: bytes = b""
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """``wait`` is what is waited for, ``after_s`` the server's own wish. Of refused points, ``why`` is the database's
    own explanation, and ``refusal`` what it means.
    """

    meaning: Meaning
    wait: Wait | None = None
    after_s: float | None = None
    why: str = ""
    refusal: Refusal = Refusal.OTHER


LONGEST_WISH_S = 600.0

# InfluxDB 1, 2 and 3 each have words of their own.
_REFUSALS = (
    (Refusal.TYPE_CONFLICT, (b"type conflict", b"invalid column type")),
    (Refusal.TOO_OLD, (b"retention",)),
    (Refusal.UNREADABLE, (b"unable to parse", b"parse error", b"invalid line protocol", b"missing fields")),
)


def judge(answer: Answer) -> Judgement:
    """What an answer means.

    400 and 422 concern the points only when InfluxDB itself says so, in JSON: a port that wants TLS answers 400 to
    everything, and good points must not be put aside for that.
    """
    status = answer.status
    if status is None:
        return Judgement(Meaning.NOT_NOW, database(_text(answer.body)))
    if 200 <= status < 300:
        return Judgement(Meaning.TAKEN)
    said = _said(answer.body)
    if status in (400, 422) and said is not None:
        return Judgement(Meaning.REFUSED, why=f"{status}: {said}", refusal=_refusal(answer.body))
    if status == 413:
        return Judgement(Meaning.TOO_LARGE, why=f"{status}: {said or 'too large'}", refusal=Refusal.TOO_LARGE)
    if status == 429 or status >= 500:
        return Judgement(Meaning.NOT_NOW, busy(status), _wish_s(answer.retry_after))
    return Judgement(Meaning.NOT_SO, MENDABLE.get(status) or strange(status))


def _refusal(body: bytes) -> Refusal:
    small = body.lower()
    return next((one for one, words in _REFUSALS if any(word in small for word in words)), Refusal.OTHER)


def _said(body: bytes) -> str | None:
    """InfluxDB's own explanation: version 2 has ``message``, version 3 ``error``."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    text = content.get("message") or content.get("error")
    return _text(text.encode(errors="replace")) if isinstance(text, str) else None


def _text(body: bytes) -> str:
    return " ".join(body[:300].decode(errors="replace").split())


def _wish_s(retry_after: str | None) -> float | None:
    """Seconds; a date is not what InfluxDB sends, and counts as none."""
    try:
        wish_s = float(retry_after or "")
    except ValueError:
        return None
    return min(wish_s, LONGEST_WISH_S) if wish_s >= 0 else None
