"""How many ask the store at once, and what those hear who wait in the queue."""

import asyncio
from collections import Counter

import fakeredis
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from sunpilot.contract.keys import Keys
from sunpilot.runtime.store import CONNECTIONS, TURN_S, Store, StoreDownError
from tests.support.virtual_time import run


class Crowd:
    """Commands that take a while each, and what came of them when."""

    def __init__(self, command_s: float, dead: bool = False) -> None:
        self.store = Store(fakeredis.FakeAsyncRedis(), Keys())
        self.command_s = command_s
        self.dead = dead
        self.at_once = self.most_at_once = 0
        self.heard: list[tuple[str, float]] = []

    async def command(self) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.command_s)
        finally:
            self.at_once -= 1
        if self.dead:
            raise RedisConnectionError
        return "answer"

    async def ask(self) -> None:
        try:
            outcome = await self.store.call(self.command())
        except StoreDownError as error:
            outcome = type(error).__name__
        self.heard.append((outcome, round(asyncio.get_running_loop().time(), 6)))

    async def come(self, callers: int) -> None:
        await asyncio.gather(*(self.ask() for _ in range(callers)))


def test_of_a_crowd_all_are_served_in_turn_and_never_more_at_once_than_there_are_connections() -> None:
    crowd = Crowd(command_s=0.1)
    run(crowd.come(128))
    assert Counter(outcome for outcome, _ in crowd.heard) == {"answer": 128}
    assert crowd.most_at_once == CONNECTIONS
    assert crowd.heard[-1][1] == pytest.approx(1.6)  # 128 commands, 8 at a time, 0.1 s each


def test_who_waits_too_long_hears_that_the_store_is_busy_and_the_next_is_served() -> None:
    crowd = Crowd(command_s=2.0)

    async def scene() -> None:
        many = asyncio.create_task(crowd.come(CONNECTIONS * 4))
        await asyncio.sleep(TURN_S + 0.1)
        await crowd.come(1)
        await many

    run(scene())
    busy = [at_s for outcome, at_s in crowd.heard if outcome == "StoreBusyError"]
    assert busy == [TURN_S] * CONNECTIONS  # at 5 s the third eight are at work, and the last wait
    assert crowd.heard[-1] == ("answer", 8.0)


def test_a_dead_store_is_told_to_the_whole_queue_as_soon_as_the_first_know() -> None:
    crowd = Crowd(command_s=0.5, dead=True)
    run(crowd.come(200))
    assert Counter(crowd.heard) == {("StoreDownError", 0.5): 200}


def test_who_gives_up_in_the_queue_leaves_nothing_behind() -> None:
    crowd = Crowd(command_s=1.0)

    async def scene() -> None:
        first = asyncio.create_task(crowd.come(CONNECTIONS))
        impatient = asyncio.create_task(crowd.come(20))
        await asyncio.sleep(0.5)
        impatient.cancel()
        await first
        await crowd.come(CONNECTIONS)

    run(scene())
    assert Counter(crowd.heard) == {("answer", 1.0): CONNECTIONS, ("answer", 2.0): CONNECTIONS}
