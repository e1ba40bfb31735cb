"""The MQTT meter as a source: what is awaited, what counts, what is dropped, and what a person is told."""

import asyncio
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from tests.unit.fetcher.meter_room import Room, play

GRID: dict[str, Any] = {"grid": {"topic": "meter/power"}}
PHASES: dict[str, Any] = {"phases": [{"topic": f"meter/{phase}"} for phase in "abc"]}


def test_a_plain_number_is_the_grids_power() -> None:
    async def scene(room: Room) -> None:
        await room.say("meter/power", "-812.5")
        (measured,) = room.measured
        assert (measured.grid_w, measured.measured_at, measured.quality) == (-812.5, None, Quality.OK)
        assert (measured.pv_w, measured.load_w, measured.battery_w, measured.soc_pct, measured.grid_a) == (None,) * 5
        assert measured.source == "mqtt-meter"

    play(scene, **GRID)


def test_scale_offset_and_sign_are_applied_in_this_order() -> None:
    async def scene(room: Room) -> None:
        await room.say("m", '{"kw": 1.5}')
        assert room.grid_w == [-1510.0]

    play(scene, grid={"topic": "m", "path": "kw", "scale": 1000, "offset": 10, "invert": True})


def test_a_meter_mounted_the_wrong_way_round_is_turned() -> None:
    async def scene(room: Room) -> None:
        await room.say("a", "-3")
        await room.say("m", "700")
        assert room.grid_w == [-700.0]
        assert room.measured[0].grid_a == (3.0, None, None)

    play(scene, grid={"topic": "m"}, grid_a=[{"topic": phase} for phase in "abc"], invert=True)


def test_a_current_whose_direction_is_not_known_is_unknown() -> None:
    async def scene(room: Room) -> None:
        for phase, power in (("a", "100"), ("b", "null"), ("c", "-100")):
            await room.say(f"i/{phase}", "2")
            await room.say(f"meter/{phase}", power)
        assert [one.grid_a for one in room.measured] == [(2.0, None, -2.0)]

    play(scene, **PHASES, grid_a=[{"topic": f"i/{phase}"} for phase in "abc"])


def test_import_and_export_apart_become_one_signed_power() -> None:
    async def scene(room: Room) -> None:
        await room.say("m/in", "0")
        assert room.measured == []
        await room.say("m/out", "420")
        assert room.grid_w == [-420.0]

    play(scene, grid_import={"topic": "m/in"}, grid_export={"topic": "m/out"})


@pytest.mark.parametrize("order", ["abc", "cab", "bca", "cba"])
def test_three_phases_are_added_up_in_whatever_order_they_come(order: str) -> None:
    powers = {"a": "1000", "b": "-300", "c": "50"}

    async def scene(room: Room) -> None:
        for phase in order:
            assert room.measured == []
            await room.say(f"meter/{phase}", powers[phase])
        assert room.grid_w == [750.0]
        assert room.measured[0].quality is Quality.OK

    play(scene, **PHASES)


def test_a_phase_that_stays_away_is_awaited_for_a_second_and_then_taken_from_before() -> None:
    async def scene(room: Room) -> None:
        for phase in "abc":
            await room.say(f"meter/{phase}", "100")
        await room.pass_by(10)
        await room.say("meter/a", "500")
        await room.say("meter/b", "500")
        await room.pass_by(0.9)
        assert room.grid_w == [300.0]
        await room.pass_by(0.2)
        assert room.grid_w == [300.0, 1100.0]
        assert room.measured[1].quality is Quality.INFERRED

    play(scene, **PHASES)


def test_a_phase_that_never_came_or_is_too_old_gives_no_sum_at_all() -> None:
    async def scene(room: Room) -> None:
        await room.say("meter/a", "500")
        await room.say("meter/b", "500")
        await room.pass_by(5)
        assert room.measured == []
        await room.say("meter/c", "500")
        await room.pass_by(5)
        assert room.grid_w == [1500.0]
        await room.pass_by(61)
        await room.say("meter/a", "100")
        await room.pass_by(5)
        assert room.grid_w == [1500.0]

    play(scene, **PHASES)


def test_what_the_broker_kept_does_not_count_as_fresh() -> None:
    async def scene(room: Room) -> None:
        await room.pass_by(3)
        assert room.told == []
        await room.say("meter/power", "250", retain=True)
        assert room.grid_w == [250.0]

    play(scene, **GRID, kept={"meter/power": b"-9000"})


