"""The watch: from what is known and the time, what is worth telling, each thing once. Pure.

A condition, such as "the car charges" or "the source is silent", is told when it has lasted, and ends when it has been
gone for long. So the starts and stops of a day of clouds are one charge, and a flapping source is one fault. It is told
again after its rest at the earliest, and in all never more than so many messages an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pydantic import Field

from sunpilot.api.notification import words
from sunpilot.api.notification.facts import Box, Facts
from sunpilot.api.notification.target import Event
from sunpilot.api.notification.words import Words
from sunpilot.contract.decision import Reason
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.status import Car, LinkState

MOST_AN_HOUR = 12
"""Of all messages together."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """When a condition is told: after it has lasted for ``settles_s``; it is over after it was gone for ``gone_s``, and
    told again ``rests_s`` after the last time at the earliest.
    """

    settles_s: float
    gone_s: float
    rests_s: float


_PACES: dict[Event, Pace] = {
    Event.CHARGING_STARTED: Pace(60, 900, 1800),
    Event.CAR_FULL: Pace(60, 1800, 3600),
    Event.STALE: Pace(900, 900, 3 * 3600),
    Event.FAULT: Pace(600, 600, 3600),
    Event.MANUAL: Pace(30, 300, 1800),
}

UNPLUGGED = Pace(60, 30, 1800)
"""Of a charge whose car has left."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell to whoever wants one of its ``events``."""

    events: frozenset[Event]
    words: Words


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds now; ``words`` tells it, given the minutes that it has lasted."""

    event: Event
    words: Callable[[int], Words]


class Standing(Part):
    """How a condition stands: since when it holds, when it was last told, and since when it is gone."""

    since: Utc | None = None
    is_told: bool = False
    told_at: Utc | None = None
    gone_at: Utc | None = None


class Memory(Part):
    """What was told, kept over a restart. ``sent`` are the times of the last hour's messages, ``omitted`` counts those
    that were too many.
    """

    standings: dict[str, Standing] = Field(default_factory=dict)
    sent: tuple[Utc, ...] = ()
    omitted: int = 0


def look(memory: Memory, facts: Facts, wanted: frozenset[Event], now: datetime) -> tuple[Memory, list[Notice]]:
    """What is worth telling now of the ``wanted`` events, and what must be remembered before it is sent. What nobody
    wants counts as told, so that nobody who comes later is told of the past.
    """
    found = conditions(facts)
    standings: dict[str, Standing] = {}
    notices: list[Notice] = []
    for key in sorted({*memory.standings, *found}):
        before = memory.standings.get(key, Standing())
        standing, notice = _judge(key, before, found.get(key), facts, now)
        if notice is not None:
            notices.append(notice)
        if standing != Standing():
            standings[key] = standing
    for key in found:  # the message that the car is full says that the charge is over
        if key.startswith("full:") and standings[key].is_told:
            _close(standings, key.replace("full:", "charging:"))
    kept = Memory(standings=standings, sent=memory.sent, omitted=memory.omitted)
    return _bounded(kept, [notice for notice in notices if notice.events & wanted], now)


def conditions(facts: Facts) -> Mapping[str, Condition]:
    """All that holds now and may be told, by a key of its own."""
    found: dict[str, Condition] = {}
    for number, box in facts.boxes.items():
        found |= {f"{name}:{number}": condition for name, condition in _of_box(box).items()}
    for number, feed in facts.feeds.items():
        if feed.is_stale:
            found[f"stale:{number}"] = Condition(Event.STALE, partial(words.stale, feed.inverter.name, feed.state))
    for service in facts.away:
        found[f"away:{service}"] = Condition(Event.FAULT, partial(words.not_running, service))
    return found


def _of_box(box: Box) -> dict[str, Condition]:
    status, found = box.status, dict[str, Condition]()
    if status is None or status.link is LinkState.UNCONFIGURED:
        return found
    if not box.online or not status.is_online:
        found["away"] = Condition(Event.FAULT, partial(words.out_of_reach, box))
        return found
    if status.car is Car.CHARGING:
        found["charging"] = Condition(Event.CHARGING_STARTED, lambda _: words.charging(box))
    if status.error or status.car is Car.ERROR:
        found["error"] = Condition(Event.FAULT, lambda _: words.box_error(box))
    if box.decision is not None and box.decision.reason is Reason.CAR_FULL:
        found["full"] = Condition(Event.CAR_FULL, lambda _: words.full(box))
    if box.decision is not None and box.decision.reason is Reason.MANUAL:
        found["manual"] = Condition(Event.MANUAL, lambda _: words.manual(box))
    return found


def _judge(
    key: str, before: Standing, condition: Condition | None, facts: Facts, now: datetime
) -> tuple[Standing, Notice | None]:
    if condition is None:
        return _missed(key, before, facts, now)
    pace, since = _PACES[condition.event], min(before.since or now, now)
    standing = before.model_copy(update={"since": since, "gone_at": None})
    if before.is_told or not _has_rested(before, pace, now) or now - since < timedelta(seconds=pace.settles_s):
        return standing, None
    told = standing.model_copy(update={"is_told": True, "told_at": now})
    events = {condition.event, Event.CHARGING_STOPPED} if condition.event is Event.CAR_FULL else {condition.event}
    return told, Notice(frozenset(events), condition.words(int((now - since) / timedelta(minutes=1))))


def _missed(key: str, before: Standing, facts: Facts, now: datetime) -> tuple[Standing, Notice | None]:
    """A condition that does not hold now."""
    kind, _, number = key.partition(":")
    pace, box = _pace(kind), facts.boxes.get(int(number)) if number.isdigit() else None
    if kind == "charging" and box is not None and box.status is not None and box.status.has_car is False:
        pace = UNPLUGGED
    gone_at = min(before.gone_at or now, now)
    if before.is_told and now - gone_at < timedelta(seconds=pace.gone_s):
        return before.model_copy(update={"gone_at": gone_at}), None
    over = Standing() if _has_rested(before, pace, now) else Standing(told_at=before.told_at)
    if not before.is_told or kind != "charging" or box is None:
        return over, None
    return over, Notice(frozenset({Event.CHARGING_STOPPED}), words.stopped(box))


def _has_rested(standing: Standing, pace: Pace, now: datetime) -> bool:
    return standing.told_at is None or not timedelta(0) <= now - standing.told_at < timedelta(seconds=pace.rests_s)


def _pace(kind: str) -> Pace:
    by_kind = {
        "charging": Event.CHARGING_STARTED,
        "full": Event.CAR_FULL,
        "stale": Event.STALE,
        "manual": Event.MANUAL,
    }
    return _PACES[by_kind.get(kind, Event.FAULT)]


def _close(standings: dict[str, Standing], key: str) -> None:
    """Over, and nothing more to tell of it."""
    before = standings.get(key)
    if before is not None:
        standings[key] = Standing(told_at=before.told_at)


def _bounded(memory: Memory, notices: list[Notice], now: datetime) -> tuple[Memory, list[Notice]]:
    """No more than so many an hour; the next that goes says how many did not."""
    sent = [time for time in memory.sent if timedelta(0) <= now - time < HOUR]
    omitted, going = memory.omitted, list[Notice]()
    for notice in notices:
        if len(sent) >= MOST_AN_HOUR:
            omitted += 1
            continue
        going.append(Notice(notice.events, words.with_omitted(notice.words, omitted)))
        sent.append(now)
        omitted = 0
    return memory.model_copy(update={"sent": tuple(sent), "omitted": omitted}), going
