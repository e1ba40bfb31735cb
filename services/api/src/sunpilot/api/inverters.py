"""REST: inverters, the sources of readings."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Response
from pydantic import MISSING, AfterValidator, ConfigDict, Field, SecretStr

from sunpilot.api.context import Context, ContextNeeded, EntityId
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Name, Request
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import SourceState
from sunpilot.contract.source_settings import SolarEdgeV1

router = APIRouter(prefix="/inverters", tags=["inverters"])


def _printable(token: SecretStr) -> SecretStr:
    if not all("!" <= letter <= "~" for letter in token.get_secret_value()):
        raise ValueError("a token has no blanks, line ends or letters beyond ASCII")
    return token


Token = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_printable)]
AgeRange = Annotated[tuple[float, float], Field(strict=False, description="Lowest and highest age, in seconds.")]
Address = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+$", max_length=200)]
WattpilotId = Annotated[int, Field(ge=1, le=999)]
AnyRole = Annotated[Role, Field(strict=False)]


class NewSource(SolarEdgeV1, Request):
    """SolarEdge's monitoring API V1. The token goes in and never comes out."""

    token: Token
    age_s: AgeRange = (0.0, 360.0)


class NewInverter(Request):
    """An inverter to add. Without ``house_id`` it gets a house of its own; role ``pv`` needs one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Roof",
                    "source": {"kind": "solaredge", "api": "v1", "site_id": "1234567", "token": "YOUR-API-TOKEN"},
                    "wattpilot_id": 1,
                }
            ]
        }
    )

    name: Name
    source: NewSource
    role: AnyRole = Role.GRID
    house_id: int | None = Field(default=None, ge=1)
    wattpilot_id: WattpilotId | None = None
    smart_charging_enabled: bool = True


class SourceChange(Request):
    """What to change of a source; what is left out stays. A new ``url`` or ``kind`` needs the token again."""

    kind: Literal["solaredge"] | MISSING = MISSING
    api: Literal["v1"] | MISSING = MISSING
    site_id: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")] | MISSING = MISSING
    token: Token | MISSING = MISSING
    calls_per_day: Annotated[int, Field(ge=1, le=1_000_000)] | MISSING = MISSING
    floor_s: Annotated[float, Field(ge=1, le=3600)] | MISSING = MISSING
    age_s: AgeRange | MISSING = MISSING
    url: Address | MISSING | None = MISSING


class InverterChange(Request):
    """What to change of an inverter; what is left out stays. ``wattpilot_id`` null lets the Wattpilot go."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"smart_charging_enabled": False}]})

    name: Name | MISSING = MISSING
    source: SourceChange | MISSING = MISSING
    role: AnyRole | MISSING = MISSING
    house_id: Annotated[int, Field(ge=1)] | MISSING = MISSING
    wattpilot_id: WattpilotId | MISSING | None = MISSING
    smart_charging_enabled: bool | MISSING = MISSING


class SourceView(SolarEdgeV1):
    """A source as it is stored; of the token only whether there is one."""

    has_token: bool


class InverterView(Inverter):
    """An inverter with its last reading and how its source is doing; null where nothing is known yet."""

    source: SourceView
    reading: Reading | None
    source_state: SourceState | None

    @classmethod
    def of(cls, inverter: Inverter, context: Context, with_token: frozenset[int]) -> Self:
        """Put together what is stored and what was last said."""
        return cls(
            **{name: getattr(inverter, name) for name in Inverter.model_fields if name != "source"},
            source=SourceView(**inverter.source.model_dump(), has_token=inverter.id in with_token),
            reading=context.board.last(Reading, f"inverter/{inverter.id}/reading"),
            source_state=context.board.last(SourceState, f"inverter/{inverter.id}/source"),
        )


async def _view(inverter: Inverter, context: Context) -> InverterView:
    return InverterView.of(inverter, context, await context.entities.with_token())


@router.get("")
async def list_inverters(context: ContextNeeded) -> list[InverterView]:
    """All inverters."""
    inverters = (await context.entities.configuration()).inverters
    with_token = await context.entities.with_token()
    return [InverterView.of(inverters[inverter_id], context, with_token) for inverter_id in sorted(inverters)]


@router.post("", status_code=201)
async def add_inverter(new: NewInverter, context: ContextNeeded, response: Response) -> InverterView:
    """Add an inverter."""
    fields: dict[str, Any] = new.model_dump(exclude={"source": {"token"}})
    inverter = await context.entities.add_inverter(fields, new.source.token)
    response.headers["Location"] = f"/api/v1/inverters/{inverter.id}"
    return await _view(inverter, context)


@router.get("/{inverter_id}")
async def get_inverter(inverter_id: EntityId, context: ContextNeeded) -> InverterView:
    """One inverter."""
    inverter = (await context.entities.configuration()).inverters.get(inverter_id)
    if inverter is None:
        raise UnknownEntityError("Inverter", inverter_id)
    return await _view(inverter, context)


@router.patch("/{inverter_id}")
async def change_inverter(inverter_id: EntityId, change: InverterChange, context: ContextNeeded) -> InverterView:
    """Change some of an inverter. A house keeps its one grid inverter as long as another inverter is in it."""
    source = change.source
    token = None if source is MISSING or source.token is MISSING else source.token
    fields: dict[str, Any] = change.model_dump(exclude={"source": {"token"}})
    return await _view(await context.entities.change_inverter(inverter_id, fields, token), context)


@router.delete("/{inverter_id}", status_code=204)
async def delete_inverter(inverter_id: EntityId, context: ContextNeeded) -> None:
    """Delete an inverter with its token. Its house goes with the last inverter in it, which is the grid inverter."""
    await context.entities.delete_inverter(inverter_id)


@router.post("/{inverter_id}/fetch", status_code=202)
async def fetch(inverter_id: EntityId, context: ContextNeeded) -> dict[str, str]:
    """Measure now. The answer comes as a reading, or as the source's state when its quota does not allow it."""
    if inverter_id not in (await context.entities.configuration()).inverters:
        raise UnknownEntityError("Inverter", inverter_id)
    context.announcer.fetch(inverter_id)
    return {"status": "asked"}
