"""An entity made of fields, or changed in some of them, and the faults of those fields. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from sunpilot.api.fault_words import words_of
from sunpilot.api.refusal import Fault, InvalidError
from sunpilot.contract.message import Part
from sunpilot.contract.source_settings import TAGS

E = TypeVar("E", bound=Part)


def revised(entity: E, changes: Mapping[str, Any]) -> E:
    """The entity with some fields changed, nested ones one by one; raises `InvalidError`."""
    return built(type(entity), merged(entity.model_dump(), changes))


def built(kind: type[E], fields: Mapping[str, Any]) -> E:
    """An entity from its fields; raises `InvalidError` that names the faults, never the values."""
    try:
        return kind.model_validate_json(to_json(fields))
    except ValidationError as error:
        raise InvalidError(faults_of(error.errors(include_url=False, include_input=False))) from None


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with some changed, nested ones one by one."""
    new = dict(old)
    for name, value in changes.items():
        before = new.get(name)
        new[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return new


def faults_of(errors: Any) -> list[Fault]:
    """pydantic's errors as ours: the place and the sentence, without the input."""
    return [
        Fault(
            _place(error["loc"]),
            words_of(error["type"], str(error["msg"]).removeprefix("Value error, "), error.get("ctx", {})),
        )
        for error in errors
    ]


def _place(steps: Sequence[str | int]) -> str:
    """Where in the request; the kind of a source is no step of it, though pydantic names it as one."""
    return ".".join(str(step) for step in steps if step not in TAGS)
