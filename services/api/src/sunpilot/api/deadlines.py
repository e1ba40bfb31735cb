"""Deadlines: so much energy by a time. Kept until that time, then taken away."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sunpilot.api.etag import NO_PRECONDITION, Precondition
from sunpilot.api.household import house_of
from sunpilot.api.journal import Journal
from sunpilot.api.refusal import ConflictError, Fault, InvalidError, UnknownEntityError
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text
from sunpilot.contract.order import Deadline
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

LONGEST = timedelta(days=7)
TICK_S = 10.0

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Deadlines:
    """Sets, clears and ends deadlines; what holds is in the store alone.

    With a ``precondition``, `ChangedError` is raised where the Wattpilot is not the version that is meant.
    """

    def __init__(self, store: Store, journal: Journal, clock: Clock, log: Log) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._streaks = Streaks(log)

    async def set(
        self, wattpilot_id: int, energy_kwh: float | None, at: str, precondition: Precondition = NO_PRECONDITION
    ) -> Deadline:
        """Want so much energy by ``at``: a time of day in the house's time zone, or a date and time with an offset."""
        now = self._clock.now()
        async with self._journal.lock:
            configuration = await self._store.configuration()
            precondition.check(_wattpilot(wattpilot_id, configuration))
            zone = _zone(wattpilot_id, configuration)
            energy_wh = None if energy_kwh is None else energy_kwh * 1000
            deadline = Deadline(energy_wh=energy_wh, at=resolved(at, zone, now), set_at=now)
            await self._journal.write(
                ("HSET", self._store.keys.deadlines, wattpilot_id, deadline.model_dump_json()),
                changes=[("deadline", wattpilot_id)],
            )
        return deadline

    async def clear(self, wattpilot_id: int, precondition: Precondition = NO_PRECONDITION) -> None:
        """Want nothing by a time any more; does no harm where there is no deadline."""
        async with self._journal.lock:
            precondition.check(_wattpilot(wattpilot_id, await self._store.configuration()))
            await self._clear(wattpilot_id)

    async def run(self) -> None:
        """Take away what is over. While the store is away, that waits; nobody heeds a deadline that is over."""
        what = "the end of a deadline cannot be stored"
        while True:
            try:
                await self._end_what_is_over()
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, why=str(error))
            else:
                self._streaks.ended(what)
            await self._clock.sleep(TICK_S)

    async def _end_what_is_over(self) -> None:
        async with self._journal.lock:
            deadlines = await self._store.all(Deadline, self._store.keys.deadlines)
            for wattpilot_id, deadline in deadlines.items():
                if not deadline.holds(self._clock.now()):
                    await self._clear(wattpilot_id)

    async def _clear(self, wattpilot_id: int) -> None:
        await self._journal.write(
            ("HDEL", self._store.keys.deadlines, wattpilot_id), changes=[("deadline", wattpilot_id)]
        )


def resolved(at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment that is meant; a time of day is the next one. Raises `InvalidError` where none or a past one is."""
    if _TIME_OF_DAY.fullmatch(at):
        today = now.astimezone(zone).date()
        moments = (
            datetime.combine(today + timedelta(days=days), time.fromisoformat(at), zone).astimezone(now.tzinfo)
            for days in (0, 1)
        )
        return next(moment for moment in moments if moment > now)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise InvalidError([Fault("at", _HOW)]) from None
    if moment.tzinfo is None:
        raise InvalidError([Fault("at", _HOW)])
    if not now < moment <= now + LONGEST:
        raise InvalidError([Fault("at", _WHEN)])
    return moment


_HOW = Text(
    en="write a time of day as in '07:00', or a date and time with an offset as in '2026-06-22T07:00:00+02:00'",
    de="schreibe eine Uhrzeit wie '07:00' oder Tag und Zeit mit ihrem Abstand wie '2026-06-22T07:00:00+02:00'",
)
_HOMELESS = Text(
    en="This Wattpilot is in no house, so nothing charges it: under “Set-up”, choose its “House”, or choose it as "
    "“Wattpilot of this house” at your inverter.",
    de="Dieser Wattpilot gehört zu keinem Haus, darum lädt er nicht: Wähle unter „Einrichten“ sein „Haus“, oder wähle "
    "ihn beim Wechselrichter als „Wattpilot dieses Hauses“.",
)
_WHEN = Text(
    en="this must lie in the future, by 7 days at most",
    de="das muss in der Zukunft liegen, höchstens 7 Tage",
)


def _wattpilot(wattpilot_id: int, configuration: Configuration) -> Wattpilot:
    if wattpilot_id not in configuration.wattpilots:
        raise UnknownEntityError("Wattpilot", wattpilot_id)
    return configuration.wattpilots[wattpilot_id]


def _zone(wattpilot_id: int, configuration: Configuration) -> ZoneInfo:
    house = house_of(wattpilot_id, configuration)
    if house is None:
        raise ConflictError(
            _HOMELESS,
            f"Wattpilot {wattpilot_id} is in no house, so nothing charges it; name it as wattpilot_id of an inverter, "
            f"or set its house_id, first.",
        )
    return ZoneInfo(house.time_zone)
