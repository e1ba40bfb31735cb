"""REST: houses, one per grid connection. They come and go with their inverters."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import MISSING, ConfigDict, Field

from sunpilot.api.context import EntityId, MayConfigure, MayRead
from sunpilot.api.etag import TAGGED, IfMatch, Precondition, etag
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Name, Request
from sunpilot.contract.house import Currency, HomeBattery, House, TimeZone

router = APIRouter(prefix="/houses", tags=["houses"])

Price = Annotated[float, Field(ge=0, le=10, description="Per kWh, in the house's currency.")]
Unbalance = Annotated[
    float, Field(ge=0, le=250, description="What charging may draw on one phase above another, in A.")
]

IfNoneMatch = Annotated[
    str | None, Header(max_length=1000, description="The ETag that you have: the answer is 304 while it holds.")
]


class HouseChange(Request):
    """What to change of a house; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"latitude": 48.14, "longitude": 11.58, "import_price": 0.34}]}
    )

    name: Name | MISSING = MISSING
    latitude: Annotated[float, Field(ge=-90, le=90)] | MISSING = MISSING
    longitude: Annotated[float, Field(ge=-180, le=180)] | MISSING = MISSING
    time_zone: TimeZone | MISSING = MISSING
    import_price: Price | MISSING = MISSING
    feed_in_price: Price | MISSING = MISSING
    currency: Currency | MISSING = MISSING
    fuse_a: Annotated[float, Field(ge=10, le=250)] | MISSING = MISSING
    unbalance_a: Unbalance | MISSING = MISSING
    battery: Annotated[HomeBattery, Field(strict=False)] | MISSING = MISSING
    battery_soc_pct: Annotated[float, Field(ge=0, le=100)] | MISSING = MISSING
    battery_discharge: bool | MISSING = MISSING


@router.get("")
async def list_houses(context: MayRead) -> list[House]:
    """All houses."""
    houses = (await context.entities.configuration()).houses
    return [houses[house_id] for house_id in sorted(houses)]


@router.get("/{house_id}", response_model=House, responses={200: TAGGED, 304: {"description": "You have it already."}})
async def get_house(
    house_id: EntityId, context: MayRead, response: Response, if_none_match: IfNoneMatch = None
) -> House | Response:
    """One house."""
    house = (await context.entities.configuration()).houses.get(house_id)
    if house is None:
        raise UnknownEntityError("House", house_id)
    response.headers["ETag"] = etag(house)
    if Precondition.of(if_none_match).names(house):
        return Response(status_code=304, headers=response.headers)
    return house


@router.patch("/{house_id}", responses={200: TAGGED})
async def change_house(
    house_id: EntityId, change: HouseChange, context: MayConfigure, response: Response, if_match: IfMatch
) -> House:
    """Change where a house is, what its energy costs, what its grid connection bears, and whether car or home battery
    goes first.
    """
    house = await context.entities.change_house(house_id, change.model_dump(), if_match)
    response.headers["ETag"] = etag(house)
    return house
