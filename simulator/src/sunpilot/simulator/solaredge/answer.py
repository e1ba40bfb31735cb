"""An HTTP answer before it goes on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type, body and further headers, to be sent after `latency_s` seconds.

    After `cut_after` bytes of the body the connection breaks off; `drip_s` is the time between two of its bytes.
    """

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    cut_after: int | None = None
    drip_s: float = 0.0


def json_answer(status: int, content: object, content_type: str = "application/json") -> Answer:
    """An answer with a JSON body. NaN passes, as Python writes it."""
    return Answer(status, content_type, json.dumps(content, separators=(",", ":")).encode())


def html_answer(status: int, title: str) -> Answer:
    """A page as a gateway in front of an API sends it."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, "text/html; charset=UTF-8", page.encode())


def problem(status: int, title: str, detail: str, path: str) -> Answer:
    """A problem document (RFC 7807), as the gateway of 2026 and all of V2 answer."""
    content = {
        "type": f"https://developer.solaredge.com/problems/{status}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
        "properties": {"traceId": "00000000000000000000000000000000"},
    }
    return json_answer(status, content, PROBLEM)
