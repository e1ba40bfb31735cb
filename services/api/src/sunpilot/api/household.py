"""The rules between entities: who belongs to which house, and what a change may not break. Pure."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from sunpilot.api.refusal import ConflictError, Fault, InvalidError
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.message import Part

E = TypeVar("E", bound=Part)


def revised(entity: E, changes: Mapping[str, Any]) -> E:
    """The entity with some fields changed, nested ones one by one; raises `InvalidError`."""
    return built(type(entity), _merged(entity.model_dump(), changes))


def built(kind: type[E], fields: Mapping[str, Any]) -> E:
    """An entity from its fields; raises `InvalidError` that names the faults, never the values."""
    try:
        return kind.model_validate_json(to_json(fields))
    except ValidationError as error:
        raise InvalidError(faults_of(error.errors(include_url=False, include_input=False))) from None


def faults_of(errors: Any) -> list[Fault]:
    """pydantic's errors as ours: the place and the sentence, without the input."""
    return [
        Fault(".".join(str(step) for step in error["loc"]), str(error["msg"]).removeprefix("Value error, "))
        for error in errors
    ]


def check(inverter: Inverter, configuration: Configuration) -> None:
    """Whether an inverter may stand beside the others; raises `ConflictError` or `InvalidError`.

    Its house must exist in the configuration, unless nobody else is in it and it comes with the inverter.
    """
    for other in configuration.inverters.values():
        if other.id == inverter.id:
            continue
        if inverter.wattpilot_id is not None and other.wattpilot_id == inverter.wattpilot_id:
            raise ConflictError(
                f"Wattpilot {inverter.wattpilot_id} belongs to inverter {other.id} ({other.name}); "
                f"set that one's wattpilot_id to null first."
            )
        if inverter.role is Role.GRID and other.role is Role.GRID and other.house_id == inverter.house_id:
            raise ConflictError(
                f"House {inverter.house_id} has its grid inverter already: {other.id} ({other.name}); "
                f"use role 'pv', or change that one first."
            )


def check_house(house_id: int | None, role: Role, configuration: Configuration) -> None:
    """Whether a named house will do; raises `InvalidError`."""
    if house_id is None and role is Role.PV:
        raise InvalidError([Fault("house_id", "role 'pv' adds to a house: name the house of the grid inverter")])
    if house_id is not None and house_id not in configuration.houses:
        raise InvalidError([Fault("house_id", "there is no such house; leave it out to get a new one")])


def is_empty_without(inverter: Inverter, configuration: Configuration) -> bool:
    """No other inverter is in this one's house."""
    return not any(
        other.house_id == inverter.house_id for other in configuration.inverters.values() if other.id != inverter.id
    )


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in changes.items():
        before = merged.get(name)
        merged[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
