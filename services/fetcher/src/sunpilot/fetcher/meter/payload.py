"""A number, or a time, in a message of a meter, read with distrust."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime

LONGEST_BYTES = 64 * 1024

LARGEST = 1e6
"""No house has a power of a megawatt, nor any other number beyond this one."""

UNKNOWN = frozenset({"", "null", "none", "nan", "unknown", "unavailable"})
"""How programs write that they do not know; Home Assistant writes the last two."""

MILLISECONDS_FROM = 1e11
"""A time above this is in milliseconds since 1970; in seconds it would lie beyond the year 5000."""


class BadPayloadError(ValueError):
    """The payload is not what the settings promise. The text names the fault, never the content."""


class AbsentError(LookupError):
    """The payload is fine, but has nothing at the path: a message about something else."""


def number(payload: bytes, path: Sequence[str] | None) -> float | None:
    """The number at the path, None where the meter itself does not know it; a path of None means all of the payload.

    Raises `BadPayloadError` or `AbsentError`.
    """
    found = _text(payload) if path is None else _at(payload, path)
    if isinstance(found, str):
        found = found.strip()
        if found.casefold() in UNKNOWN:
            return None
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise BadPayloadError("no number at the path")
    try:
        value = float(found)
    except (ValueError, OverflowError):
        raise BadPayloadError("not a number") from None
    if math.isnan(value):
        return None
    if abs(value) > LARGEST:
        raise BadPayloadError("a number too large to be true")
    return value


def time(payload: bytes, path: Sequence[str]) -> datetime | None:
    """The time at the path; None where there is none, or none that says its offset from UTC."""
    try:
        found = _at(payload, path)
        if isinstance(found, str) and not found.replace(".", "", 1).isdigit():
            parsed = datetime.fromisoformat(found)
            return None if parsed.tzinfo is None else parsed.astimezone(UTC)
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            return None
        seconds = float(found)
        return datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS_FROM else seconds, UTC)
    except (ValueError, LookupError, OverflowError, OSError):
        return None


def word(payload: bytes) -> str:
    """The payload as one word; raises `BadPayloadError`."""
    return _text(payload).strip()


def _text(payload: bytes) -> str:
    if len(payload) > LONGEST_BYTES:
        raise BadPayloadError(f"{len(payload)} bytes, more than the {LONGEST_BYTES} allowed")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPayloadError("no text") from None


def _at(payload: bytes, path: Sequence[str]) -> object:
    text = _text(payload)
    if not text.strip():
        return None
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPayloadError("not JSON") from None
    for step in path:
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(found):
            found = found[int(step[:9])]
        else:
            raise AbsentError(step)
    return found
