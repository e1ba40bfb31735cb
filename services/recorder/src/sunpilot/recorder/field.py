"""The fields of a point: what is known of a message, by name."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sunpilot.contract.decision import Decision
from sunpilot.contract.message import Message, Part
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.setpoint import Ack
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.status import Status
from sunpilot.recorder.measurement import Measurement
from sunpilot.recorder.point import Field, nanoseconds

LINES = ("l1", "l2", "l3")

_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


def fields(measurement: Measurement, message: Message, time: datetime) -> dict[str, Field]:
    """All that is known of the message, at the time of its point: what is unknown is left out, and never 0."""
    apart = {*measurement.left_out, *measurement.tags, measurement.own, "v"}
    found = dict(_of_part(message, apart, measurement.names))
    for name, value in _derived(message, time):
        found.update(_plain(name, value))
    return found


def _derived(message: Message, time: datetime) -> Iterator[tuple[str, object]]:
    match message:
        case Reading():
            yield "age_s", max(0.0, (message.received_at - time).total_seconds())
        case SourceState():
            yield "ok", message.outcome in (Outcome.OK, Outcome.UNCHANGED)
        case Status():
            yield from (("online", message.is_online), ("has_car", message.has_car))
            yield "manual", message.manual is not None if message.is_online else None
        case Ack():
            yield "count", 1.0
        case Decision():
            yield "stage", next((stage.name for stage in message.stages if stage.live), None)
        case ServiceState():
            yield from (("waits_for", len(message.waits_for)), ("waits_text", "; ".join(message.waits_for) or None))
        case _:
            pass


def _of_part(
    part: Part, apart: Collection[str], names: Mapping[str, str], prefix: str = ""
) -> Iterator[tuple[str, Field]]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in apart:
            continue
        if isinstance(value, Part):
            inner = names.get(name, name)
            yield from _of_part(value, (), {}, f"{inner}_" if inner else "")
        elif isinstance(part, Ack) and name == "value" and isinstance(value, str):
            yield "value_text", value  # one field has one type for ever
        else:
            yield from _plain(f"{prefix}{names.get(name, name)}", value, name)


def _plain(name: str, value: object, original: str = "") -> Iterator[tuple[str, Field]]:
    """One value, three of a kind, or a table by its keys."""
    match value:
        case str():  # a word of the contract is one too
            yield name, str(value)
        case bool() | int() | float():
            try:
                yield name, float(value)
            except OverflowError:
                return  # a whole number of hundreds of digits means nothing
        case datetime():
            yield f"{name}_ms", nanoseconds(value) / 1e6
        case tuple():
            stem, _, unit = name.rpartition("_")
            for line, one in zip(LINES, value, strict=True):
                yield from _plain(f"{stem}_{line}_{unit}", one)
        case dict():
            unit = "_s" if original.endswith("_s") else ""
            for key, one in value.items():
                yield from _plain(f"{name}_{_NO_NAME.sub('_', key)}{unit}", one)
        case _:
            return
