"""The count of one Wattpilot's charging session, from plug-in to unplug. Time comes in as an argument."""

from datetime import datetime, timedelta

from sunpilot.contract.decision import Reason
from sunpilot.contract.house import House
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.session import Session
from sunpilot.contract.status import FRESH_STATUS, Car, Status
from sunpilot.controller.connection import box_phases
from sunpilot.controller.mix import Mix

MOST_W = 25_000.0
"""No Wattpilot charges with more; a counter that ran faster is another one's (Wattpilot Flex: 22 kW)."""

COUNTER_SLACK_WH = 50.0
"""A counter may be that much behind."""


class Tally(Part):
    """A session with what is needed to go on counting it, also after a restart or by another controller.

    ``session`` is the running or last one, ``before`` the one before that. ``counter_wh`` is the box's counter as last
    known, ``summed_wh`` what was summed from its power since. ``covered_until`` is how far readings have been counted.
    ``is_switching`` while a charge only pauses to change phases.
    """

    session: Session | None = None
    before: Session | None = None
    seen_at: Utc | None = None
    was_plugged: bool | None = None
    was_charging: bool = False
    is_switching: bool = False
    power_w: float | None = None
    phases: int | None = None
    counter_wh: float | None = None
    summed_wh: float = 0.0
    reason: str | None = None
    decided_at: Utc | None = None
    covered_until: Utc | None = None

    @property
    def running(self) -> Session | None:
        """The session that has not ended."""
        return self.session if self.session is not None and self.session.ended_at is None else None

    @property
    def stamps(self) -> tuple[datetime | None, ...]:
        """All times that it rests on."""
        return (self.seen_at, self.decided_at, self.covered_until)


def afresh(tally: Tally) -> Tally:
    """After a step of the clock: what was counted stays, but no time since then is known."""
    return tally.model_copy(update={"seen_at": None, "decided_at": None, "covered_until": None})


def see(tally: Tally, status: Status, now: datetime) -> Tally:
    """Count on with a live status. One that does not tell of a car changes nothing: the car is still there, or not."""
    if not status.is_online or status.has_car is None:
        return tally
    if tally.running is not None:
        tally = _go_on(tally, status, now) if status.has_car else _end(_go_on(tally, status, now), now)
    elif status.has_car:
        tally = _begin(tally, status, now)
    is_charging = status.car is Car.CHARGING
    return tally.model_copy(
        update={
            "seen_at": now,
            "was_plugged": status.has_car,
            "was_charging": is_charging,
            "is_switching": not is_charging
            and (tally.is_switching or (tally.was_charging and _switches(tally.reason))),
            "power_w": status.power_w,
            "phases": box_phases(status) or tally.phases,
            "counter_wh": tally.counter_wh if status.energy_wh is None else status.energy_wh,
            "summed_wh": tally.summed_wh if status.energy_wh is None else 0.0,
        }
    )


def decide(tally: Tally, reason: str, now: datetime) -> Tally:
    """A decision: the time since the one before belongs to that one's reason."""
    session = tally.running
    if session is not None and tally.reason is not None:
        held_s = _since_s(tally.decided_at, now)
        reasons_s = {**session.reasons_s, tally.reason: session.reasons_s.get(tally.reason, 0.0) + held_s}
        tally = tally.model_copy(update={"session": session.model_copy(update={"reasons_s": reasons_s})})
    is_switching = tally.is_switching and _switches(reason)
    return tally.model_copy(update={"reason": reason, "decided_at": now, "is_switching": is_switching})


def cover(session: Session, seconds: float, energy_wh: float, mix: Mix, house: House) -> Session:
    """A reading tells where this energy of so many seconds came from; the house's prices of now say what it costs."""
    grid_wh = energy_wh * mix.grid
    sun_wh = energy_wh - grid_wh
    battery_wh = session.battery_wh
    if mix.battery is not None:
        battery_wh = (battery_wh or 0.0) + energy_wh * mix.battery
    cost = (grid_wh * house.import_price + sun_wh * house.feed_in_price) / 1000
    return session.model_copy(
        update={
            "covered_s": session.covered_s + seconds,
            "sun_wh": (session.sun_wh or 0.0) + sun_wh,
            "battery_wh": battery_wh,
            "grid_wh": (session.grid_wh or 0.0) + grid_wh,
            "cost": (session.cost or 0.0) + cost,
            "saved": (session.saved or 0.0) + energy_wh * house.import_price / 1000 - cost,
            "currency": house.currency,
        }
    )


