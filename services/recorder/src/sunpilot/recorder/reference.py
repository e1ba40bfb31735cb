"""What is recorded, as a page: `python -m sunpilot.recorder.reference > docs/history.md`."""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime

from sunpilot.contract.message import Part
from sunpilot.recorder.field import LINES
from sunpilot.recorder.measurement import MEASUREMENTS, SCHEMA_VERSION, Measurement

_HEAD = """\
# The history

The service `recorder` writes what the swarm says into a bucket of InfluxDB: readings, states, setpoints, acknowledgements,
decisions, sessions and each day's totals. It is history alone: nothing that Sunpilot decides depends on it. `make docs`
writes this page from the code.

Names and units are those of the [messages](topics.md). **Every number is a float**, also a count, and yes and no are 1 and 0:
the first write of a field fixes its type for ever. Texts are strings. Unknown is left out, never 0. A time that is a field
ends in `_ms`: milliseconds since 1970. In InfluxQL the database is the bucket, `sunpilot`.

## Measurements

| measurement | tags | time |
|---|---|---|
"""

_ONLINE = "| `online` | `wattpilot` | its receipt |"

_TAIL = f"""\
### online

`online`: 1 or 0, as the bridge or its last will says it.

## Once, and at the right time

A point is known by its measurement, tags and time. Each time is the message's own, so a message that comes twice, or is
written twice, is one point; a correction of a reading overwrites it. Status, setpoint, acknowledgement and a service's report
carry the sender's clock. One that is more than two days behind or five seconds ahead cannot be right: then the time of
receipt stands in, and a repeat may make a second point. The broker's stored copy of a message without a time is not recorded.

## What is lost, and when

| what happens | what comes of it |
|---|---|
| InfluxDB is away, for hours or days | all waits in the spool on the disk, `SUNPILOT_SPOOL_MIB` (256) large: five days of a house whose car charges without a pause, weeks of a usual one |
| the spool is full | its oldest sixteenth is given up; how many messages, and of which time, is logged, and stays in the recorder's report (`lost`, `lost_from`, `lost_to`) |
| the disk damages lines of the spool | each is told by its check sum, and counted as lost as well (of it `lost_damaged`), at the time of the lines around it. Damage over the ends of several lines is counted by what was put in; after a restart, as one |
| the recorder is away | the broker keeps its messages for a day, at most 40 000 or 30 MB: five hours of a house whose car charges, more on a quiet day. What comes after that is lost, and the broker does not tell |
| the recorder or its machine dies | nothing: a message is acknowledged when the disk has it. A torn last line is cut off, said, and comes again |
| it dies after InfluxDB took a batch | the batch is written again, over the same points |
| the broker refuses the recorder's session, or a subscription | nothing is recorded; the recorder says so, and tries again every few seconds |
| the broker is away | what is said meanwhile is not heard by anybody; sender and recorder are back within 10 s of its return, by themselves. A broker that was killed also forgets what came for an absent recorder since it last saved, a minute at most. `gaps` counts how often it had forgotten the recorder altogether |
| the disk is full or read-only | nothing is acknowledged, so the broker keeps it as above; the recorder says so, and tries every 5 s |
| InfluxDB refuses points (400, 422) | the batch is halved until the bad ones are found. They alone go into `refused.lines` beside the spool, in line protocol, with the reason, up to 4 MiB; what comes after is lost (of `lost`, `lost_refused`). Health shows a fault with how many, why (`refused_for`) and what to do, until an hour after the last (`refused_at`), and says it for a week. `influx write` takes the file when it is mended |
| the token, the right or the bucket is wrong (401, 403, 404) | all waits; the recorder says what to do, and tries every 15 s. The token's file is read anew each time |
| InfluxDB is busy (429, 5xx) | all waits, for as long as it asks, otherwise for up to a minute |
| a batch is too large (413) | halves are sent, and smaller batches from then on |

`received` = `written` + `put_aside` + `lost` + what waits, in messages, on the page's *Health*, in `make doctor` and in the
measurement `service`. Two recorders may run at once, each with its own `SUNPILOT_INSTANCE` and spool: they write the same points.

## Settings

| setting (environment) | default | meaning |
|---|---|---|
| `SUNPILOT_INFLUX_URL` | – | such as `http://influxdb:8086`; without it nothing is recorded |
| `SUNPILOT_INFLUX_BUCKET`, `SUNPILOT_INFLUX_ORG` | `sunpilot` | where to write |
| `SUNPILOT_INFLUX_TOKEN` or `SUNPILOT_INFLUX_TOKEN_FILE` | – | a token that may write there |
| `SUNPILOT_SPOOL` | `var/spool` | the spool's folder |
| `SUNPILOT_SPOOL_MIB` | 256 | its bound |

With `https://`, the certificate must come from an authority of the system; `SSL_CERT_FILE` names another.

## Measured

On two cores of a small, busy virtual machine; `make bench-recorder` prints this table for yours.

| load | process | memory (PSS) | CPU | spool |
|---|---|---|---|---|
| a house whose car charges: 1.9 messages a second | recorder | 66 MiB | 0.5 % | 0.5 kB/s |
| | bare subscriber | 17 MiB | 0.1 % | |
| 1 000 messages a second | recorder | 70 MiB | 27 to 37 % | 464 kB/s |
| | bare subscriber | 18 MiB | 6 to 8 % | |

At 1 000 messages a second the database is one to two seconds behind, for which batches are gathered, and has everything a
second after the last message; so it was with five other processes wanting the same two cores, too.

36 MiB of it are there before the first write; the rest is `influxdb-client`, which loads all of its interface.

## Versions

This is version {SCHEMA_VERSION} of the schema; each recorder reports it as `schema_version` in `service`. Within a version, measurements,
tags and fields are only added, and what is there keeps its type, unit and meaning: older rows just lack the new fields. What
must change its meaning gets a new name. A new version would write measurements of new names beside the old ones, which stay
as they are, so an upgrade converts nothing, and a way back loses nothing. What waits in the spool during an upgrade is
written as it is.

**InfluxDB 3 Core** takes the same writes at `/api/v2/write`: `SUNPILOT_INFLUX_BUCKET` names its database, the organization is
passed over, and its token goes into the same setting. It has neither Flux nor the API for buckets and tokens, so make database
and token yourself; the dashboards ask in InfluxQL, which it answers at `/query` with `db` for the bucket. There a tag must not have
the name of a field, and none here has. Tests hold the requests to its documentation; a running one was never asked.
"""


