"""What Home Assistant is told: announced, kept up to date, renewed at its birth, cleared when gone."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.homeassistant.reference import page
from sunpilot.api.service import Api
from sunpilot.contract.catalogue import entries
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.log import make_log
from tests.support.memory_bus import MemoryBus
from tests.unit.api.conftest import KEY, World

HUB = "homeassistant/device/sunpilot/config"
WATTPILOT = "homeassistant/device/sunpilot_wattpilot_1/config"
ANY = "homeassistant/device/+/config"
READING = {"v": 1, "source": "solaredge", "age_s": [0, 9], "received_at": "2026-06-21T08:00:00Z", "grid_w": -900.0}


async def tell(world: World, settings: HomeAssistant | None = None) -> None:
    """Start the api again, this time for Home Assistant."""

    def make(bus: MemoryBus) -> Api:
        return Api(
            bus,
            world.store,
            world.clock,
            Topics(),
            "test",
            make_log("test", "critical"),
            key=SecretStr(KEY),
            durable=False,
            home_assistant=settings or HomeAssistant(),
        )

    world.make = make
    await world.restart(lambda: asyncio.sleep(0))
    await world.settle(3)


def announced(world: World, topic: str) -> dict[str, Any]:
    payload = world.retained(topic)
    assert payload is not None, topic
    message: dict[str, Any] = json.loads(payload)
    return message


def inverter_topic(inverter: dict[str, Any]) -> str:
    return f"homeassistant/device/sunpilot_inverter_{inverter['id']}/config"


async def test_sunpilot_each_wattpilot_and_each_inverter_is_a_device(world: World) -> None:
    await world.learn()
    inverter = await world.add()
    await tell(world)
    assert announced(world, HUB)["device"]["name"] == "Sunpilot"
    assert announced(world, WATTPILOT)["device"]["via_device"] == "sunpilot"
    assert announced(world, inverter_topic(inverter))["device"]["name"] == "Roof"
    assert announced(world, WATTPILOT)["origin"]["name"] == "Sunpilot"


async def test_every_entity_has_an_id_of_its_own_and_listens_to_a_topic_that_there_is(world: World) -> None:
    await world.learn()
    inverter = await world.add(wattpilot_id=1)
    await world.say(
        f"sunpilot/inverter/{inverter['id']}/reading",
        json.dumps(READING | {"battery_w": 1.0, "soc_pct": 1.0}),
        retain=True,
    )
    await tell(world)
    messages = [announced(world, topic) for topic in (HUB, WATTPILOT, inverter_topic(inverter))]
    components = [component for message in messages for component in message["components"].values()]
    ids = [component["unique_id"] for component in components]
    assert len(set(ids)) == len(ids) >= 45
    patterns = [re.sub("<[a-z]+>", "[^/]+", entry.topic) for entry in entries()]
    for component in components:
        topics = [component[name] for name in ("state_topic", "command_topic") if name in component]
        topics += [condition["topic"] for condition in component.get("availability", [])]
        assert topics, component
        for topic in topics:
            assert any(re.fullmatch(pattern, topic) for pattern in patterns), topic


async def test_an_added_wattpilot_is_announced_and_a_deleted_one_is_cleared(world: World) -> None:
    await tell(world)
    assert world.retained(WATTPILOT) is None
    await world.learn()
    await world.settle(3)
    assert world.retained(WATTPILOT) is not None
    await world.http.delete("/api/v1/wattpilots/1")
    await world.settle(3)
    assert world.retained(WATTPILOT) is None
    assert world.broker.sent(WATTPILOT)[-1] == b""


async def test_a_new_name_and_a_new_firmware_are_told(world: World) -> None:
    await world.learn()
    await tell(world)
    await world.http.patch("/api/v1/wattpilots/1", json={"name": "Carport"})
    await world.settle(3)
    assert announced(world, WATTPILOT)["device"]["name"] == "Carport"
    status = {"v": 1, "link": "online", "device_type": "wattpilot_V2", "firmware": "42.5"}
    await world.say("sunpilot/wattpilot/1/status", json.dumps(status), retain=True)
    await world.say("sunpilot/wattpilot/1/status", '{"v":1,"link":"connecting"}', retain=True)
    await world.say("sunpilot/wattpilot/1/status", json.dumps(status), retain=True)
    await world.settle(3)
    about = announced(world, WATTPILOT)["device"]
    assert (about["model"], about["sw_version"]) == ("wattpilot_V2", "42.5")
    await world.say("sunpilot/wattpilot/1/status", '{"v":1,"link":"connecting"}', retain=True)
    await world.settle(3)
    assert announced(world, WATTPILOT)["device"] == about, "a box that is away has its firmware still"


async def test_a_disabled_wattpilot_stays(world: World) -> None:
    await world.learn()
    await tell(world)
    before = announced(world, WATTPILOT)
    await world.http.patch("/api/v1/wattpilots/1", json={"enabled": False})
    await world.settle(3)
    assert announced(world, WATTPILOT) == before


async def test_all_is_told_again_when_home_assistant_is_born_and_else_only_what_is_new(world: World) -> None:
    await world.learn()
    await tell(world)
    await world.settle(60)
    assert len(world.broker.sent(ANY)) == 2
    await world.say("homeassistant/status", "offline")
    await world.settle(3)
    assert len(world.broker.sent(ANY)) == 2
    await world.say("homeassistant/status", "online")
    await world.settle(3)
    assert len(world.broker.sent(ANY)) == 4
    assert set(world.broker.sent(ANY)[2:]) == set(world.broker.sent(ANY)[:2])


async def test_what_was_deleted_while_the_api_was_away_is_cleared_and_what_is_anothers_is_left(world: World) -> None:
    orphans = [f"homeassistant/device/{one}/config" for one in ("sunpilot_wattpilot_7", "sunpilot_inverter_12")]
    others = [f"homeassistant/device/{one}/config" for one in ("sunpilot_lamp", "lamp", "sunpilot_wattpilot_x", "9_9")]
    for topic in (*orphans, *others):
        await world.say(topic, '{"device": {}}', retain=True)
    await tell(world)
    assert [world.retained(topic) for topic in orphans] == [None, None]
    assert all(world.retained(topic) is not None for topic in others)


async def test_turned_off_it_takes_back_what_was_announced(world: World) -> None:
    await world.learn()
    await tell(world)
    assert world.retained(WATTPILOT) is not None
    await tell(world, HomeAssistant(enabled=False))
    assert [world.retained(topic) for topic in (HUB, WATTPILOT)] == [None, None]
    await world.http.patch("/api/v1/wattpilots/1", json={"name": "Carport"})
    await world.settle(3)
    assert world.retained(WATTPILOT) is None


async def test_another_prefix_and_german_names(world: World) -> None:
    await world.learn()
    await tell(world, HomeAssistant(prefix="haus/ha", language="de"))
    components = announced(world, "haus/ha/device/sunpilot_wattpilot_1/config")["components"]
    assert components["power"]["name"] == "Leistung"
    assert components["decision"]["value_template"] == "{{ value_json.text.de[:255] }}"
    before = len(world.broker.sent("haus/ha/device/+/config"))
    await world.say("haus/ha/status", "online")
    await world.settle(3)
    assert len(world.broker.sent("haus/ha/device/+/config")) == 2 * before
    assert world.retained(WATTPILOT) is None


async def test_a_home_battery_is_shown_as_far_as_and_once_a_reading_spoke_of_one(world: World) -> None:
    inverter = await world.add()
    await tell(world)
    topic, reading = inverter_topic(inverter), f"sunpilot/inverter/{inverter['id']}/reading"
    assert "battery_level" not in announced(world, topic)["components"]
    await world.say(reading, json.dumps(READING | {"battery_w": 0.0}), retain=True)
    await world.settle(3)
    assert {"battery_power", "battery_charged"} <= announced(world, topic)["components"].keys()
    assert "battery_level" not in announced(world, topic)["components"]
    await world.say(reading, json.dumps(READING | {"soc_pct": 55.0}), retain=True)
    await world.settle(3)
    assert {"battery_level", "battery_power"} <= announced(world, topic)["components"].keys()
    await world.say(reading, json.dumps(READING | {"grid_w": 1.0}), retain=True)
    await world.settle(3)
    assert "battery_level" in announced(world, topic)["components"]


async def test_an_inverter_that_only_generates_has_no_grid_and_no_day(world: World) -> None:
    first = await world.add()
    second = await world.add(name="Barn", role="pv", house_id=first["house_id"])
    await tell(world)
    keys = announced(world, inverter_topic(second))["components"].keys()
    assert "pv_power" in keys
    assert not keys & {"grid_power", "load_power", "grid_import"}
    assert {"grid_power", "load_power", "grid_import"} <= announced(world, inverter_topic(first))["components"].keys()


async def test_a_reading_is_shown_for_as_long_as_it_may_be_old(world: World) -> None:
    """That is 15 minutes with SolarEdge V1. What was counted, and when, stays."""
    inverter = await world.add()
    await tell(world)
    components = announced(world, inverter_topic(inverter))["components"]
    assert [components[key].get("expire_after") for key in ("grid_power", "grid_import", "measured_at")] == [
        900,
        None,
        None,
    ]


async def test_the_decision_lives_while_any_controller_does(world: World) -> None:
    await world.learn()
    for instance in ("main", "second"):
        await world.say(f"sunpilot/service/controller/{instance}", '{"v":1,"online":true,"version":"1"}', retain=True)
    await tell(world)
    surplus = announced(world, WATTPILOT)["components"]["surplus"]
    assert [condition["topic"] for condition in surplus["availability"]] == [
        "sunpilot/service/controller/main",
        "sunpilot/service/controller/second",
    ]
    assert surplus["availability_mode"] == "any"


@pytest.mark.parametrize(("key", "kind"), [("full", "full"), ("no_charging", "off")])
async def test_a_switch_orders_and_ends_an_override(world: World, key: str, kind: str) -> None:
    await world.learn()
    await tell(world)
    switch = announced(world, WATTPILOT)["components"][key]
    await world.say(switch["command_topic"], switch["payload_on"])
    held = json.loads(world.retained("sunpilot/wattpilot/1/override") or b"")
    assert (held["kind"], held["ends_on_unplug"]) == (kind, True)
    await world.say(switch["command_topic"], switch["payload_off"])
    assert world.retained("sunpilot/wattpilot/1/override") is None


async def test_the_button_ends_an_override_and_the_modes_are_those_that_are_taken(world: World) -> None:
    await world.learn()
    await tell(world)
    components = announced(world, WATTPILOT)["components"]
    for mode in components["mode"]["options"]:
        await world.say(components["mode"]["command_topic"], mode)
        assert world.retained(components["mode"]["state_topic"]) == mode.encode()
    button = components["end_override"]
    await world.say(button["command_topic"], '{"kind": "fixed", "amps": 6}')
    assert world.retained("sunpilot/wattpilot/1/override") is not None
    await world.say(button["command_topic"], button["payload_press"])
    assert world.retained("sunpilot/wattpilot/1/override") is None


async def test_a_bad_order_is_refused_counted_and_seen_at_the_hub(world: World) -> None:
    await world.learn()
    await tell(world)
    refused = announced(world, HUB)["components"]["refused"]
    await world.say("sunpilot/wattpilot/1/mode/set", "turbo")
    await world.say("sunpilot/wattpilot/1/override/set", '{"kind": "fixed", "amps": 40}')
    assert refused["value_template"] == "{{ value_json.dropped }}"
    assert json.loads(world.retained(refused["state_topic"]) or b"")["dropped"] == 2
    assert world.retained("sunpilot/wattpilot/1/mode") == b"sun"


async def test_while_the_store_is_away_nothing_is_taken_back_and_what_changed_is_told_after_it(world: World) -> None:
    await world.learn()
    await tell(world)
    before = world.retained(WATTPILOT)
    renamed = Wattpilot(id=1, name="Carport").model_dump_json()
    await world.store.redis.hset(world.store.keys.wattpilots, "1", renamed)
    world.server.connected = False
    await world.say("sunpilot/config", '{"v":1,"kind":"wattpilot","id":1}')
    await world.settle(10)
    assert world.retained(WATTPILOT) == before
    world.server.connected = True
    await world.settle(3)
    assert announced(world, WATTPILOT)["device"]["name"] == "Carport"


def test_the_page_is_up_to_date() -> None:
    written = (Path(__file__).parents[3] / "docs" / "home-assistant.md").read_text(encoding="utf-8")
    assert written == page(), "the entities have changed: run `make docs`"
