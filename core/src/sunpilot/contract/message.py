"""The base of every JSON message, and the one way in and out of bytes."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError

MAX_PAYLOAD_BYTES = 64 * 1024
"""A payload above this is dropped unread; the largest honest message is a few kilobytes."""

SCHEMA_VERSION = 1


FIRST_YEAR, LAST_YEAR = 1970, 2200
"""No clock tells another year; with these, no sum of times leaves the calendar or the nanoseconds of a database."""


def _in_utc(time: datetime) -> datetime:
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError(f"a time is between the years {FIRST_YEAR} and {LAST_YEAR}")
    return time.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware time, kept in UTC; a naive one is refused, and one that no clock tells."""


class Part(BaseModel):
    """A piece of a message: immutable, strict about types, tolerant of fields that a newer sender adds."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


class Message(Part):
    """A JSON object on a topic. ``v`` is the schema version; another version is refused."""

    v: Literal[1] = 1

    def encode(self) -> bytes:
        """The payload to publish."""
        return self.model_dump_json().encode()


class BadMessageError(ValueError):
    """A payload that is not the message its topic promises. The text names the fault, never the content."""


M = TypeVar("M", bound=Part)


def decode(kind: type[M], payload: bytes) -> M:
    """Read a message of the given kind; raises `BadMessageError` with one short sentence."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise BadMessageError(f"{len(payload)} bytes, more than the {MAX_PAYLOAD_BYTES} allowed")
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        places = [".".join(str(step) for step in fault["loc"]) for fault in faults]
        if places == ["v"]:
            raise BadMessageError(f"unknown schema version; this Sunpilot speaks version {SCHEMA_VERSION}") from None
        fault = faults[0]
        where = f"{places[0]}: " if places[0] else ""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BadMessageError(f"not a {kind.__name__}: {where}{fault['type']}{more}") from None
