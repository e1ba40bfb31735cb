"""REST: Wattpilots, and a person's orders to them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Response
from pydantic import MISSING, ConfigDict, Field

from sunpilot.api.accepted import Accepted
from sunpilot.api.context import Context, EntityId, MayConfigure, MayControl, MayRead
from sunpilot.api.etag import TAGGED, IfMatch, etag
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Name, Request
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Decision
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.order import Deadline, Mode, Override, OverrideKind, OverrideRequest
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Eagerness, Wattpilot

router = APIRouter(prefix="/wattpilots", tags=["wattpilots"])

Amps = Annotated[int, Field(ge=6, le=32, description="Ampere per phase.")]
Priority = Annotated[int, Field(ge=1, le=99, description="In its house; 1 goes first, equals share.")]
Seconds = Annotated[float, Field(ge=0, le=7200)]


class PolicyChange(Request):
    """What to change of the policy; what is left out stays."""

    min_a: Amps | MISSING = MISSING
    max_a: Amps | MISSING = MISSING
    min_on_s: Seconds | MISSING = MISSING
    min_off_s: Seconds | MISSING = MISSING
    min_phases_s: Annotated[float, Field(ge=300, le=7200)] | MISSING = MISSING
    phases: Literal[1, 3] | MISSING | None = MISSING
    eagerness: Annotated[Eagerness, Field(strict=False)] | MISSING = MISSING
    kwh_value: Annotated[float, Field(ge=0, le=10)] | MISSING | None = MISSING
    reserve_w: Annotated[float, Field(ge=0, le=20_000)] | MISSING = MISSING
    start_wh: Annotated[float, Field(ge=0, le=1000)] | MISSING = MISSING
    stale_grace_s: Annotated[float, Field(ge=0, le=3600)] | MISSING = MISSING
    stale_minimum: bool | MISSING = MISSING
    manual_s: Annotated[float, Field(ge=0, le=86_400)] | MISSING = MISSING


class WattpilotChange(Request):
    """What to change of a Wattpilot; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "sun", "policy": {"max_a": 16}}]})

    name: Name | MISSING = MISSING
    enabled: bool | MISSING = MISSING
    mode: Annotated[Mode, Field(strict=False)] | MISSING = MISSING
    fixed_a: Amps | MISSING = MISSING
    priority: Priority | MISSING = MISSING
    house_id: Annotated[int, Field(ge=1)] | MISSING | None = MISSING
    policy: PolicyChange | MISSING = MISSING


class ModeOrder(Request):
    """A mode to hold from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "sun"}]})

    mode: Annotated[Mode, Field(strict=False)]


class NewOverride(OverrideRequest, Request):
    """An order that hides the mode: ``amps`` per phase for ``fixed``, on ``phases`` or, without, on as many as there
    are; without ``seconds`` it ends at unplug.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "fixed", "amps": 10, "seconds": 3600}]})

    kind: Annotated[OverrideKind, Field(strict=False)]


class OverrideView(Part):
    """An override as it holds, with the seconds left."""

    kind: OverrideKind
    amps: int | None
    phases: Literal[1, 3] | None
    set_at: Utc
    ends_at: Utc
    ends_on_unplug: bool
    seconds_left: float

    @classmethod
    def of(cls, override: Override, now: datetime) -> Self:
        """The override as seen now."""
        return cls(**override.model_dump(exclude={"v"}), seconds_left=override.seconds_left(now))


class NewDeadline(Request):
    """So much energy (null: as much as the car takes) by ``at``: the sun first, the grid as late as is in time.

    ``at`` is a time of day in the house's time zone, or a date and time with an offset. It serves the modes ``sun`` and
    ``minimum``.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"energy_kwh": 20, "at": "07:00"}]})

    energy_kwh: Annotated[float, Field(gt=0, le=200)] | None = None
    at: Annotated[str, Field(max_length=40)]


class DeadlineView(Part):
    """A deadline as it holds."""

    energy_kwh: float | None
    at: Utc
    set_at: Utc
    seconds_left: float

    @classmethod
    def of(cls, deadline: Deadline, now: datetime) -> Self:
        """The deadline as seen now."""
        return cls(
            energy_kwh=None if deadline.energy_wh is None else deadline.energy_wh / 1000,
            at=deadline.at,
            set_at=deadline.set_at,
            seconds_left=max(0.0, (deadline.at - now).total_seconds()),
        )


class WattpilotView(Wattpilot):
    """A Wattpilot with what it does, why, and a person's orders to it; null where nothing is known."""

    status: Status | None
    online: bool
    decision: Decision | None
    override: OverrideView | None
    deadline: DeadlineView | None

    @classmethod
    def of(cls, wattpilot: Wattpilot, configuration: Configuration, context: Context) -> Self:
        """Put together what is stored and what was last said."""
        now = context.clock.now()
        override = configuration.overrides.get(wattpilot.id)
        deadline = configuration.deadlines.get(wattpilot.id)
        path = f"wattpilot/{wattpilot.id}"
        return cls(
            **dict(wattpilot),
            status=context.board.last(Status, f"{path}/status"),
            online=context.board.last_word(f"{path}/online") is True,
            decision=context.board.last(Decision, f"{path}/decision"),
            override=OverrideView.of(override, now) if override is not None and override.holds(now) else None,
            deadline=DeadlineView.of(deadline, now) if deadline is not None and deadline.holds(now) else None,
        )


