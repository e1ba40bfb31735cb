"""What is published of an inverter, and by whom."""

import asyncio

from sunpilot.fetcher.assignment import Assignment
from sunpilot.fetcher.credentials import StoredSecrets
from sunpilot.fetcher.listener import Listener
from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.memory import Memory
from sunpilot.fetcher.outlet import Outlet
from sunpilot.fetcher.record import Record
from sunpilot.fetcher.source import Lines
from sunpilot.fetcher.subscriptions import Subscriptions
from sunpilot.fetcher.sun import Place
from sunpilot.runtime.leader import Leader
from tests.support.virtual_time import run
from tests.unit.fetcher.test_fallback import METER
from tests.unit.fetcher.world import TOPICS, World


def test_a_fetcher_that_is_not_sure_to_lead_says_nothing_until_it_is() -> None:
    async def story() -> None:
        world = World()
        lines = Lines(world.ask_cloud, Subscriptions(world.person), world.clock, world.log)
        leader = Leader(world.store, world.clock, "fetcher", "one", world.log)
        record = Record(world.store, leader, world.clock, "1", world.log)
        assignment = Assignment("1", METER, StoredSecrets(), Place(48.0, 12.0), car=False)
        feed = Listener(assignment, record, lines, lambda: None)
        now = world.clock.now()
        record.memory = Memory().measured(Measurement("meter", now, grid_w=5.0), now, assignment.budget)
        outlet = Outlet(1, world.person, TOPICS, world.clock, lambda: leader.is_sure)
        outlet.publish_state(feed, feed)
        assert outlet.publish_reading(feed, feed) > 0
        await asyncio.sleep(1)
        assert world.readings == []
        assert world.states == []
        leader.epoch = 1
        outlet.publish_state(feed, feed)
        assert outlet.publish_reading(feed, feed) == 0
        await asyncio.sleep(1)
        assert [reading.grid_w for reading in world.readings] == [5.0]
        assert len(world.states) == 1

    run(story())
