"""REST: Wattpilots, and a person's orders to them."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import MISSING, ConfigDict, Field

from sunpilot.api.context import Context, ContextNeeded, EntityId
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Name, Request
from sunpilot.contract.decision import Decision
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.order import Mode, Override, OverrideKind, OverrideRequest
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Wattpilot

router = APIRouter(prefix="/wattpilots", tags=["wattpilots"])

Amps = Annotated[int, Field(ge=6, le=32, description="Ampere per phase.")]
Priority = Annotated[int, Field(ge=1, le=99, description="Among Wattpilots. Stored for later: unused yet.")]
Seconds = Annotated[float, Field(ge=0, le=7200)]


class PolicyChange(Request):
    """What to change of the policy; what is left out stays."""

    min_a: Amps | MISSING = MISSING
    max_a: Amps | MISSING = MISSING
    min_on_s: Seconds | MISSING = MISSING
    min_off_s: Seconds | MISSING = MISSING
    start_wh: Annotated[float, Field(ge=0, le=1000)] | MISSING = MISSING
    stale_grace_s: Annotated[float, Field(ge=0, le=3600)] | MISSING = MISSING
    stale_minimum: bool | MISSING = MISSING


class WattpilotChange(Request):
    """What to change of a Wattpilot; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "sun", "policy": {"max_a": 16}}]})

    name: Name | MISSING = MISSING
    enabled: bool | MISSING = MISSING
    mode: Annotated[Mode, Field(strict=False)] | MISSING = MISSING
    fixed_a: Amps | MISSING = MISSING
    priority: Priority | MISSING = MISSING
    policy: PolicyChange | MISSING = MISSING


class NewOverride(OverrideRequest, Request):
    """An order that hides the mode: ``amps`` per phase for ``fixed``; without ``seconds`` it ends at unplug."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "fixed", "amps": 10, "seconds": 3600}]})

    kind: Annotated[OverrideKind, Field(strict=False)]


class OverrideView(Part):
    """An override as it holds, with the seconds left."""

    kind: OverrideKind
    amps: int | None
    set_at: Utc
    ends_at: Utc
    ends_on_unplug: bool
    seconds_left: float

    @classmethod
    def of(cls, override: Override, now: datetime) -> Self:
        """The override as seen now."""
        return cls(**override.model_dump(exclude={"v"}), seconds_left=override.seconds_left(now))


class WattpilotView(Wattpilot):
    """A Wattpilot with what it does, why, and what overrides its mode; null where nothing is known."""

    status: Status | None
    online: bool
    decision: Decision | None
    override: OverrideView | None

    @classmethod
    def of(cls, wattpilot: Wattpilot, override: Override | None, context: Context) -> Self:
        """Put together what is stored and what was last said."""
        now = context.clock.now()
        path = f"wattpilot/{wattpilot.id}"
        return cls(
            **dict(wattpilot),
            status=context.board.last(Status, f"{path}/status"),
            online=context.board.last_word(f"{path}/online") is True,
            decision=context.board.last(Decision, f"{path}/decision"),
            override=OverrideView.of(override, now) if override is not None and override.holds(now) else None,
        )


async def _views(context: Context) -> dict[int, WattpilotView]:
    configuration = await context.entities.configuration()
    return {
        wattpilot_id: WattpilotView.of(wattpilot, configuration.overrides.get(wattpilot_id), context)
        for wattpilot_id, wattpilot in sorted(configuration.wattpilots.items())
    }


async def _view(wattpilot_id: int, context: Context) -> WattpilotView:
    view = (await _views(context)).get(wattpilot_id)
    if view is None:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    return view


@router.get("")
async def list_wattpilots(context: ContextNeeded) -> list[WattpilotView]:
    """All Wattpilots."""
    return list((await _views(context)).values())


@router.get("/{wattpilot_id}")
async def get_wattpilot(wattpilot_id: EntityId, context: ContextNeeded) -> WattpilotView:
    """One Wattpilot."""
    return await _view(wattpilot_id, context)


@router.patch("/{wattpilot_id}")
async def change_wattpilot(wattpilot_id: EntityId, change: WattpilotChange, context: ContextNeeded) -> WattpilotView:
    """Change some of a Wattpilot, its mode too. ``priority`` is stored for later: nothing uses it yet."""
    await context.entities.change_wattpilot(wattpilot_id, change.model_dump())
    return await _view(wattpilot_id, context)


@router.delete("/{wattpilot_id}", status_code=204)
async def delete_wattpilot(wattpilot_id: EntityId, context: ContextNeeded) -> None:
    """Delete a Wattpilot. Its bridge makes it known again with its next status, so end the bridge first."""
    await context.entities.delete_wattpilot(wattpilot_id)
    context.orders.forget(wattpilot_id)


@router.put("/{wattpilot_id}/override")
async def set_override(wattpilot_id: EntityId, new: NewOverride, context: ContextNeeded) -> OverrideView:
    """Hide the mode for a while; the answer is what holds now."""
    return OverrideView.of(await context.orders.set_override(wattpilot_id, new), context.clock.now())


@router.delete("/{wattpilot_id}/override", status_code=204)
async def clear_override(wattpilot_id: EntityId, context: ContextNeeded) -> None:
    """Let the mode hold again."""
    await context.orders.clear_override(wattpilot_id)
