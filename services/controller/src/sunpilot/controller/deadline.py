"""So much energy by a time: the sun first, and from the grid as late as is still in time.

What was delivered is counted on the charger's own counter, so that a restart loses nothing. The grid part is a person's
order: it needs a fresh status, and no reading.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.order import Deadline
from sunpilot.controller.duration import duration

FULL_CAR_WH = 40_000.0
"""Planned for where a person wants the car full: nobody knows what it lacks."""

MARGIN = 1.05
MARGIN_S = 180.0
"""Kept for a slow start, a phase switch, and a car that takes a little less than it is offered."""

SLACK_S = 900.0
"""Charging from the grid, once begun, goes on until so much time is to spare: it must not flicker around its start."""


class Delivery(Part):
    """What was delivered towards the deadline that was set at ``set_at``; ``counter_wh`` is the counter at last
    sight.
    """

    set_at: Utc
    counter_wh: float | None = None
    delivered_wh: float = 0.0
    from_grid: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a deadline stands. ``starts_at`` is when charging from the grid must begin, ``needs_s`` how long it takes at
    ``amps``. ``is_due``: it must charge now.
    """

    deadline: Deadline
    remaining_wh: float
    needs_s: float
    starts_at: datetime
    amps: int
    is_due: bool

    @property
    def is_met(self) -> bool:
        """The energy is in the car."""
        return self.remaining_wh <= 0


def count(delivery: Delivery | None, deadline: Deadline, counter_wh: float | None) -> Delivery:
    """Take in the charger's counter. A new deadline counts from here; so does a counter that jumped back."""
    if delivery is None or delivery.set_at != deadline.set_at:
        return Delivery(set_at=deadline.set_at, counter_wh=counter_wh)
    if counter_wh is None:
        return delivery
    gained_wh = 0.0 if delivery.counter_wh is None else max(0.0, counter_wh - delivery.counter_wh)
    update = {"counter_wh": counter_wh, "delivered_wh": delivery.delivered_wh + gained_wh}
    return delivery.model_copy(update=update)


def plan(deadline: Deadline, delivery: Delivery, power_w: float, amps: int, now: datetime) -> Plan:
    """How the deadline stands, when the most that the charger can give is ``power_w`` (at ``amps`` per phase)."""
    wanted_wh = FULL_CAR_WH if deadline.energy_wh is None else deadline.energy_wh
    remaining_wh = max(0.0, wanted_wh - delivery.delivered_wh)
    needs_s = remaining_wh * 3600 / max(1.0, power_w)
    starts_at = deadline.at - timedelta(seconds=MARGIN * needs_s + MARGIN_S)
    begun_s = SLACK_S if delivery.from_grid else 0.0
    is_due = remaining_wh > 0 and now >= starts_at - timedelta(seconds=begun_s)
    return Plan(deadline, remaining_wh, needs_s, starts_at, amps, is_due)


def forecast(plan: Plan, zone: ZoneInfo, now: datetime) -> Text:
    """How the deadline stands, in one sentence."""
    by, starts = _clock(plan.deadline.at, zone, now), _clock(plan.starts_at, zone, now)
    needs = duration(plan.needs_s)
    energy = f"{plan.remaining_wh / 1000:.1f} kWh"
    energie = energy.replace(".", ",")
    if plan.is_met:
        return Text(en=f"All that was wanted by {by} is in the car.", de=f"Was bis {by} bestellt war, ist im Auto.")
    if plan.is_due:
        in_time = now + timedelta(seconds=plan.needs_s) <= plan.deadline.at
        late = "" if in_time else f"; that is later than {by}"
        spaet = "" if in_time else f"; das wird später als {by}"
        return Text(
            en=f"{energy} are missing by {by}: needs {needs} at {plan.amps} A{late}.",
            de=f"{energie} fehlen bis {by}: braucht {needs} mit {plan.amps} A{spaet}.",
        )
    return Text(
        en=f"{energy} by {by} needs {needs} at {plan.amps} A: starts at {starts} unless the sun delivers before.",
        de=f"{energie} bis {by} braucht {needs} mit {plan.amps} A: "
        f"Start um {starts}, wenn nicht vorher die Sonne liefert.",
    )


def _clock(time: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time of day there; with the date where that could be misunderstood."""
    local = time.astimezone(zone)
    return f"{local:%H:%M}" if abs(time - now) < timedelta(hours=20) else f"{local:%Y-%m-%d %H:%M}"
