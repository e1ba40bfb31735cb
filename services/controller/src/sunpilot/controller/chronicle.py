"""The chronicle: what a leader writes into the store of decisions, powers and days, as commands."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.keys import Keys
from sunpilot.controller.history import History, sample
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.records import Records, load_day
from sunpilot.controller.replay import recorded
from sunpilot.controller.site import Ruled, Site
from sunpilot.runtime.leader import Command
from sunpilot.runtime.store import Store


class Chronicle:
    """Keeps only what is news, and only so much of it."""

    def __init__(self, keys: Keys) -> None:
        self._records = Records(keys)
        self._history = History()

    async def load(self, store: Store, house: House, now: datetime) -> None:
        """Go on with the days that an earlier leader counted; raises what `Store` raises."""
        today = now.astimezone(ZoneInfo(house.time_zone)).date()
        for day in (today - timedelta(days=1), today):
            total = await load_day(store, house.id, day.isoformat())
            if total is not None:
                self._history.restore(house.id, total)

    def decision(self, wattpilot_id: int, outcome: Outcome) -> list[Command]:
        """A decision: for the replay each, for the history those that differ."""
        commands = self._records.log(wattpilot_id, recorded(outcome.situation, outcome.judgement))
        decided = self._history.decided(wattpilot_id, outcome.decision)
        return commands if decided is None else [*commands, *self._records.decided(wattpilot_id, decided)]

    def powers(self, site: Site, ruled: Ruled, now: datetime) -> list[Command]:
        """A house's powers, every 10 s."""
        house = _house(ruled)
        if not self._history.is_due(house.id, now):
            return []
        return self._records.sample(house.id, sample(site.reading(ruled, now), site.car_w(now), now))

    def day(self, site: Site, ruled: Ruled, now: datetime) -> DayTotal | None:
        """A house's day so far, with a reading that has just come in; None where that adds nothing."""
        reading = site.reading(ruled, now)
        return None if reading is None else self._history.day(_house(ruled), reading, site.own_w(ruled))


def _house(ruled: Ruled) -> House:
    return next(iter(ruled.values())).house
