"""What a Wattpilot sends to one client, and when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to send `delay_s` simulated seconds after the one before it in the same list."""

    delay_s: float
    frame: str | bytes
    """A text, or bytes for a binary message."""
    fragments: int = 1
    """WebSocket frames that it comes in."""


def message(kind: str, **content: Any) -> str:
    """A message of the device, compact as it writes them."""
    return json.dumps({"type": kind, **content}, separators=(",", ":"))


def response(request: Mapping[str, Any], **content: Any) -> str:
    """An answer; it repeats the request's id as text and without the envelope's suffix, where there was one."""
    number = request.get("requestId")
    named = {} if number is None else {"requestId": str(number).removesuffix("sm")}
    return message("response", **named, **content)


def refusal(request: Mapping[str, Any], text: str) -> Reply:
    """A request is refused at once."""
    return Reply(0.0, response(request, success=False, message=text))
