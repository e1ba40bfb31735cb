"""The fetcher as a whole, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.contract.status import Car
from sunpilot.contract.wait import STORE
from sunpilot.fetcher.http import HttpAnswer, NoAnswerError
from sunpilot.fetcher.service import WAITS_FOR_INVERTER, WAITS_FOR_LEADERSHIP
from tests.support.virtual_time import START, run
from tests.unit.fetcher.world import KEYS, TOKEN, TOPICS, World, night_flow

HOUR = 3600.0
Story = Callable[[World], Coroutine[Any, Any, None]]


def tell(story: Story, start: datetime = START) -> World:
    """Play a story in a new world."""

    async def play() -> World:
        world = World(start)
        await story(world)
        await world.redis.aclose()
        return world

    return run(play())


@pytest.fixture
def rare_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renewing a lease every two seconds would be nearly all the work of a day in virtual time."""
    monkeypatch.setattr("sunpilot.runtime.leader.RENEW_S", 600.0)


def gaps_s(times: list[datetime]) -> list[float]:
    return [(late - early).total_seconds() for early, late in pairwise(times)]


# --- measuring ----------------------------------------------------------------------------------------------------


def test_a_configured_inverter_is_measured_and_its_reading_published_and_retained() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            pass

    world = tell(story)
    (reading,) = world.readings
    assert (reading.grid_w, reading.load_w, reading.pv_w, reading.battery_w) == (1001, 1001, None, None)
    assert (reading.source, reading.measured_at, reading.age_s, reading.averaged_s) == ("solaredge", None, (0, 360), 0)
    assert (reading.quality, reading.received_at) == (Quality.OK, world.cloud.asked[0])
    assert TOPICS.inverter(1, "reading") in world.broker.retained
    (state,) = world.states
    assert (state.outcome, state.calls_used, state.calls_left) == (Outcome.OK, 1, 289)
    assert state.next_fetch_at is not None
    assert 1700 < (state.next_fetch_at - state.at).total_seconds() < 1900  # no car: half an hour, give or take 5 %


def test_an_inverter_configured_later_is_measured_at_once() -> None:
    async def story(world: World) -> None:
        async with world.fetcher():
            assert WAITS_FOR_INVERTER in world.report().waits
            await world.configure()
            assert len(world.readings) == 1
            assert world.report().waits_for == ()

    tell(story)


def test_a_clock_set_back_by_three_hours_delays_the_next_call_by_ten_minutes_at_most() -> None:
    async def story(world: World) -> None:
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(HOUR)
            asked = len(world.cloud.asked)
            world.clock.step(-3 * HOUR)
            await asyncio.sleep(660)
            assert len(world.cloud.asked) > asked
            assert world.states[-1].calls_used == len(world.cloud.asked)

    tell(story)


def test_a_request_soon_after_the_clock_was_set_back_measures() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            asked = len(world.cloud.asked)
            world.clock.step(-3 * HOUR)
            await world.ask()
            await asyncio.sleep(6)
            await world.ask()
            assert len(world.cloud.asked) == asked + 1

    tell(story)


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff\x00 anything", b"x" * 100_000])
def test_a_fetch_with_any_payload_measures_now(payload: bytes) -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(20)
            await world.ask(payload)
            assert len(world.readings) == 2

    tell(story)


def test_a_fetch_within_5_seconds_of_the_last_is_dropped() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(4)
            await world.ask()
            assert len(world.cloud.asked) == len(world.states) == 1
            await asyncio.sleep(1)
            await world.ask()
            assert len(world.cloud.asked) == 2

    tell(story)


def test_requests_while_one_is_under_way_make_no_second_one() -> None:
    async def story(world: World) -> None:
        world.cloud.latency_s = 14
        await world.configure()
        async with world.fetcher():
            for _ in range(10):
                await world.ask()
                await asyncio.sleep(1)
            await asyncio.sleep(30)

    world = tell(story)
    assert len(world.cloud.asked) == 1
    assert len(world.readings) == 1


@pytest.mark.usefixtures("rare_renewals")
def test_a_plugged_in_car_quickens_the_pace_and_a_full_one_does_not() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await world.plug_in()
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) == pytest.approx(HOUR / 189, rel=0.1)  # 280 calls for the 14.7 h of sun in 24
            await world.plug_in(Car.IDLE)
            calls = len(world.cloud.asked)
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) - calls == 2

    tell(story)