async def _view(wattpilot_id: int, context: Context, response: Response) -> WattpilotView:
    configuration = await context.entities.configuration()
    wattpilot = configuration.wattpilots.get(wattpilot_id)
    if wattpilot is None:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    response.headers["ETag"] = etag(wattpilot)
    return WattpilotView.of(wattpilot, configuration, context)


@router.get("")
async def list_wattpilots(context: MayRead) -> list[WattpilotView]:
    """All Wattpilots."""
    configuration = await context.entities.configuration()
    return [
        WattpilotView.of(wattpilot, configuration, context) for _, wattpilot in sorted(configuration.wattpilots.items())
    ]


@router.get("/{wattpilot_id}", responses={200: TAGGED})
async def get_wattpilot(wattpilot_id: EntityId, context: MayRead, response: Response) -> WattpilotView:
    """One Wattpilot."""
    return await _view(wattpilot_id, context, response)


@router.patch("/{wattpilot_id}", responses={200: TAGGED})
async def change_wattpilot(
    wattpilot_id: EntityId, change: WattpilotChange, context: MayConfigure, response: Response, if_match: IfMatch
) -> WattpilotView:
    """Change some of a Wattpilot, its mode too. ``house_id`` puts it into a house without an inverter of its own."""
    await context.entities.change_wattpilot(wattpilot_id, change.model_dump(), if_match)
    return await _view(wattpilot_id, context, response)


@router.delete("/{wattpilot_id}", status_code=204, response_class=Response)
async def delete_wattpilot(wattpilot_id: EntityId, context: MayConfigure, if_match: IfMatch) -> None:
    """Delete a Wattpilot. Its bridge makes it known again with its next status, so end the bridge first."""
    await context.entities.delete_wattpilot(wattpilot_id, if_match)
    context.orders.forget(wattpilot_id)


@router.put("/{wattpilot_id}/mode")
async def set_mode(wattpilot_id: EntityId, order: ModeOrder, context: MayControl, if_match: IfMatch) -> ModeOrder:
    """Say what the Wattpilot does from now on, as long as no override hides it; the answer is what holds now."""
    await context.orders.set_mode(wattpilot_id, order.mode, if_match)
    return order


@router.put("/{wattpilot_id}/override")
async def set_override(
    wattpilot_id: EntityId, new: NewOverride, context: MayControl, if_match: IfMatch
) -> OverrideView:
    """Hide the mode for a while; the answer is what holds now."""
    override = await context.orders.set_override(wattpilot_id, new, if_match)
    return OverrideView.of(override, context.clock.now())


@router.delete("/{wattpilot_id}/override", status_code=204, response_class=Response)
async def clear_override(wattpilot_id: EntityId, context: MayControl, if_match: IfMatch) -> None:
    """Let the mode hold again."""
    await context.orders.clear_override(wattpilot_id, if_match)


@router.put("/{wattpilot_id}/deadline")
async def set_deadline(
    wattpilot_id: EntityId, new: NewDeadline, context: MayControl, if_match: IfMatch
) -> DeadlineView:
    """Want energy by a time; the decision's ``forecast`` says when charging from the grid would start."""
    deadline = await context.deadlines.set(wattpilot_id, new.energy_kwh, new.at, if_match)
    return DeadlineView.of(deadline, context.clock.now())


@router.delete("/{wattpilot_id}/deadline", status_code=204, response_class=Response)
async def clear_deadline(wattpilot_id: EntityId, context: MayControl, if_match: IfMatch) -> None:
    """Want nothing by a time any more."""
    await context.deadlines.clear(wattpilot_id, if_match)


@router.post("/{wattpilot_id}/resume", status_code=202)
async def resume(wattpilot_id: EntityId, context: MayControl, if_match: IfMatch) -> Accepted:
    """Take over again after somebody changed the Wattpilot by hand, instead of waiting for the end of that."""
    await context.orders.resume(wattpilot_id, if_match)
    return Accepted(status="asked")


@router.get(
    "/{wattpilot_id}/log",
    response_class=Response,
    responses={
        200: {
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"at": "2026-06-21T10:00:00Z", …}\n'}
            }
        }
    },
)
async def get_log(wattpilot_id: EntityId, context: MayRead) -> Response:
    """The newest decisions, oldest first, a line of JSON each with all that it rests on: what a bug report needs.

    `make replay FILE=log.jsonl` decides them again.
    """
    if wattpilot_id not in (await context.entities.configuration()).wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    key = context.store.keys.log(wattpilot_id)
    lines = await context.store.call(context.store.redis.lrange(key, 0, -1))
    return Response("".join(f"{line}\n" for line in reversed(lines)), media_type="application/x-ndjson")