def test_a_message_that_only_tells_what_changed_is_ignored_without_the_power() -> None:
    async def scene(room: Room) -> None:
        await room.say("s/events/rpc", '{"method": "NotifyStatus", "params": {"ts": 1782028800.1, "wifi": {}}}')
        await room.say("s/events/rpc", '{"method": "NotifyStatus", "params": {"em:0": {"id": 0, "a_voltage": 231}}}')
        assert room.told == []
        full = {"params": {"ts": 1782028801.5, "em:0": {"id": 0, "total_act_power": -95.2}}}
        await room.say("s/events/rpc", json.dumps(full))
        assert room.grid_w == [-95.2]
        assert room.measured[0].measured_at == datetime(2026, 6, 21, 8, 0, 1, 500_000, UTC)

    play(scene, preset="shelly-pro-3em-rpc", device="s")


def test_what_the_meter_does_not_know_is_unknown_and_never_zero() -> None:
    async def scene(room: Room) -> None:
        for payload in ("unavailable", "", "null"):
            await room.say("meter/power", payload)
        assert room.grid_w == [None, None, None]

    play(scene, **GRID)


def test_one_unknown_phase_makes_the_sum_unknown() -> None:
    async def scene(room: Room) -> None:
        for phase, payload in (("a", "100"), ("b", "null"), ("c", "100")):
            await room.say(f"meter/{phase}", payload)
        assert room.grid_w == [None]

    play(scene, **PHASES)


def test_bad_payloads_are_dropped_and_said_once_per_streak() -> None:
    async def scene(room: Room) -> None:
        for payload in ("on", b"\xff", "1e12"):
            await room.say("meter/power", payload)
        assert room.measured == []
        (fault,) = room.faults
        assert fault.outcome is Outcome.BAD_PAYLOAD
        assert "meter/power cannot be read (not a number)" in fault.text.en
        await room.say("meter/power", "5")
        await room.say("meter/power", "off")
        assert room.grid_w == [5.0]
        assert len(room.faults) == 2
        warnings = [entry for entry in room.logs.entries if entry["log_level"] == "warning"]
        assert [entry["why"] for entry in warnings] == ["not a number", "not a number"]
        assert [entry["times"] for entry in room.logs.entries if entry["log_level"] == "info"] == [3]

    play(scene, **GRID)


def test_a_path_that_is_in_no_message_is_said_after_five_seconds() -> None:
    async def scene(room: Room) -> None:
        await room.say("m", '{"Power": 5}')
        await room.pass_by(4)
        assert room.told == []
        await room.pass_by(2)
        (fault,) = room.faults
        assert fault.outcome is Outcome.BAD_PAYLOAD
        assert "check the path" in fault.text.en
        assert "Pfad prüfen" in fault.text.de

    play(scene, grid={"topic": "m", "path": "power"})


def test_a_lost_broker_is_said_after_five_seconds_and_once() -> None:
    async def scene(room: Room) -> None:
        await room.say("meter/power", "5")
        room.bus.disconnect()
        await room.pass_by(4)
        assert room.faults == []
        await room.pass_by(60)
        (fault,) = room.faults
        assert fault.outcome is Outcome.NETWORK
        assert "broker cannot be used (no connection)" in fault.text.en
        assert "(keine Verbindung)" in fault.text.de
        room.bus.connect()
        await room.say("meter/power", "6")
        assert room.grid_w == [5.0, 6.0]

    play(scene, **GRID)


def test_a_meter_whose_last_will_says_offline_is_offline_at_once() -> None:
    async def scene(room: Room) -> None:
        await room.say("meter/b", "10")
        await room.say("meter/c", "10")
        await room.say("meter/online", "false")
        (fault,) = room.faults
        assert fault.outcome is Outcome.SILENT
        await room.say("meter/a", "10")
        await room.pass_by(3)
        assert room.measured == []
        for phase in "abc":
            await room.say(f"meter/{phase}", "20")
        assert room.grid_w == [60.0]

    play(scene, **PHASES, availability={"topic": "meter/online", "available": "true"})


def test_a_last_will_that_the_broker_kept_counts() -> None:
    async def scene(room: Room) -> None:
        assert [fault.outcome for fault in room.faults] == [Outcome.SILENT]

    play(scene, **GRID, kept={"online": b"offline"}, availability={"topic": "online"})


