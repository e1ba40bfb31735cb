"""What the database's answer to a write means, and what to do about it (InfluxDB API, POST /api/v2/write)."""

import json
from dataclasses import dataclass
from enum import Enum, auto


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
    """``text`` says what is waited for, or why points were refused. ``after_s`` is the server's own wish."""

    meaning: Meaning
    text: str = ""
    after_s: float | None = None


LONGEST_WISH_S = 600.0

_ADVICE = {
    401: "a valid token for InfluxDB: it refuses ours. Check SUNPILOT_INFLUX_TOKEN_FILE, or make the token anew",
    403: "the right to write: InfluxDB's token must be allowed to write into the bucket",
    404: "the bucket in InfluxDB: it knows no such bucket or organization. Check SUNPILOT_INFLUX_BUCKET and _ORG",
}


def judge(answer: Answer) -> Judgement:
    """What an answer means.

    400 and 422 concern the points only when InfluxDB itself says so, in JSON: a port that wants TLS answers 400 to
    everything, and good points must not be put aside for that.
    """
    status = answer.status
    if status is None:
        return Judgement(Meaning.NOT_NOW, f"InfluxDB, which does not answer ({_text(answer.body)})")
    if 200 <= status < 300:
        return Judgement(Meaning.TAKEN)
    said = _said(answer.body)
    if status in (400, 422) and said is not None:
        return Judgement(Meaning.REFUSED, f"{status}: {said}")
    if status == 413:
        return Judgement(Meaning.TOO_LARGE, f"{status}: {said or 'too large'}")
    if status == 429 or status >= 500:
        what = f"InfluxDB, which is busy or unwell (HTTP {status})"
        return Judgement(Meaning.NOT_NOW, what, _wish_s(answer.retry_after))
    strange = f"InfluxDB at SUNPILOT_INFLUX_URL: what is there answers HTTP {status}, as InfluxDB never does"
    return Judgement(Meaning.NOT_SO, _ADVICE.get(status, strange))


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