@pytest.mark.parametrize(
    "day", [datetime(2026, 6, 21, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)], ids=["june", "december"]
)
@pytest.mark.usefixtures("rare_renewals")
def test_a_day_with_a_car_stays_within_290_calls(day: datetime) -> None:
    async def story(world: World) -> None:
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(24 * HOUR)

    world = tell(story, day)
    assert 270 <= len(world.cloud.asked) <= 290
    assert len(world.readings) == len(world.cloud.asked)
    assert min(gaps_s(world.cloud.asked)) >= 75


# --- the same measurement -----------------------------------------------------------------------------------------


def test_identical_values_are_the_same_measurement_and_keep_their_time() -> None:
    async def story(world: World) -> None:
        world.cloud.answer = lambda: night_flow(500)
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(60)
            await world.ask()
        async with world.fetcher("two"):
            await asyncio.sleep(60)
            await world.ask()

    world = tell(story)
    assert len(world.cloud.asked) == 3
    assert {reading.received_at for reading in world.readings} == {world.cloud.asked[0]}
    assert world.states[-1].outcome is Outcome.UNCHANGED


def test_unknown_values_are_published_as_null() -> None:
    async def story(world: World) -> None:
        body = b'{"siteCurrentPowerFlow":{"unit":"kW","connections":[],"GRID":{"status":"Active"},"PV":{}}}'
        world.cloud.answer = lambda: HttpAnswer(200, "application/json", body)
        await world.configure()
        async with world.fetcher():
            pass

    world = tell(story)
    (payload,) = world.broker.sent(TOPICS.inverter(1, "reading"))
    for name in (b"grid_w", b"pv_w", b"load_w", b"battery_w"):
        assert b'"%s":null' % name in payload
    assert "no grid power" in world.states[-1].text.en


def test_powers_that_never_add_up_make_readings_suspect() -> None:
    async def story(world: World) -> None:
        def answer() -> HttpAnswer:
            body = night_flow(1000 + len(world.cloud.asked)).body.replace(
                b'"LOAD"', b'"PV":{"currentPower":400},"LOAD"'
            )
            return HttpAnswer(200, "application/json", body)

        world.cloud.answer = answer
        await world.configure()
        async with world.fetcher():
            for _ in range(2):
                await asyncio.sleep(60)
                await world.ask()

    qualities = [reading.quality for reading in tell(story).readings]
    assert qualities == [Quality.OK, Quality.OK, Quality.SUSPECT]


# --- failures -----------------------------------------------------------------------------------------------------


def answer_with(world: World, status: int, retry_after: str | None = None) -> None:
    world.cloud.answer = lambda: HttpAnswer(status, "text/plain", b"no", retry_after)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
@pytest.mark.usefixtures("rare_renewals")
def test_what_a_person_must_mend_costs_one_request_an_hour_at_most(status: int) -> None:
    async def story(world: World) -> None:
        answer_with(world, status)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            for _ in range(50):
                await asyncio.sleep(360)
                await world.ask()

    world = tell(story)
    assert min(gaps_s(world.cloud.asked)) >= HOUR
    assert len(world.cloud.asked) >= 5
    assert not world.readings


def test_a_retired_interface_says_so_and_what_to_do() -> None:
    async def story(world: World) -> None:
        answer_with(world, 410)
        await world.configure()
        async with world.fetcher():
            pass

    (state,) = tell(story).states
    assert state.outcome is Outcome.RETIRED
    assert "retired" in state.text.en
    assert all(way in state.text.en for way in ("V2", "Modbus", "MQTT"))


@pytest.mark.usefixtures("rare_renewals")
def test_after_a_rate_limit_nothing_is_asked_for_16_32_64_minutes() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(100 * 60)

    gaps = gaps_s(tell(story).cloud.asked)
    assert gaps == [pytest.approx(16 * 60, abs=1), pytest.approx(32 * 60, abs=1)]