def markdown() -> str:
    """The whole page."""
    rows = [f"| [`{one.name}`](#{one.name}) | {_tags(one)} | {one.time} |" for one in MEASUREMENTS]
    sections = [line for one in MEASUREMENTS for line in _section(one)]
    return f"{_HEAD}{chr(10).join([*rows, _ONLINE])}\n\n{chr(10).join(sections)}\n{_TAIL}"


def described(measurement: Measurement) -> dict[str, str]:
    """Each field, and what it holds. ``<name>`` stands for the keys of a table."""
    apart = {*measurement.left_out, *measurement.tags, measurement.own, "v"}
    return {**dict(_of_part(measurement.kind, apart, measurement.names)), **measurement.derived}


def _section(measurement: Measurement) -> Iterator[str]:
    fields = described(measurement)
    plain = [f"`{name}`" for name, meaning in fields.items() if meaning == "number"]
    texts = [f"`{name}`" for name, meaning in fields.items() if meaning == "text"]
    yield from (f"### {measurement.name}", "")
    yield f"From [`{measurement.kind.__name__}`](topics.md#{measurement.kind.__name__.lower()}). Numbers: {', '.join(plain)}."
    if texts:
        yield f"Texts: {', '.join(texts)}."
    yield from (f"`{name}`: {meaning}." for name, meaning in measurement.derived.items())
    yield ""


def _tags(measurement: Measurement) -> str:
    branch = ("service", "instance") if measurement.branch == "service" else (measurement.branch,)
    return ", ".join(f"`{tag}`" for tag in (*branch, *measurement.tags))


def _of_part(
    kind: type[Part], apart: set[str], names: Mapping[str, str], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    for name, field in kind.model_fields.items():
        if name in apart:
            continue
        inner = names.get(name, name)
        for part in _parts(field.annotation):
            yield from _of_part(part, set(), {}, f"{inner}_" if inner else "")
            break
        else:
            yield from _plain(f"{prefix}{inner}", name, field.annotation)


def _plain(name: str, original: str, annotation: Any) -> Iterator[tuple[str, str]]:
    kinds = {get_origin(one) or one for one in _alternatives(annotation)}
    if tuple in kinds:
        stem, _, unit = name.rpartition("_")
        yield from ((f"{stem}_{line}_{unit}", "number") for line in LINES)
    elif dict in kinds:
        yield f"{name}_<name>{'_s' if original.endswith('_s') else ''}", "number"
    elif AwareDatetime in kinds:
        yield f"{name}_ms", "number"
    elif kinds & {int, float, bool}:
        yield name, "number"
    elif any(isinstance(one, type) and issubclass(one, str | StrEnum) for one in kinds):
        yield name, "text"
    else:  # a choice of some numbers
        yield name, "number"


def _parts(annotation: Any) -> list[type[Part]]:
    return [one for one in _alternatives(annotation) if isinstance(one, type) and issubclass(one, Part)]


def _alternatives(annotation: Any) -> list[Any]:
    """What a value may be, without what is said about it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [kind for one in get_args(annotation) for kind in _alternatives(one)]
    return [annotation]


def main() -> None:
    """Print it."""
    sys.stdout.write(markdown())


if __name__ == "__main__":
    main()
