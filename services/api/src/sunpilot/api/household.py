"""The rules between entities: who belongs to which house, and what a change may not break. Pure."""

from collections.abc import Sequence

from sunpilot.api import clash
from sunpilot.api.refusal import Fault, InvalidError
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.source_settings import SolarEdgeV1, SolarEdgeV2, Source
from sunpilot.contract.wattpilot import Wattpilot


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
        _check_role(inverter, neighbours, configuration)
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
            raise clash.named_wattpilot(inverter, wattpilot.id)


def check_unnamed(wattpilot_id: int, configuration: Configuration) -> None:
    """Whether no inverter names a Wattpilot; raises `ConflictError`."""
    for inverter in configuration.inverters.values():
        if inverter.wattpilot_id == wattpilot_id:
            raise clash.named_wattpilot(inverter, wattpilot_id)


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
            raise clash.still_measured(inverter, other)


def _check_name(inverter: Inverter, others: Sequence[Inverter]) -> None:
    for other in others:
        if other.name == inverter.name:
            raise clash.same_name(other)


def _check_wattpilot(inverter: Inverter, others: Sequence[Inverter], configuration: Configuration) -> None:
    if inverter.wattpilot_id is None:
        return
    for other in others:
        if other.wattpilot_id == inverter.wattpilot_id:
            raise clash.named_wattpilot(other, inverter.wattpilot_id)
    wattpilot = configuration.wattpilots.get(inverter.wattpilot_id)
    house = None if wattpilot is None or wattpilot.house_id is None else configuration.houses.get(wattpilot.house_id)
    if wattpilot is not None and house is not None and house.id != inverter.house_id:
        raise clash.housed_wattpilot(wattpilot, house)


def _check_source(inverter: Inverter, others: Sequence[Inverter]) -> None:
    """No two inverters may read the same device: its power would count twice."""
    measured = _measured(inverter)
    for other in others:
        if measured & _measured(other):
            raise clash.same_source(other)


def _measured(inverter: Inverter) -> set[tuple[str, ...]]:
    """What an inverter's sources measure, however they are asked."""
    return {_what(source) for source in (inverter.source, inverter.fallback) if source is not None}


def _what(source: Source) -> tuple[str, ...]:
    if isinstance(source, SolarEdgeV1 | SolarEdgeV2):  # one site, by whichever of its interfaces
        return (source.kind, source.site_id)
    return source.identity


def _check_role(inverter: Inverter, neighbours: Sequence[Inverter], configuration: Configuration) -> None:
    grid = next((other for other in neighbours if other.role is Role.GRID), None)
    if inverter.role is Role.GRID and grid is not None:
        raise clash.second_grid(configuration.houses[inverter.house_id], grid)
    if inverter.role is Role.PV and grid is None:
        raise clash.no_grid(configuration.houses[inverter.house_id])


def check_house(house_id: int | None, role: Role, configuration: Configuration) -> None:
    """Whether a named house will do; raises `InvalidError`."""
    if house_id is None and role is Role.PV:
        raise InvalidError([Fault("house_id", _PV_NEEDS_HOUSE)])
    if house_id is not None and house_id not in configuration.houses:
        raise InvalidError([Fault("house_id", _NO_HOUSE_YET)])


_NO_SUCH_HOUSE = Text(
    en="there is no such house; choose one that there is",
    de="ein solches Haus gibt es nicht; wähle ein vorhandenes",
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
        raise clash.house_goes_too(inverter, house)
    return True
