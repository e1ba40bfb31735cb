"""The reference of every topic, message and store key, as Markdown made from the contract itself.

``python -m sunpilot.contract.reference`` prints it; ``make docs`` keeps it in `docs/topics.md`.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from sunpilot.contract.catalogue import Content, entries
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.property import SETTABLE

HEAD = """# Topics, messages and keys

Made from the contract by `make docs`; changes belong there.

Everything lies under the root `sunpilot`, in UTF-8, at QoS 1, over MQTT 5 or 3.1.1. Every number's unit is in its name.
Unknown is `null`, never 0. Times are ISO 8601 in UTC. Grid power is positive on import, battery power positive while
charging. A message is a JSON object with `"v": 1`; a reader passes over fields that it does not know, and drops and
counts a message that is not what it should be.
"""
SET_HEAD = """## What a person may set at the Wattpilot itself

An MQTT message to `sunpilot/wattpilot/<id>/set/<key>` with a bare value, such as `10`, `true` or `null`, writes one
property of the Wattpilot under its own name. It counts as a change by hand: Sunpilot shows it and keeps its hands off
for a while. Each request ends in an `Ack`. Nothing else can be written.
"""
KEYS_HEAD = """## Keys in the store

For looking, never for writing: the services check each other's writes.
"""

_NAMES: dict[type, str] = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true or false",
    type(None): "null",
}


def markdown() -> str:
    """The whole page."""
    return "\n".join(
        (
            HEAD,
            *_topic_table(),
            "",
            "## Messages",
            "",
            *_messages(),
            SET_HEAD,
            *_set_table(),
            "",
            KEYS_HEAD,
            *_key_table(),
            "",
        )
    )


def _topic_table() -> Iterator[str]:
    yield from ("| topic | retained | content | who tells whom |", "|---|---|---|---|")
    for one in entries():
        yield f"| `{one.topic}` | {'yes' if one.retained else ''} | {_content(one.content)} | {one.route} |"


def _content(content: Content) -> str:
    if isinstance(content, str):
        return content
    return f"[`{content.__name__}`](#{content.__name__.lower()})" if issubclass(content, Part) else _words(content)


def _messages() -> Iterator[str]:
    for kind in _kinds(one.content for one in entries()):
        yield from (f"### {kind.__name__}", "", _text(kind), "", "| field | type | left out means |", "|---|---|---|")
        for name, field in kind.model_fields.items():
            if name != "v":
                yield f"| `{name}` | {_type(field.annotation, field.metadata)} | {_default(field)} |"
        yield ""


def _kinds(contents: Iterable[object]) -> list[type[Part]]:
    """The messages, each followed by the parts that it is the first to have."""
    found: list[type[Part]] = []
    for content in contents:
        if isinstance(content, type) and issubclass(content, Part) and content not in found:
            found.append(content)
            inner = (part for field in content.model_fields.values() for part in _parts(field.annotation))
            found += [part for part in _kinds(inner) if part not in found]
    return found


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


def _type(annotation: Any, metadata: Iterable[object] = ()) -> str:
    """A type in words."""
    if any(item in get_args(Utc) for item in metadata):
        return "time"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _plain(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_type(one) for one in inner)
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin is Annotated:
        return _type(inner[0], inner[1:])
    return _collection(origin, inner)


def _collection(origin: object, inner: tuple[Any, ...]) -> str:
    if origin is dict:
        return f"object of {_type(inner[1])} by name"
    number = f" {len(inner)}:" if origin is tuple and Ellipsis not in inner else ""
    return f"list of{number} {_type(inner[0])}"


def _plain(kind: type) -> str:
    if issubclass(kind, StrEnum):
        return _words(kind)
    if issubclass(kind, Part):
        return _content(kind)
    return _NAMES[kind]


def _words(words: type[StrEnum]) -> str:
    return ", ".join(f"`{one.value}`" for one in words)


def _default(field: Any) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or isinstance(value, Part) or value in ({}, ()):
        return "empty"
    return "`null`" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _set_table() -> Iterator[str]:
    yield from ("| key | value | meaning |", "|---|---|---|")
    for one in SETTABLE.values():
        yield f"| `{one.key}` | {one.range} | {one.meaning} |"


def _key_table() -> Iterator[str]:
    yield from ("| key | content |", "|---|---|")
    for name, member in vars(Keys).items():
        if isinstance(member, property):
            yield f"| `{getattr(Keys(), name)}` | {_text(member.fget)} |"
        elif inspect.isfunction(member) and not name.startswith("_"):
            argument = list(inspect.signature(member).parameters)[1]
            yield f"| `{member(Keys(), f'<{argument}>')}` | {_text(member)} |"


def _text(documented: object) -> str:
    """A docstring as Markdown, on one line per paragraph."""
    paragraphs = inspect.cleandoc(documented.__doc__ or "").replace("``", "`").replace("`None`", "`null`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


if __name__ == "__main__":
    sys.stdout.write(markdown())
