"""The rules between entities: who belongs to which house, and what a change may not break. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from sunpilot.api.fault_words import words_of
from sunpilot.api.refusal import ConflictError, Fault, InvalidError
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.message import Part
from sunpilot.contract.source_settings import TAGS, SolarEdgeV1, SolarEdgeV2, Source
from sunpilot.contract.wattpilot import Wattpilot

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


def check(inverter: Inverter, configuration: Configuration, before: Inverter | None = None) -> None:
    """Whether an inverter may stand beside the others, new or changed from ``before``; raises `ConflictError`.

    Only what changes is checked: a clash of old must not keep anyone from switching smart charging off.
    """
    others = [other for other in configuration.inverters.values() if other.id != inverter.id]
    neighbours = [other for other in others if other.house_id == inverter.house_id]
    if before is None or inverter.name != before.name:
        _check_name(inverter, others)
    if before is None or (inverter.source, inverter.fallback) != (before.source, before.fallback):
        _check_source(inverter, others)
    if before is None or (inverter.wattpilot_id, inverter.house_id) != (before.wattpilot_id, before.house_id):
        _check_wattpilot(inverter, others, configuration)
    if before is None or (inverter.role, inverter.house_id) != (before.role, before.house_id):
        _check_role(inverter, neighbours)
    if before is not None and inverter.house_id != before.house_id:
        check_leaving(before, configuration)


def check_wattpilot(wattpilot: Wattpilot, configuration: Configuration) -> None:
    """Whether a Wattpilot may stand in the house that it names; raises `InvalidError` or `ConflictError`."""
    if wattpilot.house_id is None:
        return
    if wattpilot.house_id not in configuration.houses:
        raise InvalidError([Fault("house_id", _NO_SUCH_HOUSE)])
    for inverter in configuration.inverters.values():
        if inverter.wattpilot_id == wattpilot.id and inverter.house_id != wattpilot.house_id:
            raise ConflictError(
                f"Inverter {inverter.id} ({inverter.name}) puts this Wattpilot into house {inverter.house_id}; "
                f"set that one's wattpilot_id to null first."
            )


def house_of(wattpilot_id: int, configuration: Configuration) -> House | None:
    """The house that a Wattpilot stands in: its own choice, or that of the inverter that names it."""
    named = (one.house_id for one in configuration.inverters.values() if one.wattpilot_id == wattpilot_id)
    wattpilot = configuration.wattpilots.get(wattpilot_id)
    house_id = next(named, None if wattpilot is None else wattpilot.house_id)
    return None if house_id is None else configuration.houses.get(house_id)


def check_leaving(inverter: Inverter, configuration: Configuration) -> None:
    """Whether an inverter may leave its house; raises `ConflictError` when the house would be left unmeasured."""
    for other in configuration.inverters.values():
        if inverter.role is Role.GRID and other.house_id == inverter.house_id and other.id != inverter.id:
            raise ConflictError(
                f"Inverter {inverter.id} ({inverter.name}) measures the grid connection of house {inverter.house_id}, "
                f"and inverter {other.id} ({other.name}) is still in it; delete that one, or move it to another house, "
                f"first."
            )


def _check_name(inverter: Inverter, others: Sequence[Inverter]) -> None:
    for other in others:
        if other.name == inverter.name:
            raise ConflictError(
                f"{other.name} exists already as inverter {other.id}; change that one, or choose another name."
            )


def _check_wattpilot(inverter: Inverter, others: Sequence[Inverter], configuration: Configuration) -> None:
    if inverter.wattpilot_id is None:
        return
    for other in others:
        if other.wattpilot_id == inverter.wattpilot_id:
            raise ConflictError(
                f"Wattpilot {inverter.wattpilot_id} belongs to inverter {other.id} ({other.name}); "
                f"set that one's wattpilot_id to null first."
            )
    wattpilot = configuration.wattpilots.get(inverter.wattpilot_id)
    if wattpilot is not None and wattpilot.house_id not in (None, inverter.house_id):
        raise ConflictError(
            f"Wattpilot {wattpilot.id} stands in house {wattpilot.house_id}; set its house_id to null first."
        )


def _check_source(inverter: Inverter, others: Sequence[Inverter]) -> None:
    """No two inverters may read the same device: its power would count twice."""
    measured = _measured(inverter)
    for other in others:
        if measured & _measured(other):
            raise ConflictError(
                f"Inverter {other.id} ({other.name}) reads the same source already, and its power would count twice; "
                f"change that one, or choose another source."
            )


def _measured(inverter: Inverter) -> set[tuple[str, ...]]:
    """What an inverter's sources measure, however they are asked."""
    return {_what(source) for source in (inverter.source, inverter.fallback) if source is not None}


def _what(source: Source) -> tuple[str, ...]:
    if isinstance(source, SolarEdgeV1 | SolarEdgeV2):  # one site, by whichever of its interfaces
        return (source.kind, source.site_id)
    return source.identity


def _check_role(inverter: Inverter, neighbours: Sequence[Inverter]) -> None:
    grid = next((other for other in neighbours if other.role is Role.GRID), None)
    if inverter.role is Role.GRID and grid is not None:
        raise ConflictError(
            f"House {inverter.house_id} has its grid inverter already: {grid.id} ({grid.name}); "
            f"use role 'pv', or change that one first."
        )
    if inverter.role is Role.PV and grid is None:
        raise ConflictError(
            f"House {inverter.house_id} would be without a grid inverter, which measures its connection; "
            f"leave this one's role 'grid', or name the house of a grid inverter as house_id."
        )


def check_house(house_id: int | None, role: Role, configuration: Configuration) -> None:
    """Whether a named house will do; raises `InvalidError`."""
    if house_id is None and role is Role.PV:
        raise InvalidError([Fault("house_id", _PV_NEEDS_HOUSE)])
    if house_id is not None and house_id not in configuration.houses:
        raise InvalidError([Fault("house_id", _NO_HOUSE_YET)])


_NO_SUCH_HOUSE = Text(
    en="there is no such house; list them with GET /api/v1/houses",
    de="ein solches Haus gibt es nicht; GET /api/v1/houses nennt alle",
)
_PV_NEEDS_HOUSE = Text(
    en="role 'pv' adds to a house: name the house of the grid inverter",
    de="die Rolle 'pv' ergänzt ein Haus: nenne das Haus des Wechselrichters am Netz",
)
_NO_HOUSE_YET = Text(
    en="there is no such house; leave it out to get a new one",
    de="ein solches Haus gibt es nicht; lass es weg, dann entsteht ein neues",
)


def takes_house_along(inverter: Inverter, configuration: Configuration, *, with_house: bool) -> bool:
    """Whether an inverter that leaves its house is the last in it, and the house goes; raises `ConflictError` when that
    was not asked for.
    """
    others = (other for other in configuration.inverters.values() if other.id != inverter.id)
    if any(other.house_id == inverter.house_id for other in others):
        return False
    house = configuration.houses.get(inverter.house_id)
    if house is not None and not with_house:
        raise ConflictError(
            f"Inverter {inverter.id} ({inverter.name}) is the last of house {house.id} ({house.name}), which would go "
            f"with it, and with it its place, prices and fuse. To exchange the source, change the inverter instead; to "
            f"let both go, send this again with ?with_house=true."
        )
    return True


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with some changed, nested ones one by one."""
    new = dict(old)
    for name, value in changes.items():
        before = new.get(name)
        new[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return new
