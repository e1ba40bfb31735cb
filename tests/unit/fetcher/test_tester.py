"""Trying a source before it is configured: what is answered, what it costs, and what it leaves alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1, Source
from sunpilot.contract.source_test import ANSWER_S, SourceTest, SourceTestAnswer
from sunpilot.fetcher.http import HttpAnswer
from tests.support.virtual_time import run
from tests.unit.fetcher.world import KEYS, TOKEN, TOPICS, World

CLOUD = SolarEdgeV1(site_id="1234567")
METER = MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter"))
REQUEST = "r4nd0m-request_1"
SECRET = "SECRETOFTHETRIAL0123456789ABCDEF"


def tell(story: Callable[[World], Awaitable[None]]) -> World:
    async def play() -> World:
        world = World()
        await story(world)
        return world

    return run(play())


async def try_out(
    world: World, source: Source, token: str | None = None, slot: str | None = None, request: str = REQUEST
) -> None:
    """Ask as the api does."""
    test = SourceTest(source=source, token=token, slot=slot)
    await world.redis.set(KEYS.source_test(request), test.model_dump_json(), ex=30)
    world.person.publish(TOPICS.source_test(request), b"")
    await world.settle()


def answers(world: World, request: str = REQUEST) -> list[SourceTestAnswer]:
    return [decode(SourceTestAnswer, payload) for payload in world.broker.sent(TOPICS.source_test_answer(request))]


def test_a_source_that_works_is_answered_with_its_reading_and_nothing_is_kept() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await try_out(world, CLOUD, SECRET)
            (answer,) = answers(world)
            assert answer.outcome is Outcome.OK
            assert answer.reading is not None
            assert answer.reading.grid_w == 1001.0
            assert answer.text.de == "Die Quelle funktioniert."
            assert SECRET in world.cloud.addresses[0]
            assert await world.redis.exists(KEYS.source_test(REQUEST)) == 0
            assert await world.redis.keys("sunpilot:calls:*") == []
            assert world.readings == []

    world = tell(story)
    assert TOPICS.source_test_answer(REQUEST) not in world.broker.retained


@pytest.mark.parametrize(
    ("status", "outcome", "advice"), [(401, Outcome.AUTH, "token"), (410, Outcome.RETIRED, "retired")]
)
def test_a_source_that_refuses_is_answered_in_plain_words_without_the_token(
    status: int, outcome: Outcome, advice: str
) -> None:
    async def story(world: World) -> None:
        world.cloud.answer = lambda: HttpAnswer(status, "text/plain", SECRET.encode())
        async with world.fetcher():
            await try_out(world, CLOUD, SECRET)
            (answer,) = answers(world)
            assert answer.outcome is outcome
            assert advice in answer.text.en
            assert answer.text.de != answer.text.en
            assert answer.reading is None

    world = tell(story)
    assert not [message for message in world.broker.log if SECRET.encode() in message[1]]
    assert SECRET not in repr(world.logs.entries)


def test_a_source_that_never_answers_is_answered_in_time() -> None:
    async def story(world: World) -> None:
        world.cloud.latency_s = 60
        async with world.fetcher():
            await try_out(world, CLOUD, SECRET)
            await asyncio.sleep(ANSWER_S - 0.5)
            (answer,) = answers(world)
            assert answer.outcome is Outcome.NETWORK
            assert "within 9 s" in answer.text.en

    tell(story)


def test_a_meter_that_sends_nothing_is_looked_for_by_its_topics() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await try_out(world, METER)
            await asyncio.sleep(ANSWER_S - 0.5)
            (answer,) = answers(world)
            assert answer.outcome is Outcome.SILENT
            assert "topics" in answer.text.en

    tell(story)


def test_one_that_is_slow_does_not_keep_another_waiting() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await try_out(world, METER)
            await try_out(world, CLOUD, SECRET, request="another")
            assert len(answers(world, "another")) == 1
            assert answers(world) == []

    tell(story)


def test_a_meter_is_tried_by_waiting_for_what_it_sends() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await try_out(world, METER)
            assert answers(world) == []
            world.person.publish("meter", b"-432.5")
            await world.settle()
            (answer,) = answers(world)
            assert answer.reading is not None
            assert answer.reading.grid_w == -432.5

    tell(story)


def test_a_meter_of_generation_alone_works_and_is_told_what_it_is_enough_for() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await try_out(world, MqttMeter(kind="mqtt-meter", pv=MeterValue(topic="roof")))
            world.person.publish("roof", b"2500")
            await world.settle()
            (answer,) = answers(world)
            assert answer.text.en.startswith("The source works and gives generation, but no grid power. That is enough")
            assert answer.text.de.startswith("Die Quelle funktioniert und liefert Erzeugung, aber keine Netzleistung.")

    tell(story)


def test_without_a_token_the_stored_one_of_the_slot_serves() -> None:
    async def story(world: World) -> None:
        await world.set_up(CLOUD)
        async with world.fetcher():
            await asyncio.sleep(10)
            await try_out(world, SolarEdgeV1(site_id="7654321"), slot="1")
            assert answers(world)[0].outcome is Outcome.OK
            assert world.cloud.addresses[-1].startswith("https://monitoringapi.solaredge.com/site/7654321/")
            assert TOKEN in world.cloud.addresses[-1]

    tell(story)


def test_a_token_does_not_go_to_another_place_than_the_one_it_was_given_for() -> None:
    async def story(world: World) -> None:
        await world.set_up(CLOUD)
        async with world.fetcher():
            await asyncio.sleep(10)
            await try_out(world, SolarEdgeV1(site_id="1234567", url="http://elsewhere"), slot="1")
            assert answers(world)[0].outcome is Outcome.AUTH
            assert not [address for address in world.cloud.addresses if "elsewhere" in address]

    tell(story)


def test_a_trial_of_a_configured_site_is_booked_on_its_quota_and_changes_nothing_else() -> None:
    async def story(world: World) -> None:
        await world.set_up(CLOUD)
        async with world.fetcher():
            await asyncio.sleep(10)
            before = await world.redis.get(KEYS.source("1"))
            world.cloud.answer = lambda: HttpAnswer(401, "text/plain", b"no")
            await try_out(world, CLOUD, SECRET)
            assert answers(world)[0].outcome is Outcome.AUTH
            assert await world.redis.zcard(KEYS.calls("1")) == 2
            assert await world.redis.get(KEYS.source("1")) == before
            assert [state.outcome for state in world.states] == [Outcome.OK]

    tell(story)


def test_a_used_up_quota_is_not_overdrawn_by_a_trial() -> None:
    async def story(world: World) -> None:
        source = SolarEdgeV1(site_id="1234567", calls_per_day=1)
        await world.set_up(source)
        async with world.fetcher():
            await asyncio.sleep(10)
            await try_out(world, source, SECRET)
            assert answers(world)[0].outcome is Outcome.REFUSED
            assert len(world.cloud.asked) == 1

    tell(story)


def test_what_cannot_be_read_is_answered_and_what_is_gone_is_not() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            await world.redis.set(KEYS.source_test(REQUEST), json.dumps({"source": {"kind": "wind"}, "token": SECRET}))
            world.person.publish(TOPICS.source_test(REQUEST), b"")
            await world.settle()
            assert [answer.outcome for answer in answers(world)] == [Outcome.BAD_PAYLOAD]
            world.person.publish(TOPICS.source_test(REQUEST), b"")
            await world.settle()
            assert len(answers(world)) == 1

    world = tell(story)
    assert SECRET not in repr(world.logs.entries)


def test_only_the_leader_answers() -> None:
    async def story(world: World) -> None:
        async with world.fetcher("one"), world.fetcher("two"):
            await try_out(world, CLOUD, SECRET)
            await asyncio.sleep(10)
            assert len(answers(world)) == 1
            assert len(world.cloud.asked) == 1

    tell(story)
