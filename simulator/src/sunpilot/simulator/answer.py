"""An HTTP answer before it goes on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type, body and further headers, to be sent after `latency_s` seconds."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0


def json_answer(status: int, content: object, content_type: str = "application/json") -> Answer:
    """An answer with a JSON body. NaN passes, as Python writes it."""
    return Answer(status, content_type, json.dumps(content, separators=(",", ":")).encode())


def html_answer(status: int, title: str) -> Answer:
    """A page as a gateway in front of an API sends it."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, "text/html; charset=UTF-8", page.encode())
