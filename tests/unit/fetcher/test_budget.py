"""Whole days and a whole month on the simulated cloud, by its own counters: nobody is ever asked too often."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import fakeredis
import pytest
import structlog
from pydantic import SecretStr
from structlog.testing import LogCapture

from sunpilot.contract.keys import Keys
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1, SolarEdgeV2
from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.credentials import StoredSecrets
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.poller import Poller
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.fetcher.sun import Place
from sunpilot.runtime.leader import Leader
from sunpilot.runtime.store import Store
from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.subscription import DayPolicy
from tests.support.cloud_wire import ask
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run
from tests.unit.fetcher.world import TOKEN

DAY_S = 86_400.0
JUNE = datetime(2027, 6, 20, 22, tzinfo=UTC)  # midnight at the site
DECEMBER = datetime(2027, 12, 20, 23, tzinfo=UTC)
JULY = datetime(2027, 6, 30, 22, tzinfo=UTC)
PLACE = Place(48.0, 12.0)
ZONE = ZoneInfo("Europe/Berlin")


class Roof:
    """A house under the simulated cloud, with a car that is always there, and a poller that is started anew again and
    again, as after a restart: what it knows is what the store has kept.
    """

    def __init__(self, start: datetime, source: SolarEdgeV1 | SolarEdgeV2, policy: DayPolicy) -> None:
        self.clock = VirtualClock(start)
        self.cloud = Cloud(self.clock.now, Subscription(1234567, TOKEN, ZONE, api_key=TOKEN))
        self.cloud.options.day_policy = policy
        self.calls: list[datetime] = []
        self.readings: list[Reading] = []
        self.note: Callable[[Record], None] = self._note
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        self._store = Store(redis, Keys())
        log = structlog.wrap_logger(None, processors=[LogCapture()])
        self._leader = Leader(self._store, self.clock, "fetcher", "test", log)
        self._leader.epoch = 1
        subscriptions = Subscriptions(MemoryBroker().client())
        self._lines = Lines(self._ask, subscriptions, self.clock, log)
        self._order = Assignment("1", source, StoredSecrets(SecretStr(TOKEN)), PLACE, car=True)
        self._rng = Random(1)

    async def live(self, days: int, restarts_a_day: int) -> None:
        """Let so many days pass."""
        house = asyncio.ensure_future(self._house())
        for _ in range(days * restarts_a_day):
            record = Record(self._store, self._leader, self.clock, "1", self._lines.log)
            await record.load()
            poller = Poller(self._order, record, self._lines, self._rng, partial(self.note, record))
            polling = asyncio.ensure_future(poller.run())
            await asyncio.sleep(DAY_S / restarts_a_day)
            polling.cancel()
            await asyncio.wait([polling])
        house.cancel()

    async def _ask(self, request: HttpRequest) -> HttpAnswer:
        self.calls.append(self.clock.now())
        return await ask(self.cloud, request)

    async def _house(self) -> None:
        """The load changes every minute."""
        while True:
            now = self.clock.now()
            load_w = 500.0 + now.timestamp() // 60 % 97 * 20
            self.cloud.observe(Truth(at=now, day_time=now, pv_w=0.0, load_w=load_w, car_w=0.0, grid_w=load_w))
            await asyncio.sleep(300 if self._order.budget.window_s else 60)

    def _note(self, record: Record) -> None:
        assert record.memory.outcome in (Outcome.OK, Outcome.UNCHANGED)
        if record.memory.reading is not None:
            self.readings.append(record.memory.reading)


@pytest.mark.parametrize("policy", DayPolicy)
@pytest.mark.parametrize(("start", "fewest"), [(JUNE, 265), (DECEMBER, 265)])
def test_v1_is_never_asked_too_often_whatever_it_means_by_a_day(
    start: datetime, fewest: int, policy: DayPolicy
) -> None:
    roof = Roof(start, SolarEdgeV1(site_id="1234567"), policy)
    roof.cloud.options.upload_interval_s = 60
    run(roof.live(days=2, restarts_a_day=96))
    assert set(roof.cloud.calls) == {200}
    assert roof.cloud.calls.total() == len(roof.calls)
    for call in roof.calls:
        assert sum(call - timedelta(hours=24) < other <= call for other in roof.calls) <= 290
    assert len([call for call in roof.calls if call < start + timedelta(hours=24)]) >= fewest


def test_v1s_refreshes_are_met_once_the_rhythm_is_known() -> None:
    roof = Roof(JUNE, SolarEdgeV1(site_id="1234567"), DayPolicy.SLIDING)
    run(roof.live(days=2, restarts_a_day=5))
    second = [call for call in roof.calls if call > JUNE + timedelta(hours=24) and PLACE.height_deg(call) > 5]
    # The twin shows a new value 60 s after each full 5 minutes; so fresh, there are 12 to see in each of 14.7 hours.
    late_s = [(call.timestamp() - 60) % 300 for call in second[1:]]
    assert len(second) == pytest.approx(176, abs=8)
    assert max(late_s) < 60
    assert sum(late_s) / len(late_s) < 30


def test_a_july_on_v2_costs_one_call_per_closed_window_and_fits_into_a_month_of_the_free_tier() -> None:
    roof = Roof(JULY, SolarEdgeV2(site_id="1234567", api="v2"), DayPolicy.SLIDING)
    run(roof.live(days=31, restarts_a_day=3))
    assert set(roof.cloud.calls) == {200}
    # 1786 windows with the sun above 5° at 48° N, as computed for SolarEdge V2's budget; the rest is the display.
    assert 1786 <= roof.cloud.calls.total() <= 2000
    windows = [(call.timestamp() - 90) // 900 for call in roof.calls]
    assert len(set(windows)) == len(windows)
    useful = [call for call in roof.calls if PLACE.height_deg(call) > 5]
    in_time = [call for call in useful if 90 <= call.timestamp() % 900 <= 151]
    assert len(in_time) >= 0.97 * len(useful)  # the first of a morning comes with the sun
    times = [reading.measured_at for reading in roof.readings]
    assert all(early is not None and late is not None and early <= late for early, late in pairwise(times))
    assert len(set(times)) >= 1786


def test_a_retry_that_was_shown_a_window_early_is_not_followed_by_another_call_for_it() -> None:
    roof = Roof(JUNE + timedelta(hours=6), SolarEdgeV2(site_id="1234567", api="v2"), DayPolicy.SLIDING)
    outcomes: list[Outcome | None] = []
    roof.note = lambda record: outcomes.append(record.memory.outcome)

    async def story() -> None:
        day = asyncio.ensure_future(roof.live(days=1, restarts_a_day=1))
        for faults in [4, 3, 2, 1] * 6:  # so the retries come at all times after the end of a window
            await asyncio.sleep(1800)
            roof.cloud.faults.set("status_503", faults)
        day.cancel()
        await asyncio.wait([day])

    run(story())
    assert outcomes.count(Outcome.SERVER) > 40
    assert outcomes.count(Outcome.OK) > 20
    assert Outcome.UNCHANGED not in outcomes
