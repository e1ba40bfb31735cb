"""A second source that steps in, and a source that sends by itself: whole fetchers in virtual time."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.source_settings import SolarEdgeV1, Source
from tests.support.virtual_time import run
from tests.unit.fetcher.world import TOPICS, World

METER = MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter", path="w"), time_path="t", maximum_age_s=10.0)
CLOUD = SolarEdgeV1(site_id="1234567")


def tell(story: Callable[[World], Awaitable[None]]) -> World:
    async def play() -> World:
        world = World()
        await story(world)
        return world

    return run(play())


def send(world: World, grid_w: float, *, ahead_s: float = 0.0) -> None:
    """The meter sends, by a clock that is ahead by so much."""
    at = world.clock.now() + timedelta(seconds=ahead_s)
    payload = json.dumps({"w": grid_w, "t": at.isoformat()})
    world.person.publish("meter", payload.encode())


async def send_for(world: World, seconds: int, *, ahead_s: float = 0.0) -> None:
    """The meter sends every second."""
    for number in range(seconds):
        send(world, 100.0 + number, ahead_s=ahead_s)
        await asyncio.sleep(1)


def last(world: World) -> tuple[Reading, SourceState]:
    return (
        decode(Reading, world.broker.retained[TOPICS.inverter(1, "reading")]),
        decode(SourceState, world.broker.retained[TOPICS.inverter(1, "source")]),
    )


# --- a source that sends by itself --------------------------------------------------------------------------------


def test_what_a_meter_sends_is_published_with_its_own_time() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER)
        async with world.fetcher():
            send(world, -1200.0)
            await world.settle()
            reading, state = last(world)
            assert (reading.grid_w, reading.source, reading.is_from_fallback) == (-1200.0, "mqtt-meter", False)
            assert reading.measured_at is not None
            assert world.clock.now() - reading.measured_at < timedelta(seconds=1)
            assert (state.outcome, state.calls_used, state.next_fetch_at) == (Outcome.OK, None, None)

    tell(story)


def test_of_a_meter_that_sends_ten_times_a_second_one_reading_a_second_is_published_and_the_last_is_not_lost() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER)
        async with world.fetcher():
            for number in range(50):
                send(world, float(number))
                await asyncio.sleep(0.1)
            await asyncio.sleep(2)

    world = tell(story)
    assert 5 <= len(world.readings) <= 7
    assert world.readings[-1].grid_w == 49.0


def test_a_meter_whose_clock_is_wrong_is_taken_at_its_receipt_and_told() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER)
        async with world.fetcher():
            await send_for(world, 5, ahead_s=-3600)
            await world.settle()
            reading, state = last(world)
            assert world.clock.now() - reading.time < timedelta(seconds=2)
            assert "clock" in state.text.en

    tell(story)


def test_a_silent_meter_is_said_to_be_silent_and_what_to_do() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER)
        async with world.fetcher():
            send(world, 100.0)
            await asyncio.sleep(9)
            assert last(world)[1].outcome is Outcome.OK
            await asyncio.sleep(3)
            state = last(world)[1]
            assert state.outcome is Outcome.SILENT
            assert "more than 10 s" in state.text.en
            send(world, 100.0)
            await world.settle()
            assert last(world)[1].outcome is Outcome.OK

    tell(story)


def test_a_meter_that_sends_all_day_costs_the_store_a_write_for_each_change_of_outcome_only() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER)
        async with world.fetcher():
            await send_for(world, 3)
            await world.settle()
            await world.redis.set("sunpilot:source:1", "untouched")
            await send_for(world, 60)
            assert await world.redis.get("sunpilot:source:1") == "untouched"

    tell(story)


# --- the second source --------------------------------------------------------------------------------------------


def test_while_the_first_source_is_fresh_the_second_is_not_asked() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER, fallback=CLOUD)
        async with world.fetcher():
            await send_for(world, 600)
            assert world.cloud.asked == []
            assert not last(world)[0].is_from_fallback

    tell(story)


def test_a_silent_meter_is_replaced_by_the_cloud_and_the_state_says_which_is_in_use_and_why() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER, fallback=CLOUD)
        async with world.fetcher():
            await send_for(world, 30)
            assert world.cloud.asked == []
            await asyncio.sleep(30)
            reading, state = last(world)
            assert len(world.cloud.asked) == 1
            assert (reading.source, reading.is_from_fallback, reading.grid_w) == ("solaredge", True, 1001.0)
            assert (state.source, state.is_fallback, state.outcome) == ("solaredge", True, Outcome.OK)
            assert state.first is not None
            assert "sent nothing" in state.first.en

    tell(story)


def test_the_first_source_is_used_again_after_it_has_been_fresh_for_a_minute_and_the_cloud_is_left_alone() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER, fallback=CLOUD)
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            assert last(world)[1].is_fallback
            await send_for(world, 55)
            assert last(world)[0].is_from_fallback
            await send_for(world, 15)
            reading, state = last(world)
            assert (reading.is_from_fallback, state.is_fallback, state.first) == (False, False, None)
            calls = len(world.cloud.asked)
            await send_for(world, 600)
            assert len(world.cloud.asked) == calls

    tell(story)


def test_a_first_source_that_comes_and_goes_does_not_make_the_choice_swing() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER, fallback=CLOUD)
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            for _ in range(10):
                await send_for(world, 20)
                await asyncio.sleep(20)

    world = tell(story)
    uses = [state.is_fallback for state in world.states]
    assert uses == sorted(uses)  # once the second is in use, it stays


def test_when_the_second_source_fails_too_the_first_is_used_as_soon_as_it_has_anything() -> None:
    async def story(world: World) -> None:
        def fail() -> None:
            raise ConnectionResetError

        await world.set_up(METER, fallback=CLOUD)
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            assert last(world)[1].is_fallback
            world.cloud.answer = fail  # type: ignore[assignment]
            await asyncio.sleep(1200)
            assert last(world)[1].outcome is Outcome.NETWORK
            send(world, 77.0)
            await asyncio.sleep(6)
            reading, state = last(world)
            assert (reading.grid_w, state.is_fallback) == (77.0, False)

    tell(story)


@pytest.mark.parametrize(("first", "second"), [(METER, CLOUD), (CLOUD, METER)])
def test_no_reading_mixes_the_fields_of_two_sources(first: Source, second: Source) -> None:
    async def story(world: World) -> None:
        await world.set_up(first, fallback=second)
        await world.plug_in()
        async with world.fetcher():
            for _ in range(10):
                await send_for(world, 80)
                await asyncio.sleep(80)

    for reading in tell(story).readings:
        # The cloud gives load and no battery, the meter grid power alone.
        assert (reading.load_w is None) == (reading.source == "mqtt-meter")
        assert (reading.measured_at is None) == (reading.source == "solaredge")


def test_a_second_source_that_is_taken_away_leaves_nothing_behind() -> None:
    async def story(world: World) -> None:
        await world.set_up(METER, fallback=CLOUD)
        async with world.fetcher():
            await asyncio.sleep(60)
            assert await world.redis.exists("sunpilot:calls:1:fallback") == 1
            await world.set_up(METER)
            assert await world.redis.exists("sunpilot:calls:1:fallback", "sunpilot:source:1:fallback") == 0
            send(world, 5.0)
            await asyncio.sleep(2)
            assert last(world)[0].grid_w == 5.0
            assert last(world)[1].is_fallback is False

    tell(story)


def test_after_a_fault_of_its_own_the_fetcher_attends_to_both_sources_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: World) -> None:
        def stumble(*_: object) -> None:
            monkeypatch.undo()
            raise RuntimeError("a fault of the program")

        await world.set_up(METER, fallback=CLOUD)
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            assert last(world)[1].is_fallback
            monkeypatch.setattr("sunpilot.fetcher.outlet.Outlet.publish_state", stumble)
            await asyncio.sleep(600)
            calls = len(world.cloud.asked)
            await asyncio.sleep(1200)
            assert len(world.cloud.asked) > calls

    tell(story)