def _begin(tally: Tally, status: Status, now: datetime) -> Tally:
    last = tally.session
    number = int(now.timestamp())
    session = Session(
        id=number if last is None else max(number, last.id + 1),
        at=now,
        started_at=now,
        seen_from_start=tally.was_plugged is False and _is_in_sight(tally.seen_at, now),
        energy_wh=None if status.energy_wh is None else 0.0,
        peak_w=status.power_w,
        starts=int(status.car is Car.CHARGING),
    )
    return tally.model_copy(update={"session": session, "before": last, "summed_wh": 0.0, "reason": None})


def _go_on(tally: Tally, status: Status, now: datetime) -> Tally:
    session = tally.running
    if session is None:
        return tally
    passed_s = _since_s(tally.seen_at, now)
    phases = box_phases(status)
    has_switched = None not in (phases, tally.phases) and phases != tally.phases
    has_started = status.car is Car.CHARGING and not tally.was_charging and not tally.is_switching
    summed_wh = None if tally.power_w is None else tally.power_w * passed_s / 3600
    counted_wh = _counted_wh(tally, status, now)
    more_wh = summed_wh if counted_wh is None else counted_wh - tally.summed_wh
    energy_wh = session.energy_wh if more_wh is None else (session.energy_wh or 0.0) + more_wh
    powers_w = [power_w for power_w in (session.peak_w, status.power_w) if power_w is not None]
    session = session.model_copy(
        update={
            "at": now,
            "plugged_s": max(session.plugged_s, (now - session.started_at).total_seconds()),
            "charging_s": session.charging_s + (passed_s if tally.was_charging else 0.0),
            "energy_wh": energy_wh,
            "peak_w": max(powers_w, default=None),
            "starts": session.starts + int(has_started),
            "phase_switches": session.phase_switches + int(has_switched),
        }
    )
    return tally.model_copy(update={"session": session, "summed_wh": tally.summed_wh + (summed_wh or 0.0)})


def _end(tally: Tally, now: datetime) -> Tally:
    """The car is gone: since now or, where nobody looked, since it was last seen."""
    session = tally.running
    if session is None:
        return tally
    if tally.reason is not None:
        session = decide(tally, tally.reason, now).running or session
    ended_at = now if tally.seen_at is None or _is_in_sight(tally.seen_at, now) else tally.seen_at
    plugged_s = max(0.0, (ended_at - session.started_at).total_seconds())
    return tally.model_copy(
        update={"session": session.model_copy(update={"ended_at": ended_at, "plugged_s": plugged_s}), "reason": None}
    )


def _counted_wh(tally: Tally, status: Status, now: datetime) -> float | None:
    """What the box's counter says since it was last known; None: it does not tell, or it is another one."""
    if status.energy_wh is None or tally.counter_wh is None:
        return None
    counted_wh = status.energy_wh - tally.counter_wh
    hours = 1.0 if tally.seen_at is None else (now - tally.seen_at) / timedelta(hours=1)
    is_possible = 0 <= counted_wh <= MOST_W * max(0.0, hours) + tally.summed_wh + COUNTER_SLACK_WH
    return counted_wh if is_possible else None


def _switches(reason: str | None) -> bool:
    return reason == Reason.SWITCHING_PHASES


def _since_s(time: datetime | None, now: datetime) -> float:
    """The seconds since a time, 0 where nobody looked in between."""
    return (now - time).total_seconds() if _is_in_sight(time, now) and time is not None else 0.0


def _is_in_sight(time: datetime | None, now: datetime) -> bool:
    return time is not None and timedelta(0) <= now - time <= FRESH_STATUS
