"""What the routes work with, as named dependencies."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes

from sunpilot.api.access import Access
from sunpilot.api.access.asker import Asker
from sunpilot.api.access.scope import Scope
from sunpilot.api.announcer import Announcer
from sunpilot.api.board import Board
from sunpilot.api.consents import Consents
from sunpilot.api.cookie import NAME
from sunpilot.api.deadlines import Deadlines
from sunpilot.api.entities import Entities
from sunpilot.api.grafana import Grafana
from sunpilot.api.notification.notifier import Notifier
from sunpilot.api.notification.targets import Targets
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
    notifier: Notifier
    orders: Orders
    report: Report
    store: Store
    targets: Targets
    trials: Trials


_bearer = HTTPBearer(auto_error=False, description="An API key; the command sunpilot-key shows the first one.")
_cookie = APIKeyCookie(name=NAME, auto_error=False, description="A log-in of the page; the api sets it.")


async def _open(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _asker(request: Request) -> Asker | None:
    asker: Asker | None = getattr(request.state, "asker", None)  # `Guard` says who it is
    return asker


CurrentAsker = Annotated[Asker | None, Depends(_asker)]
Open = Annotated[Context, Depends(_open)]
"""A route gets the context by naming what it takes to call it: nothing, or a scope."""


async def _admitted(
    context: Open,
    asker: CurrentAsker,
    needed: SecurityScopes,
    _key: Annotated[object, Depends(_bearer)],  # the two are here for the OpenAPI document
    _login: Annotated[object, Depends(_cookie)],
) -> Context:
    (scope,) = needed.scopes
    context.access.require(asker, Scope(scope))
    return context


MayRead = Annotated[Context, Security(_admitted, scopes=[Scope.READ])]
MayControl = Annotated[Context, Security(_admitted, scopes=[Scope.CONTROL])]
MayConfigure = Annotated[Context, Security(_admitted, scopes=[Scope.CONFIGURE])]

EntityId = Annotated[int, Path(ge=1, le=999_999_999, description="The number that its creation answered.")]
