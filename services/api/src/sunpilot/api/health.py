"""REST: how everything is doing, and the switch that opens reading to all."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from sunpilot.api.context import ContextNeeded
from sunpilot.contract.message import Utc
from sunpilot.contract.service import ServiceState
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

router = APIRouter(tags=["health"])
liveness = APIRouter(tags=["health"])


class ServiceHealth(ServiceState):
    """One service's own report."""

    name: str
    instance: str


class Health(BaseModel):
    """``waiting`` while something is away or waited for."""

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
async def health(context: ContextNeeded) -> Health:
    """All services, and what each waits for."""
    services = context.board.services() | {("api", context.instance): context.report.state}
    try:
        await context.store.ping()
    except (StoreDownError, StoreRefusedError):
        store_reachable = False
    else:
        store_reachable = True
    connected = context.bus.is_connected
    is_well = connected and store_reachable and all(s.online and not s.waits_for for s in services.values())
    return Health(
        status="ok" if is_well else "waiting",
        at=context.clock.now(),
        broker_connected=connected,
        store_reachable=store_reachable,
        services=[
            ServiceHealth(name=name, instance=instance, **dict(state))
            for (name, instance), state in sorted(services.items())
        ],
    )


@router.put("/open-reading")
async def open_reading(context: ContextNeeded) -> OpenReading:
    """Let everyone read without the key for three minutes. Changes need the key always."""
    return OpenReading(seconds_left=context.access.open_reading())


@router.delete("/open-reading", status_code=204)
async def close_reading(context: ContextNeeded) -> None:
    """Let only those with the key read."""
    context.access.close_reading()
