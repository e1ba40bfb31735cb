"""REST: how everything is doing, and the switch that opens reading to all."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from sunpilot.api.context import MayConfigure, MayRead
from sunpilot.api.roll import Attendance
from sunpilot.contract.message import Utc
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

router = APIRouter(tags=["health"])
liveness = APIRouter(tags=["health"])


class ServiceHealth(Attendance):
    """One service's own report, and its standing: ``silent`` has not been heard for 90 s, ``standby`` is well."""

    name: str
    instance: str


class Health(BaseModel):
    """``waiting`` while something is away, silent or waited for. Services away for a day are left out."""

    status: Literal["ok", "waiting"]
    at: Utc
    broker_connected: bool
    store_reachable: bool
    services: list[ServiceHealth]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class OpenReading(BaseModel):
    """How long everyone may read."""

    seconds_left: float


@liveness.get("/healthz")
async def alive() -> Alive:
    """Whether the process answers; says nothing else, and needs no key."""
    return Alive()


@router.get("/health")
async def health(context: MayRead) -> Health:
    """All services, and what each waits for."""
    own = Attendance.of(context.report.state, quiet_s=0.0)
    services = context.board.services() | {("api", context.instance): own}
    try:
        await context.store.ping()
    except (StoreDownError, StoreRefusedError):
        store_reachable = False
    else:
        store_reachable = True
    connected = context.bus.is_connected
    is_well = connected and store_reachable and all(seen.standing.is_well for seen in services.values())
    return Health(
        status="ok" if is_well else "waiting",
        at=context.clock.now(),
        broker_connected=connected,
        store_reachable=store_reachable,
        services=[
            ServiceHealth(name=name, instance=instance, **dict(seen))
            for (name, instance), seen in sorted(services.items())
        ],
    )


@router.put("/open-reading")
async def open_reading(context: MayConfigure) -> OpenReading:
    """Let everyone read without the key for three minutes. Changes need the key always."""
    return OpenReading(seconds_left=context.access.open_reading())


@router.delete("/open-reading", status_code=204)
async def close_reading(context: MayConfigure) -> None:
    """Let only those with the key read."""
    context.access.close_reading()