@pytest.mark.usefixtures("rare_renewals")
def test_retry_after_is_honoured_and_a_request_meanwhile_refused_with_the_time() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429, "5400")
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(1000)
            await world.ask()
            refused = world.states[-1]
            assert refused.outcome is Outcome.REFUSED
            assert refused.next_fetch_at is not None
            assert (refused.next_fetch_at - world.cloud.asked[0]).total_seconds() == pytest.approx(5400, abs=1)
            await asyncio.sleep(4390)
            assert len(world.cloud.asked) == 1
            await asyncio.sleep(20)
            assert len(world.cloud.asked) == 2

    tell(story)


def test_a_smaller_budget_does_not_end_a_block_but_another_token_does() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            await world.configure(calls_per_day=200)
            await asyncio.sleep(800)
            assert len(world.cloud.asked) == 1
            assert world.states[-1].outcome is Outcome.RATE_LIMITED
            await world.configure(calls_per_day=200, token=TOKEN[::-1])
            await asyncio.sleep(10)
            assert len(world.cloud.asked) == 2

    tell(story)


def test_a_restart_forgets_neither_the_back_off_nor_the_calls() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
        async with world.fetcher("two"):
            await asyncio.sleep(800)
            assert len(world.cloud.asked) == 1
            assert world.states[-1].calls_used == 1

    tell(story)


def test_a_failing_network_is_tried_again_ever_more_slowly_but_at_once_on_request() -> None:
    async def story(world: World) -> None:
        def fail() -> HttpAnswer:
            raise NoAnswerError("ConnectTimeout")

        world.cloud.answer = fail
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(2000)
            assert gaps_s(world.cloud.asked)[-2:] == [pytest.approx(300, abs=1), pytest.approx(600, abs=1)]
            calls = len(world.cloud.asked)
            await world.ask()
            assert len(world.cloud.asked) == calls + 1

    tell(story)


@pytest.mark.parametrize("change", [{"token": "another"}, {"site_id": "7654321"}])
def test_a_changed_configuration_or_token_ends_the_back_off(change: dict[str, str]) -> None:
    async def story(world: World) -> None:
        answer_with(world, 403)
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(60)
            await world.configure(**change)  # type: ignore[arg-type]
            assert len(world.cloud.asked) == 2

    tell(story)


def test_a_token_changed_while_nothing_ran_ends_the_back_off_too() -> None:
    async def story(world: World) -> None:
        answer_with(world, 401)
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(60)
        await world.configure(token="another")
        async with world.fetcher("two"):
            assert len(world.cloud.asked) == 2

    tell(story)


def test_a_change_that_is_none_asks_nothing() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(60)
            await world.configure()
            assert len(world.cloud.asked) == 1

    tell(story)


def test_without_a_token_nothing_is_asked_and_the_source_says_so() -> None:
    async def story(world: World) -> None:
        await world.configure(token=None)
        async with world.fetcher():
            state = world.states[-1]
            assert (state.outcome, state.calls_used) == (Outcome.AUTH, 0)
            assert state.text.en == "No token is stored for this inverter: set it by REST."
            await asyncio.sleep(10)
            await world.configure()
            assert world.states[-1].outcome is Outcome.OK

    tell(story)


def test_when_the_budget_is_used_up_a_request_is_refused_until_a_call_lapses() -> None:
    async def story(world: World) -> None:
        await world.configure(calls_per_day=3)
        async with world.fetcher():
            for _ in range(5):
                await asyncio.sleep(60)
                await world.ask()
            assert len(world.cloud.asked) == 3
            refused = world.states[-1]
            assert (refused.outcome, refused.calls_used, refused.calls_left) == (Outcome.REFUSED, 3, 0)
            assert refused.next_fetch_at == world.cloud.asked[0] + timedelta(hours=24)

    tell(story)


def test_an_answer_to_an_old_configuration_is_not_taken_for_the_new_one() -> None:
    async def story(world: World) -> None:
        world.cloud.latency_s = 10
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(5)
            await world.configure(site_id="7654321")
            await asyncio.sleep(30)

    world = tell(story)
    assert len(world.cloud.asked) == 2
    assert world.cloud.most_under_way == 1
    assert [reading.received_at > world.cloud.asked[1] for reading in world.readings] == [True]


# --- leading ------------------------------------------------------------------------------------------------------


