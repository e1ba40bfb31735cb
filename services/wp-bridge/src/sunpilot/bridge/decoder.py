"""From the text or bytes that a Wattpilot sends to typed messages.

Source: Wattpilot protocol, messages. Unknown fields are passed over; an unknown or unusable message raises
`UnreadableError`. Of the box's properties only those named by the caller are kept: the rest, secrets among them, is
never held.
"""

import json
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import NoReturn

from sunpilot.bridge.message import (
    AuthError,
    AuthSuccess,
    Challenge,
    DeltaStatus,
    FullStatus,
    Hello,
    Json,
    Message,
    Properties,
    Response,
)

Object = dict[str, Json]

MAX_MESSAGE_CHARACTERS = 2 * 1024 * 1024
MAX_TEXT_CHARACTERS = 200
MAX_ENTRIES = 64
"""No property that Sunpilot holds is an array or object with more entries than this, or nested."""


class Fault(StrEnum):
    """Why a message was dropped."""

    OVERSIZED = "oversized"
    BROKEN = "broken"  # no JSON object
    BINARY = "binary"  # bytes that are no JSON text: MessagePack, as newer firmware of a sister product may send
    MALFORMED = "malformed"  # a known type without what it must have
    UNKNOWN = "unknown"  # a type that Sunpilot has no use for
    UNEXPECTED = "unexpected"  # a known message at a time that has no use for it


class UnreadableError(Exception):
    """A message that cannot be used. The fault is named, the content is not."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse(data: str | bytes, keep: AbstractSet[str]) -> Message:
    """Read one message, keeping only the named properties. Raises `UnreadableError`, and nothing else, on any input."""
    content = _object(data)
    kind = content.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise UnreadableError(Fault.UNKNOWN)
    return reader(content, keep)


def _hello(content: Object, _keep: AbstractSet[str]) -> Message:
    serial = _needed(content.get("serial"))
    device_type, firmware = _text(content.get("devicetype")), _text(content.get("version"))
    return Hello(serial, device_type, firmware, content.get("secured") is True)


def _challenge(content: Object, _keep: AbstractSet[str]) -> Message:
    token1, token2 = _needed(content.get("token1")), _needed(content.get("token2"))
    return Challenge(token1, token2, _text(content.get("hash")))


def _auth_success(_content: Object, _keep: AbstractSet[str]) -> Message:
    return AuthSuccess()


def _auth_error(content: Object, _keep: AbstractSet[str]) -> Message:
    return AuthError(_text(content.get("message")) or "no explanation")


def _full_status(content: Object, keep: AbstractSet[str]) -> Message:
    partial = content.get("partial")
    return FullStatus(_status(content, keep), partial if isinstance(partial, bool) else None)


def _delta_status(content: Object, keep: AbstractSet[str]) -> Message:
    return DeltaStatus(_status(content, keep))


def _response(content: Object, keep: AbstractSet[str]) -> Message:
    stored = _status(content, keep) if "status" in content else {}
    number = _request_id(content.get("requestId"))
    return Response(number, content.get("success") is True, stored, _text(content.get("message")))


_READERS: dict[str, Callable[[Object, AbstractSet[str]], Message]] = {
    "hello": _hello,
    "authRequired": _challenge,
    "authSuccess": _auth_success,
    "authError": _auth_error,
    "fullStatus": _full_status,
    "deltaStatus": _delta_status,
    "response": _response,
}


def _object(data: str | bytes) -> Object:
    if len(data) > MAX_MESSAGE_CHARACTERS:
        raise UnreadableError(Fault.OVERSIZED)
    fault = Fault.BINARY if isinstance(data, bytes) else Fault.BROKEN
    try:
        text = data.removeprefix(b"\0").decode() if isinstance(data, bytes) else data
        content: Json = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):  # covers bytes that are no text, too
        raise UnreadableError(fault) from None
    if not isinstance(content, dict):
        raise UnreadableError(fault)
    return content


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _text(value: Json) -> str | None:
    """A short printable text; None for anything but a string."""
    if not isinstance(value, str):
        return None
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[:MAX_TEXT_CHARACTERS])


def _needed(value: Json) -> str:
    text = _text(value)
    if not text:
        raise UnreadableError(Fault.MALFORMED)
    return text


def _status(content: Object, keep: AbstractSet[str]) -> Properties:
    status = content.get("status")
    if not isinstance(status, dict):
        raise UnreadableError(Fault.MALFORMED)
    return {key: _bounded(value) for key, value in status.items() if key in keep}


def _bounded(value: Json) -> Json:
    """A value of a shape and size that the device's own have, or None: nothing that comes may fill the memory."""
    match value:
        case dict() if len(value) <= MAX_ENTRIES:
            return {key[:MAX_TEXT_CHARACTERS]: _scalar(entry) for key, entry in value.items()}
        case list() if len(value) <= MAX_ENTRIES:
            return [_scalar(entry) for entry in value]
        case _:
            return _scalar(value)


def _scalar(value: Json) -> Json:
    if isinstance(value, str) and len(value) > MAX_TEXT_CHARACTERS:
        return None
    return None if isinstance(value, dict | list) else value


def _request_id(value: Json) -> str | None:
    """The id as sent: a number comes back as text, and the envelope's id may come back with its suffix."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value)[:64].removesuffix("sm")
