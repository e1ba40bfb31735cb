"""REST: what the controller keeps of the last two days, and of each day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from sunpilot.api.context import Context, EntityId, MayRead
from sunpilot.api.paging import PAGED, Paged, Paging
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.history import KEPT_H, DayTotal, Decided, Sample

router = APIRouter(tags=["past"])

Hours = Annotated[float, Query(gt=0, le=KEPT_H, description="How far back, in hours.")]
EveryS = Annotated[int, Query(ge=10, le=3600, description="The least seconds from one sample to the next.")]


@router.get("/houses/{house_id}/power", responses={200: PAGED})
async def list_power(
    house_id: EntityId, context: MayRead, paging: Paged, hours: Hours = 24.0, every_s: EveryS = 60
) -> list[Sample]:
    """A house's powers, oldest first: of the last day, one sample a minute. They are kept every 10 s, for 48 h."""
    await _need_house(house_id, context)
    kept = await _since(context.store.keys.samples(house_id), hours, paging, context)
    return [Sample.model_validate_json(text) for text in paging.page(_thinned(kept, every_s))]


@router.get("/houses/{house_id}/days", responses={200: PAGED})
async def list_days(house_id: EntityId, context: MayRead, paging: Paged) -> list[DayTotal]:
    """A house's energies by day, oldest first."""
    await _need_house(house_id, context)
    days = await context.store.call(context.store.redis.hgetall(context.store.keys.days(house_id)))
    by_day = ((days[day], float(date.fromisoformat(day).toordinal())) for day in sorted(days))
    return [DayTotal.model_validate_json(text) for text in paging.page(by_day)]


@router.get("/wattpilots/{wattpilot_id}/decisions", responses={200: PAGED})
async def list_decisions(wattpilot_id: EntityId, context: MayRead, paging: Paged, hours: Hours = 24.0) -> list[Decided]:
    """What was decided, oldest first; a decision that is as the one before is left out. They are kept for 48 h."""
    if wattpilot_id not in (await context.entities.configuration()).wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    kept = await _since(context.store.keys.decided(wattpilot_id), hours, paging, context)
    return [Decided.model_validate_json(text) for text in paging.page(kept)]


async def _need_house(house_id: int, context: Context) -> None:
    if house_id not in (await context.entities.configuration()).houses:
        raise UnknownEntityError("House", house_id)


async def _since(key: str, hours: float, paging: Paging, context: Context) -> list[tuple[str, float]]:
    begin = (context.clock.now() - timedelta(hours=hours)).timestamp()
    kept: list[tuple[str, float]] = await context.store.call(
        context.store.redis.zrangebyscore(key, max(begin, paging.begin), "+inf", withscores=True)
    )
    return kept


def _thinned(kept: list[tuple[str, float]], every_s: int) -> Iterator[tuple[str, float]]:
    taken_s = float("-inf")
    for text, stamp in kept:
        if stamp - taken_s >= every_s:
            taken_s = stamp
            yield text, stamp
