"""The logbook: the sessions of all Wattpilots, and what of them must be stored and published. Time comes in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.session import Session
from sunpilot.contract.status import Status
from sunpilot.controller.charger import Charger
from sunpilot.controller.mix import mix
from sunpilot.controller.site import Site
from sunpilot.controller.span import Span, spoken_for
from sunpilot.controller.tally import Tally, afresh, cover, decide, see

KEEP_EVERY = timedelta(seconds=30)
"""A running session is stored and published so often; its begin and its end at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be stored of a Wattpilot: the tally, and the sessions that are news. ``shown`` is to be published."""

    wattpilot_id: int
    tally: Tally
    news: tuple[Session, ...]
    shown: Session | None


class Logbook:
    """Counts sessions. What could not be stored stays news until it is."""

    def __init__(self) -> None:
        self._tallies: dict[int, Tally] = {}
        self._news: dict[int, dict[int, Session]] = {}
        self._kept_at: dict[int, datetime] = {}

    @property
    def wattpilots(self) -> frozenset[int]:
        """Those with a session, running or past."""
        return frozenset(self._tallies)

    def restore(self, tallies: Mapping[int, Tally], now: datetime) -> None:
        """Go on with what an earlier leader counted, and say it again; times in the future mean nothing."""
        for wattpilot_id, tally in tallies.items():
            is_off = any(stamp is not None and stamp > now for stamp in tally.stamps)
            self._tallies.setdefault(wattpilot_id, afresh(tally) if is_off else tally)
        self._kept_at.clear()

    def forget(self, wattpilot_id: int) -> None:
        """The Wattpilot is no longer configured."""
        for kept in (self._tallies, self._news, self._kept_at):
            kept.pop(wattpilot_id, None)

    def start_afresh(self) -> None:
        """After a step of the clock."""
        self._tallies = {wattpilot_id: afresh(tally) for wattpilot_id, tally in self._tallies.items()}
        self._kept_at.clear()

    def see_status(self, wattpilot_id: int, status: Status, now: datetime) -> None:
        """A live status."""
        before = self._tallies.get(wattpilot_id, Tally())
        tally = see(before, status, now)
        self._put(wattpilot_id, tally)
        if (before.running is None) != (tally.running is None):
            self._kept_at.pop(wattpilot_id, None)

    def see_decision(self, wattpilot_id: int, reason: str, now: datetime) -> None:
        """A decision, also one that is as the one before."""
        self._put(wattpilot_id, decide(self._tallies.get(wattpilot_id, Tally()), reason, now))

    def see_reading(self, site: Site, now: datetime) -> None:
        """A reading has come in at this site, and was met with the power of its cars."""
        reading = site.reading(now)
        if reading is None:
            return
        for wattpilot_id, control in site.controls.items():
            tally = self._tallies.get(wattpilot_id)
            if tally is None or (tally.covered_until is not None and reading.time <= tally.covered_until):
                continue
            whole = spoken_for(reading, tally.covered_until)
            counted = {
                name: _covered(session, whole, reading, control.charger, site.known_w, site.premises.house)
                for name, session in (("session", tally.session), ("before", tally.before))
                if session is not None
            }
            self._put(wattpilot_id, tally.model_copy(update={**counted, "covered_until": reading.time}))

    def due(self, now: datetime) -> Iterable[Entry]:
        """What is to be stored and published now."""
        for wattpilot_id, tally in self._tallies.items():
            kept_at, news = self._kept_at.get(wattpilot_id), self._news.get(wattpilot_id, {})
            if kept_at is None or (news and not kept_at <= now < kept_at + KEEP_EVERY):
                self._kept_at[wattpilot_id] = now
                yield Entry(wattpilot_id, tally, tuple(news.values()), tally.session)

    def kept(self, entry: Entry) -> None:
        """It is in the store."""
        news = self._news.get(entry.wattpilot_id, {})
        for session in entry.news:
            if news.get(session.id) is session:
                del news[session.id]

    def _put(self, wattpilot_id: int, tally: Tally) -> None:
        before = self._tallies.get(wattpilot_id, Tally())
        self._tallies[wattpilot_id] = tally
        known = (before.session, before.before)
        for session in (tally.session, tally.before):
            if session is not None and session not in known:
                self._news.setdefault(wattpilot_id, {})[session.id] = session


def _covered(session: Session, whole: Span, reading: Reading, charger: Charger, cars_w: float, house: House) -> Session:
    """The session with what a reading tells of it."""
    part = whole.within(session.started_at, session.ended_at)
    if part is None or charger.own_w is None:
        return session
    power_w = charger.history.mean(part.begin, part.end)
    made_of = None if power_w is None else mix(reading, cars_w or power_w)
    if power_w is None or made_of is None:
        return session
    return cover(session, part.seconds, power_w * part.seconds / 3600, made_of, house)
