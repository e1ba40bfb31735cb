"""What is worth keeping: decisions that differ, powers every 10 s, and the energies of each day. Time comes in."""

from datetime import datetime, timedelta

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import DayTotal, Decided, Sample
from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.controller.energy import added, new_day
from sunpilot.controller.span import spoken_for

SAMPLE_EVERY = timedelta(seconds=10)

KEPT_DAYS = 2
"""A slow source tells of yesterday's end after midnight."""


class History:
    """Remembers what was kept last, so that only news is kept. Ids are of Wattpilots and of houses."""

    def __init__(self) -> None:
        self._decided: dict[int, Decision] = {}
        self._sampled_at: dict[int, datetime] = {}
        self._measured_at: dict[int, datetime] = {}
        self._days: dict[int, dict[str, DayTotal]] = {}

    def restore(self, house_id: int, day: DayTotal) -> None:
        """Go on with a day that an earlier leader counted."""
        if self._days.setdefault(house_id, {}).setdefault(day.day, day) is day and day.measured_until is not None:
            latest = max(day.measured_until, self._measured_at.get(house_id, day.measured_until))
            self._measured_at[house_id] = latest

    def decided(self, wattpilot_id: int, decision: Decision) -> Decided | None:
        """The decision, if it is another than the last: a countdown is no news, nor is a current that no word of the
        sentence depends on.
        """
        before, self._decided[wattpilot_id] = self._decided.get(wattpilot_id), decision
        if before is not None and _reads_alike(before, decision):
            return None
        return Decided(
            at=decision.at,
            reason=decision.reason,
            text=decision.text,
            action=decision.action,
            amps=decision.amps,
            phases=decision.phases,
        )

    def is_due(self, house_id: int, now: datetime) -> bool:
        """A sample of this house's powers is to be kept now."""
        before = self._sampled_at.get(house_id)
        return before is None or not before <= now < before + SAMPLE_EVERY

    def sample(self, house_id: int, reading: Reading | None, car_w: float | None, now: datetime) -> Sample:
        """A house's powers: of the grid as last measured, of its cars now. ``reading`` None: none that is fresh."""
        self._sampled_at[house_id] = now
        return Sample(
            at=now,
            grid_w=None if reading is None else reading.grid_w,
            pv_w=None if reading is None else reading.pv_w,
            load_w=None if reading is None else reading.load_w,
            battery_w=None if reading is None else reading.battery_w,
            soc_pct=None if reading is None else reading.soc_pct,
            car_w=car_w,
        )

    def last_day(self, house_id: int) -> DayTotal | None:
        """The day that was counted last."""
        days = self._days.get(house_id)
        return days[max(days)] if days else None

    def day(self, house: House, reading: Reading, car_w: float | None) -> DayTotal | None:
        """The day with a new reading, in which most of the time lies that it speaks for; None where that is none.

        ``car_w`` is what the cars drew then; None: not known.
        """
        span = spoken_for(reading, self._measured_at.get(house.id))
        self._measured_at[house.id] = reading.time
        if reading.grid_w is None or span.seconds <= 0:
            return None
        begun = new_day(house, span.middle)
        days = self._days.setdefault(house.id, {})
        total = days.get(begun.day, begun).model_copy(update={"began_at": begun.began_at})
        days[begun.day] = total = added(total, house, reading, reading.grid_w, car_w, span.seconds / 3600)
        while len(days) > KEPT_DAYS:
            del days[min(days)]
        return total


def _reads_alike(one: Decision, other: Decision) -> bool:
    is_same = (one.reason, one.action, one.phases) == (other.reason, other.action, other.phases)
    return is_same and (one.amps == other.amps or one.text == other.text)