def test_a_second_fetcher_stands_by_and_takes_over_when_the_first_ends() -> None:
    async def story(world: World) -> None:
        await world.configure()
        await world.plug_in()
        async with world.fetcher("one") as _:
            async with world.fetcher("two"):
                await asyncio.sleep(600)
                assert WAITS_FOR_LEADERSHIP in world.report("two").waits
                assert max(gaps_s(world.cloud.asked)) > 75
            assert world.report("two").online is False
        assert world.report("one").online is False
        calls = len(world.cloud.asked)
        async with world.fetcher("three"):
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) > calls

    tell(story)


def test_without_store_nothing_is_asked_until_it_comes() -> None:
    async def story(world: World) -> None:
        await world.configure()
        world.lose_store()
        async with world.fetcher():
            await asyncio.sleep(60)
            await world.ask()
            assert not world.cloud.asked
            assert STORE in world.report().waits
            world.find_store()
            await asyncio.sleep(5)
            assert len(world.readings) == 1
            assert world.report().waits_for == ()

    tell(story)


def test_a_leader_goes_on_without_store_and_makes_up_for_the_bookings() -> None:
    async def story(world: World) -> None:
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
            world.lose_store()
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) > 15
            assert len(world.readings) == len(world.cloud.asked)
            assert STORE in world.report().waits
            world.find_store()
            await asyncio.sleep(300)
            assert await world.redis.zcard(KEYS.calls("1")) == len(world.cloud.asked)
            assert world.report().waits_for == ()

    tell(story)


def test_a_fenced_fetcher_books_nothing_asks_nothing_and_publishes_nothing() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await asyncio.sleep(20.5)
            await world.redis.set(KEYS.lease("fetcher"), "somebody newer")
            await world.redis.incr(KEYS.epoch("fetcher"))
            sent = len(world.states)
            await world.ask()
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) == 1
            assert len(world.states) == sent
            assert WAITS_FOR_LEADERSHIP in world.report().waits

    tell(story)


def test_a_deleted_inverter_leaves_nothing_behind() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            await world.delete()
            assert TOPICS.inverter(1, "reading") not in world.broker.retained
            assert TOPICS.inverter(1, "source") not in world.broker.retained
            assert await world.redis.exists(KEYS.calls("1"), KEYS.source("1")) == 0
            await asyncio.sleep(HOUR)
            assert len(world.cloud.asked) == 1

    tell(story)


def test_nothing_that_is_sent_by_mistake_disturbs() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            for topic in (TOPICS.config, TOPICS.wattpilot(5, "status"), TOPICS.inverter(99, "fetch")):
                for payload in (b"", b"{", b"\xff", b'{"v":2}', b"x" * 100_000):
                    world.person.publish(topic, payload)
            world.person.publish(TOPICS.inverter("x", "fetch"), b"")
            world.person.publish(TOPICS.wattpilot("x", "status"), b"{}")
            await asyncio.sleep(20)
            await world.ask()
            assert len(world.readings) == 2
            assert world.report().dropped > 0

    tell(story)


def test_an_unreadable_memory_is_learned_anew() -> None:
    async def story(world: World) -> None:
        await world.redis.set(KEYS.source("1"), '{"v": 7}')
        await world.configure()
        async with world.fetcher():
            assert len(world.readings) == 1

    tell(story)


def test_what_the_broker_keeps_of_an_inverter_that_was_deleted_meanwhile_is_cleared() -> None:
    async def story(world: World) -> None:
        await world.configure()
        for leaf in ("reading", "source"):
            for inverter_id in (1, 7):
                world.person.publish(TOPICS.inverter(inverter_id, leaf), b"{}", retain=True)
        await world.settle()
        async with world.fetcher():
            kept = {topic for topic in world.broker.retained if "/inverter/" in topic}
            assert kept == {TOPICS.inverter(1, "reading"), TOPICS.inverter(1, "source")}

    tell(story)


def test_a_fetcher_on_standby_clears_nothing() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher("one"):
            world.person.publish(TOPICS.inverter(7, "reading"), b"{}", retain=True)
            await world.settle()
            async with world.fetcher("two"):
                await asyncio.sleep(10)
                assert TOPICS.inverter(7, "reading") in world.broker.retained

    tell(story)


