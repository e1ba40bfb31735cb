"""What the routes work with, as named dependencies."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from sunpilot.api.access import Access
from sunpilot.api.announcer import Announcer
from sunpilot.api.board import Board
from sunpilot.api.consents import Consents
from sunpilot.api.deadlines import Deadlines
from sunpilot.api.entities import Entities
from sunpilot.api.grafana import Grafana
from sunpilot.api.orders import Orders
from sunpilot.api.trials import Trials
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the application is made of."""

    access: Access
    announcer: Announcer
    board: Board
    bus: Bus
    clock: Clock
    consents: Consents
    deadlines: Deadlines
    entities: Entities
    grafana: Grafana
    instance: str
    log: Log
    orders: Orders
    report: Report
    store: Store
    trials: Trials


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


ContextNeeded = Annotated[Context, Depends(_context)]
EntityId = Annotated[int, Path(ge=1, le=999_999_999, description="The number that its creation answered.")]
