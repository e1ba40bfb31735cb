"""REST: how everything is doing, and the switch that opens reading to all."""

from collections.abc import Mapping
from typing import Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from sunpilot.api.context import Context, MayConfigure, MayRead
from sunpilot.api.diagnosis import Area, Facts, Finding, Verdict, examine
from sunpilot.api.roll import Attendance
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text
from sunpilot.contract.message import Utc
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

router = APIRouter(tags=["health"])
liveness = APIRouter(tags=["health"])


class ServiceHealth(Attendance):
    """One service's own report, and its standing: ``silent`` has not been heard for 90 s, ``standby`` is well."""

    name: str
    instance: str


class PartHealth(BaseModel):
    """One part of Sunpilot: how it is, in plain words, and what to do next where there is something to do; in English
    and German.

    ``id`` is that of the house, of the Wattpilot, or of the inverter whose source or reading it is. ``age_s`` is
    how long ago it was last heard of; ``calls_left`` is what is left of a source's quota; null: not known, or none.
    """

    area: Area
    id: int | None
    subject: Text
    verdict: Literal["ok", "waits", "faulty"]
    text: Text
    advice: Text | None
    age_s: float | None
    calls_left: int | None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """A finding as REST shows it."""
        return cls(
            area=finding.area,
            id=finding.id,
            subject=finding.subject,
            verdict=_VERDICTS[finding.verdict],
            text=finding.text,
            advice=finding.advice,
            age_s=finding.age_s,
            calls_left=finding.calls_left,
        )


class Health(BaseModel):
    """``faulty`` when a part is, ``waiting`` while one waits for something, otherwise ``ok``.

    ``parts`` say it one by one. Services away for a day are left out.
    """

    status: Literal["ok", "waiting", "faulty"]
    at: Utc
    broker_connected: bool
    store_reachable: bool
    parts: list[PartHealth]
    services: list[ServiceHealth]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class OpenReading(BaseModel):
    """How long everyone may read."""

    seconds_left: float


_VERDICTS: Mapping[Verdict, Literal["ok", "waits", "faulty"]] = {
    Verdict.WELL: "ok",
    Verdict.WAITS: "waits",
    Verdict.FAULTY: "faulty",
}
_STATUS: Mapping[Verdict, Literal["ok", "waiting", "faulty"]] = {
    Verdict.WELL: "ok",
    Verdict.WAITS: "waiting",
    Verdict.FAULTY: "faulty",
}


@liveness.get("/healthz")
async def alive() -> Alive:
    """Whether the process answers; says nothing else, and needs no key."""
    return Alive()


@router.get("/health", responses={503: {"model": Health, "description": "Something is faulty; the answer says what."}})
async def health(context: MayRead, response: Response) -> Health:
    """All parts: how old what they say is, what is left of a quota, what is wrong in plain words, and what to do.

    Made for scripts: 200 while nothing is faulty, even if something is waited for (a car, the sun, a first inverter);
    503 with the same answer when something is. The command ``sunpilot-doctor`` says the same.
    """
    facts = await _facts(context)
    findings = examine(facts)
    worst = max(finding.verdict for finding in findings)
    if worst is Verdict.FAULTY:
        response.status_code = 503
    return Health(
        status=_STATUS[worst],
        at=facts.now,
        broker_connected=facts.broker_answers,
        store_reachable=facts.store_fault is None,
        parts=[PartHealth.of(finding) for finding in findings],
        services=[
            ServiceHealth(name=name, instance=instance, **dict(seen))
            for (name, instance), seen in sorted(_services(context).items())
        ],
    )


def _services(context: Context) -> Mapping[tuple[str, str], Attendance]:
    return context.board.services() | {("api", context.instance): Attendance.of(context.report.state, quiet_s=0.0)}


async def _facts(context: Context) -> Facts:
    """What is known here and now. The store's clock is left to the doctor: a demo's time may run faster than it."""
    store_fault, configuration = None, Configuration({}, {}, {}, {})
    try:
        configuration = await context.entities.configuration()
    except (StoreDownError, StoreRefusedError) as error:
        store_fault = str(error)
    board = context.board
    return Facts(
        now=context.clock.now(),
        broker_answers=context.bus.is_connected,
        store_fault=store_fault,
        configuration=configuration,
        services=_services(context),
        readings=board.last_by_id(Reading, "inverter", "reading"),
        sources=board.last_by_id(SourceState, "inverter", "source"),
        statuses=board.last_by_id(Status, "wattpilot", "status"),
    )


@router.put("/open-reading")
async def open_reading(context: MayConfigure) -> OpenReading:
    """Let everyone read without the key for three minutes. Changes need the key always."""
    return OpenReading(seconds_left=context.access.open_reading())


@router.delete("/open-reading", status_code=204, response_class=Response)
async def close_reading(context: MayConfigure) -> None:
    """Let only those with the key read."""
    context.access.close_reading()
