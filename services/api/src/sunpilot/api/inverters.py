"""REST: inverters, the sources of readings."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import MISSING, ConfigDict, Field, WithJsonSchema

from sunpilot.api.accepted import Accepted
from sunpilot.api.context import Context, EntityId, MayConfigure, MayControl, MayRead
from sunpilot.api.etag import TAGGED, IfMatch, etag
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Name, Request
from sunpilot.api.source_request import EXAMPLES, NewSource, given
from sunpilot.api.source_slots import SOURCES
from sunpilot.api.source_view import SourceView, source_view
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.keys import slot
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import SourceState

router = APIRouter(prefix="/inverters", tags=["inverters"])


WattpilotId = Annotated[int, Field(ge=1, le=999)]
AnyRole = Annotated[Role, Field(strict=False)]


class NewInverter(Request):
    """An inverter to add. Without ``house_id`` it gets a house of its own; role ``pv`` needs one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Roof", "source": source, "wattpilot_id": 1} for source in EXAMPLES.values()]
        }
    )

    name: Name
    source: NewSource
    fallback: NewSource | None = None
    role: AnyRole = Role.GRID
    house_id: int | None = Field(default=None, ge=1)
    wattpilot_id: WattpilotId | None = None
    smart_charging_enabled: bool = True


SourceChange = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "Some settings of the source, or all of one of another kind; what is left out stays. "
            "A new url or kind needs the token again.",
            "examples": [{"token": "YOUR-API-KEY"}, EXAMPLES["solaredge-modbus"]],
        }
    ),
]


class InverterChange(Request):
    """What to change of an inverter; what is left out stays. ``wattpilot_id`` null lets the Wattpilot go, ``fallback``
    null does without a second source.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"smart_charging_enabled": False}]})

    name: Name | MISSING = MISSING
    source: SourceChange | MISSING = MISSING
    fallback: SourceChange | MISSING | None = MISSING
    role: AnyRole | MISSING = MISSING
    house_id: Annotated[int, Field(ge=1)] | MISSING = MISSING
    wattpilot_id: WattpilotId | MISSING | None = MISSING
    smart_charging_enabled: bool | MISSING = MISSING


class InverterView(Inverter):
    """An inverter with its last reading and how its source is doing; null where nothing is known yet."""

    source: SourceView
    fallback: SourceView | None = None
    reading: Reading | None
    source_state: SourceState | None

    @classmethod
    def of(cls, inverter: Inverter, context: Context, with_token: frozenset[str]) -> Self:
        """Put together what is stored and what was last said."""
        return cls(
            **{name: getattr(inverter, name) for name in Inverter.model_fields if name not in SOURCES},
            source=source_view(inverter.source, has_token=slot(inverter.id) in with_token),
            fallback=None
            if inverter.fallback is None
            else source_view(inverter.fallback, has_token=slot(inverter.id, fallback=True) in with_token),
            reading=context.board.last(Reading, f"inverter/{inverter.id}/reading"),
            source_state=context.board.last(SourceState, f"inverter/{inverter.id}/source"),
        )


WithHouse = Annotated[
    bool, Query(description="Let the house go, with its place, prices and fuse, when this is the last inverter in it.")
]


async def _view(inverter: Inverter, context: Context, response: Response) -> InverterView:
    response.headers["ETag"] = etag(inverter)
    return InverterView.of(inverter, context, await context.entities.with_token())


@router.get("")
async def list_inverters(context: MayRead) -> list[InverterView]:
    """All inverters."""
    inverters = (await context.entities.configuration()).inverters
    with_token = await context.entities.with_token()
    return [InverterView.of(inverters[inverter_id], context, with_token) for inverter_id in sorted(inverters)]


@router.post("", status_code=201, responses={201: TAGGED})
async def add_inverter(new: NewInverter, context: MayConfigure, response: Response) -> InverterView:
    """Add an inverter."""
    sources = {name: given(source) for name in SOURCES if (source := getattr(new, name)) is not None}
    inverter = await context.entities.add_inverter(new.model_dump(exclude=set(SOURCES)), sources)
    response.headers["Location"] = f"/api/v1/inverters/{inverter.id}"
    return await _view(inverter, context, response)


@router.get("/{inverter_id}", responses={200: TAGGED})
async def get_inverter(inverter_id: EntityId, context: MayRead, response: Response) -> InverterView:
    """One inverter."""
    inverter = (await context.entities.configuration()).inverters.get(inverter_id)
    if inverter is None:
        raise UnknownEntityError("Inverter", inverter_id)
    return await _view(inverter, context, response)


@router.patch("/{inverter_id}", responses={200: TAGGED})
async def change_inverter(
    inverter_id: EntityId,
    change: InverterChange,
    context: MayConfigure,
    response: Response,
    if_match: IfMatch,
    with_house: WithHouse = False,
) -> InverterView:
    """Change some of an inverter. A house keeps its one grid inverter as long as another inverter is in it."""
    fields: dict[str, Any] = change.model_dump()
    inverter = await context.entities.change_inverter(inverter_id, fields, if_match, with_house=with_house)
    return await _view(inverter, context, response)


@router.delete("/{inverter_id}", status_code=204, response_class=Response)
async def delete_inverter(
    inverter_id: EntityId, context: MayConfigure, if_match: IfMatch, with_house: WithHouse = False
) -> None:
    """Delete an inverter with its token. The last one in a house is refused, unless the house may go with it."""
    await context.entities.delete_inverter(inverter_id, if_match, with_house=with_house)


@router.post("/{inverter_id}/fetch", status_code=202)
async def fetch(inverter_id: EntityId, context: MayControl) -> Accepted:
    """Measure now. The answer comes as a reading, or as the source's state when its quota does not allow it."""
    if inverter_id not in (await context.entities.configuration()).inverters:
        raise UnknownEntityError("Inverter", inverter_id)
    context.announcer.fetch(inverter_id)
    return Accepted(status="asked")