def test_other_values_come_along_as_long_as_they_are_young() -> None:
    async def scene(room: Room) -> None:
        await room.say("pv", "3000")
        await room.say("soc", "55")
        await room.say("meter/power", "100")
        await room.pass_by(61)
        await room.say("meter/power", "200")
        assert [(one.grid_w, one.pv_w, one.soc_pct) for one in room.measured] == [
            (100.0, 3000.0, 55.0),
            (200.0, None, None),
        ]

    play(scene, **GRID, pv={"topic": "pv"}, soc={"topic": "soc"})


def test_a_source_of_generation_only_needs_no_grid() -> None:
    async def scene(room: Room) -> None:
        await room.say("pv", "-3000")
        assert [(one.grid_w, one.pv_w) for one in room.measured] == [(None, 3000.0)]

    play(scene, pv={"topic": "pv", "invert": True})


def test_the_time_is_the_meters_own_where_it_gives_one() -> None:
    async def scene(room: Room) -> None:
        await room.say("m", '{"p": 1, "at": "2026-06-21T10:00:00+02:00"}')
        await room.say("m", '{"p": 2, "at": "2026-06-21T10:00:00"}')
        assert [one.measured_at for one in room.measured] == [datetime(2026, 6, 21, 8, tzinfo=UTC), None]

    play(scene, grid={"topic": "m", "path": "p"}, time_path="at")


def test_its_own_broker_is_used_with_the_password_which_nobody_sees() -> None:
    async def scene(room: Room) -> None:
        room.foreign.publish("meter/power", b"77", False)
        await room.pass_by(0.01)
        assert room.grid_w == [77.0]
        ((broker, password),) = room.opened
        assert (broker.host, broker.port, broker.tls, broker.username) == ("mqtt.lan", 8883, True, "sun")
        assert password is not None
        assert password.get_secret_value() == "hunter2"
        assert "hunter2" not in repr((room.told, room.logs.entries, password, broker))

    broker = {"host": "mqtt.lan", "port": 8883, "tls": True, "username": "sun"}
    play(scene, "hunter2", **GRID, broker=broker)


def test_two_sources_may_listen_to_one_topic_and_end_apart() -> None:
    async def scene(room: Room) -> None:
        other: list[str] = []
        end = room.lines.subscriptions.listen("meter/power", lambda delivery: other.append(delivery.payload.decode()))
        await room.say("meter/power", "1")
        end()
        await room.say("meter/power", "2")
        assert room.grid_w == [1.0, 2.0]
        assert other == ["1"]

    play(scene, **GRID)


def test_nothing_is_listened_to_once_the_source_has_ended() -> None:
    async def scene(room: Room) -> None:
        await asyncio.sleep(0)

    room = play(scene, **GRID)
    room.broker.publish("meter/power", b"5", False)
    assert room.told == []


TOPICS = st.sampled_from(["meter/a", "meter/b", "meter/c"])
PAYLOADS = st.floats(-20_000, 20_000).map(lambda power: f"{power:.2f}") | st.sampled_from(
    ["null", "x", "", "unavailable"]
)


@given(st.lists(st.tuples(TOPICS, PAYLOADS, st.sampled_from([0.0, 0.5, 2.0, 30.0, 90.0])), max_size=12))
def test_a_sum_is_only_ever_one_of_numbers_that_were_said_within_the_maximum_age(
    messages: list[tuple[str, str, float]],
) -> None:
    async def scene(room: Room) -> None:
        said: dict[str, list[tuple[float, float]]] = {"meter/a": [], "meter/b": [], "meter/c": []}
        for topic, payload, pause_s in messages:
            if payload[-1:].isdigit():
                said[topic].append((room.clock.monotonic(), float(payload)))
            await room.say(topic, payload)
            await room.pass_by(pause_s)
        await room.pass_by(2)
        possible_w = [
            a_w + b_w + c_w
            for (a_s, a_w), (b_s, b_w), (c_s, c_w) in itertools.product(*said.values())
            if max(a_s, b_s, c_s) - min(a_s, b_s, c_s) <= 60
        ]
        for sum_w in room.grid_w:
            assert sum_w is None or any(sum_w == pytest.approx(one_w, abs=0.01) for one_w in possible_w)

    play(scene, **PHASES)
