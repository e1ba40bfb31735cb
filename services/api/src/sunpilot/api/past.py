"""REST: what the controller keeps of the last two days, and of each day."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from sunpilot.api.context import Context, ContextNeeded, EntityId
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.history import KEPT_H, DayTotal, Decided, Sample

router = APIRouter(tags=["past"])

Hours = Annotated[float, Query(gt=0, le=KEPT_H, description="How far back, in hours.")]
EveryS = Annotated[int, Query(ge=10, le=3600, description="The least seconds from one sample to the next.")]


@router.get("/houses/{house_id}/power")
async def list_power(
    house_id: EntityId, context: ContextNeeded, hours: Hours = 24.0, every_s: EveryS = 60
) -> list[Sample]:
    """A house's powers, oldest first: of the last day, one sample a minute."""
    await _need_house(house_id, context)
    samples: list[Sample] = []
    taken_s = float("-inf")
    for text, stamp in await _since(context.store.keys.samples(house_id), hours, context):
        if stamp - taken_s >= every_s:
            samples.append(Sample.model_validate_json(text))
            taken_s = stamp
    return samples


@router.get("/houses/{house_id}/days")
async def list_days(house_id: EntityId, context: ContextNeeded) -> list[DayTotal]:
    """A house's energies by day, oldest first."""
    await _need_house(house_id, context)
    days = await context.store.call(context.store.redis.hgetall(context.store.keys.days(house_id)))
    return [DayTotal.model_validate_json(days[day]) for day in sorted(days)]


@router.get("/wattpilots/{wattpilot_id}/decisions")
async def list_decisions(wattpilot_id: EntityId, context: ContextNeeded, hours: Hours = 24.0) -> list[Decided]:
    """What was decided, oldest first; a decision that is as the one before is left out."""
    if wattpilot_id not in (await context.entities.configuration()).wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    kept = await _since(context.store.keys.decided(wattpilot_id), hours, context)
    return [Decided.model_validate_json(text) for text, _ in kept]


async def _need_house(house_id: int, context: Context) -> None:
    if house_id not in (await context.entities.configuration()).houses:
        raise UnknownEntityError("House", house_id)


async def _since(key: str, hours: float, context: Context) -> list[tuple[str, float]]:
    begin = context.clock.now() - timedelta(hours=hours)
    kept: list[tuple[str, float]] = await context.store.call(
        context.store.redis.zrangebyscore(key, begin.timestamp(), "+inf", withscores=True)
    )
    return kept
