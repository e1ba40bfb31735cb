"""Who leads, and what an old leader can no longer do."""

import asyncio

import fakeredis
import pytest

from sunpilot.contract.keys import Keys
from sunpilot.runtime.leader import RENEW_S, FencedError, Leader
from sunpilot.runtime.log import make_log
from sunpilot.runtime.store import Store, StoreDownError
from tests.support.virtual_time import VirtualClock, run

LOG = make_log("test", "error")


class Election:
    """Two candidates on one store; each campaign is one call."""

    def __init__(self) -> None:
        self.server = fakeredis.FakeServer()
        self.redis = fakeredis.FakeAsyncRedis(server=self.server, decode_responses=True)
        self.store = Store(self.redis, Keys())
        self.clock = VirtualClock()
        self.one = Leader(self.store, self.clock, "controller", "one", LOG)
        self.two = Leader(self.store, self.clock, "controller", "two", LOG)

    async def let_the_lease_lapse(self) -> None:
        await self.redis.delete("sunpilot:lease:controller")


async def campaign(leader: Leader) -> bool:
    await leader._campaign()
    return leader.epoch is not None


async def test_the_first_leads_and_the_second_stands_by() -> None:
    election = Election()
    assert await campaign(election.one)
    assert not await campaign(election.two)
    assert await campaign(election.one)


async def test_the_second_takes_over_with_a_higher_epoch_and_the_first_can_write_no_more() -> None:
    election = Election()
    await campaign(election.one)
    first_epoch = election.one.epoch
    await election.let_the_lease_lapse()
    assert await campaign(election.two)
    assert first_epoch is not None
    assert election.two.epoch is not None
    assert election.two.epoch > first_epoch
    await election.two.write([("SET", "x", "two")])
    with pytest.raises(FencedError):
        await election.one.write([("SET", "x", "one")])
    assert await election.redis.get("x") == "two"
    assert not await campaign(election.one)


async def test_a_lease_that_lapsed_unnoticed_is_taken_back_under_the_same_epoch() -> None:
    election = Election()
    await campaign(election.one)
    epoch = election.one.epoch
    await election.let_the_lease_lapse()
    assert await campaign(election.one)
    assert election.one.epoch == epoch


async def test_a_leader_outbids_the_epoch_that_a_bridge_remembers_after_the_store_was_lost() -> None:
    election = Election()
    await campaign(election.one)
    await election.redis.flushall()
    assert election.one.epoch is not None
    remembered = election.one.epoch + 5000
    await election.one.outbid(remembered)
    assert election.one.epoch == remembered + 1
    await election.one.write([("SET", "x", "1")])
    assert await election.redis.get("sunpilot:epoch:controller") == str(remembered + 1)


async def test_an_old_leader_that_wakes_up_does_not_outbid_its_successor() -> None:
    election = Election()
    await campaign(election.one)
    await election.let_the_lease_lapse()
    await campaign(election.two)
    assert election.two.epoch is not None
    await election.one.outbid(election.two.epoch)
    assert election.one.epoch is None
    with pytest.raises(FencedError):
        await election.one.write([])


async def test_a_write_is_all_or_nothing_for_a_fenced_leader_and_keeps_its_words() -> None:
    election = Election()
    await campaign(election.one)
    await election.one.write([("HSET", "h", "1", '{"a": 1.5, "ü": null}'), ("ZADD", "z", 12.25, "m")])
    assert await election.redis.hget("h", "1") == '{"a": 1.5, "ü": null}'
    assert await election.redis.zscore("z", "m") == 12.25


async def test_without_store_a_leader_stays_and_a_candidate_does_not_become_one() -> None:
    election = Election()
    await campaign(election.one)
    election.server.connected = False
    assert await campaign(election.one)
    assert not election.one.store_answers
    with pytest.raises(StoreDownError):
        await election.one.write([])
    assert not await campaign(election.two)


async def test_resigning_lets_a_standby_lead_at_once() -> None:
    election = Election()
    await campaign(election.one)
    await election.one.resign()
    assert await campaign(election.two)


def test_a_lease_outlives_two_missed_renewals() -> None:
    assert RENEW_S * 3 <= 6.0


def test_a_leader_that_slept_through_its_lease_is_not_sure_until_it_has_asked_the_store() -> None:
    async def story() -> None:
        election = Election()
        assert not election.one.is_sure
        await campaign(election.one)
        assert election.one.is_sure
        await asyncio.sleep(5.9)
        assert election.one.is_sure
        await asyncio.sleep(0.2)
        assert not election.one.is_sure
        await campaign(election.one)
        assert election.one.is_sure

    run(story())


def test_a_leader_whose_store_is_away_stays_sure() -> None:
    async def story() -> None:
        election = Election()
        await campaign(election.one)
        election.server.connected = False
        await campaign(election.one)
        await asyncio.sleep(600)
        assert election.one.is_sure

    run(story())