def test_an_overtaken_fetcher_does_not_send_its_old_reading_again_when_the_broker_comes_back() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher("one"):
            await asyncio.sleep(30)
            await world.redis.set(KEYS.lease("fetcher"), "somebody newer")
            await world.redis.incr(KEYS.epoch("fetcher"))
            await asyncio.sleep(5)
            old = world.broker.clients[-1]
            old.disconnect()
            world.person.publish(TOPICS.inverter(1, "reading"), b"the successor's", retain=True)
            await world.settle()
            old.connect()
            await world.settle()
            assert world.broker.retained[TOPICS.inverter(1, "reading")] == b"the successor's"

    tell(story)


def test_what_oauth_granted_to_an_inverter_that_is_gone_is_erased() -> None:
    async def story(world: World) -> None:
        await world.configure()
        await world.redis.hset(KEYS.grants, mapping={"1": "kept", "7": "orphan", "7:fallback": "orphan"})
        async with world.fetcher():
            assert await world.redis.hgetall(KEYS.grants) == {"1": "kept"}

    tell(story)


# --- the clock ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rare_renewals")
def test_a_back_off_ends_when_it_should_though_the_clock_is_set_back_meanwhile() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            begun_s = world.clock.monotonic()
            await asyncio.sleep(600)
            world.clock.step(-HOUR)
            while len(world.cloud.asked) < 2:
                await asyncio.sleep(10)
            assert world.clock.monotonic() - begun_s == pytest.approx(16 * 60, abs=310)

    tell(story)


@pytest.mark.usefixtures("rare_renewals")
def test_a_back_off_does_not_grow_when_the_clock_is_set_back_while_nothing_runs() -> None:
    async def story(world: World) -> None:
        answer_with(world, 429)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(60)
        world.clock.step(-2 * HOUR)
        begun_s = world.clock.monotonic()
        async with world.fetcher("two"):
            while len(world.cloud.asked) < 2:
                await asyncio.sleep(10)
            assert world.clock.monotonic() - begun_s <= 16 * 60 + 310

    tell(story)


# --- an answer without power flow ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("rare_renewals")
def test_one_answer_without_power_flow_is_no_reason_to_wait_for_an_hour() -> None:
    async def story(world: World) -> None:
        empty = HttpAnswer(200, "application/json", b'{"siteCurrentPowerFlow":{}}')
        world.cloud.answer = lambda: empty if len(world.cloud.asked) == 1 else night_flow(500)
        await world.configure()
        await world.plug_in()
        async with world.fetcher():
            await asyncio.sleep(300)
            assert world.states[-1].outcome is Outcome.OK
            assert len(world.readings) == 1
            world.cloud.answer = lambda: empty
            await asyncio.sleep(3 * HOUR)
            assert max(gaps_s(world.cloud.asked)) >= HOUR

    tell(story)


# --- secrets ------------------------------------------------------------------------------------------------------


def answer_and_leak(world: World, status: int | None) -> HttpAnswer:
    """An answer, or a broken connection, whose text contains the whole address with the token."""
    address = world.cloud.addresses[-1]
    if status is None:
        raise ConnectionResetError(address)
    return HttpAnswer(status, "text/plain", address.encode())


def test_the_token_never_reaches_a_log_a_message_or_the_fetchers_own_keys() -> None:
    async def story(world: World) -> None:
        await world.configure()
        async with world.fetcher():
            for number, status in enumerate((None, 200, 302, 400, 401, 403, 404, 410, 429, 500, 503), start=1):
                world.cloud.answer = partial(answer_and_leak, world, status)
                await world.configure(site_id=str(number))
                await asyncio.sleep(10)
            world.cloud.answer = lambda: night_flow(len(world.cloud.asked))
            await world.configure()
            world.lose_store()
            await asyncio.sleep(HOUR)
            world.find_store()
            await asyncio.sleep(HOUR)
        kept = await world.redis.get(KEYS.source("1"))
        assert kept
        assert TOKEN not in kept
        assert len({state.outcome for state in world.states}) >= 9

    world = tell(story)
    assert len(world.cloud.asked) > 12
    assert not [message for message in world.broker.log if TOKEN.encode() in message[1]]
    assert world.logs.entries
    assert TOKEN not in repr(world.logs.entries)
