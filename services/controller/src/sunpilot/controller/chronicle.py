"""The chronicle: what a leader writes into the store of decisions, powers and days, as commands."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sunpilot.contract.history import DayTotal
from sunpilot.contract.house import House
from sunpilot.contract.keys import Keys
from sunpilot.controller.history import History
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.records import Records, load_day
from sunpilot.controller.replay import recorded
from sunpilot.controller.site import Site
from sunpilot.runtime.leader import Command
from sunpilot.runtime.store import Store


class Chronicle:
    """Keeps only what is news, and only so much of it."""

    def __init__(self, keys: Keys) -> None:
        self._records = Records(keys)
        self._history = History()

    async def load(self, store: Store, house: House, now: datetime) -> None:
        """Go on with the days that an earlier leader counted; raises what `Store` raises."""
        today = _today(house, now)
        for day in (today - timedelta(days=1), today):
            total = await load_day(store, house.id, day.isoformat())
            if total is not None:
                self._history.restore(house.id, total)

    def decision(self, wattpilot_id: int, outcome: Outcome) -> list[Command]:
        """A decision: for the replay each, for the history those that differ."""
        commands = self._records.log(wattpilot_id, recorded(outcome.situation, outcome.judgement))
        decided = self._history.decided(wattpilot_id, outcome.decision)
        return commands if decided is None else [*commands, *self._records.decided(wattpilot_id, decided)]

    def is_due(self, houses: Iterable[int], now: datetime) -> bool:
        """The powers of one of these houses are to be kept now."""
        return any(self._history.is_due(house_id, now) for house_id in houses)

    def powers(self, sites: Mapping[int, Site], now: datetime) -> list[Command]:
        """The powers of each house, every 10 s."""
        due = [(house_id, site) for house_id, site in sites.items() if self._history.is_due(house_id, now)]
        samples = ((h, self._history.sample(h, site.accounted(now), site.car_w(now), now)) for h, site in due)
        return [command for house_id, sample in samples for command in self._records.sample(house_id, sample)]

    def day(self, site: Site, now: datetime) -> DayTotal | None:
        """A house's day so far, with a reading that has just come in; None where that adds nothing."""
        reading = site.accounted(now)
        return None if reading is None else self._history.day(site.premises.house, reading, site.own_w)

    def running_days(self, sites: Mapping[int, Site], now: datetime) -> dict[int, DayTotal]:
        """What is counted of today, by house; one without a reading since midnight is left out."""
        days = {house_id: (site.premises.house, self._history.last_day(house_id)) for house_id, site in sites.items()}
        return {h: day for h, (house, day) in days.items() if day is not None and day.day == f"{_today(house, now)}"}


def _today(house: House, now: datetime) -> date:
    return now.astimezone(ZoneInfo(house.time_zone)).date()
