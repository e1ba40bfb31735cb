"""A point of the database, and its line (InfluxDB line protocol: measurement, tags, fields, time in nanoseconds)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Field = float | str

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Line protocol knows no line breaks, and a backslash at the end of a tag would hide what parts it from the next.
_ONE_LINE = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\0": " "})
_TAG = str.maketrans(
    {",": "\\,", "=": "\\=", " ": "\\ ", "\n": "\\ ", "\r": "\\ ", "\t": "\\ ", "\0": "\\ ", "\\": "/"}
)
_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\"})

MAXIMUM_TEXT = 4096
"""Longer texts are cut: the database refuses a field above 64 kB, and no honest sentence is that long."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point. Two with the same measurement, tags and time are one: the later values overwrite the earlier.

    A number is always a float, for the first write of a field fixes its type for ever; yes and no are 1.0 and 0.0.
    ``time_ns`` counts from 1970.
    """

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, Field]
    time_ns: int

    def line(self) -> bytes:
        """The line, without its end. A field that is not finite is left out; raises ValueError where none is left."""
        fields = ",".join(f"{name}={text}" for name, text in map(_field, self.fields.items()) if text)
        if not fields:
            raise ValueError(f"a point of {self.measurement} has no fields")
        tags = "".join(f",{name}={value.translate(_TAG)}" for name, value in self.tags.items() if value)
        return f"{self.measurement}{tags} {fields} {self.time_ns}".encode(errors="replace")


def _field(field: tuple[str, Field]) -> tuple[str, str]:
    name, value = field
    if isinstance(value, str):
        text = value[:MAXIMUM_TEXT].translate(_ONE_LINE).translate(_TEXT)
        return name, f'"{text}"'
    return name, repr(float(value)) if math.isfinite(value) else ""


def nanoseconds(time: datetime) -> int:
    """Nanoseconds since 1970, exactly."""
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def line_time(line: bytes) -> datetime:
    """The time at the end of a line; raises ValueError where there is none."""
    return datetime.fromtimestamp(int(line.rpartition(b" ")[2]) / 1e9, UTC)
