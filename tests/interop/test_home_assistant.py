"""Home Assistant's own core and MQTT integration against the demo's swarm, on a Mosquitto with Sunpilot's access list.

What is shown is compared with the simulated house and box themselves, what is ordered with what the box then does.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.clock import ScaledClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.setup.issue import issue_all
from sunpilot.setup.password_file import password_hash
from sunpilot.setup.vault import Vault
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.demo import WATTPILOT_ID, Way, world_settings
from sunpilot.simulator.world import World
from sunpilot.standalone.demo import demo
from sunpilot.standalone.embedded import LOOPBACK, embedded_store
from sunpilot.standalone.swarm import Place
from tests.support.backends import not_run, sunpilot_broker, why_not

ROOT = Path(__file__).parents[2]
PYTHON_IMAGE = "python:3.13-slim"
LATE_MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SWARM = "swarm"
KEY = "a-key-for-home-assistants-test"
BOX = f"sunpilot_wattpilot_{WATTPILOT_ID}"
ROOF = "sunpilot_inverter_1"
ROOF_VALUES = ("pv_power", "load_power", "grid_power", "battery_power")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def image() -> str:
    """An image with Home Assistant, named after what it is made of, and kept."""
    if why := why_not(PYTHON_IMAGE):
        not_run("docker", why)
    dockerfile = ROOT / "tests" / "interop" / "home_assistant.Dockerfile"
    made_of = (dockerfile, ROOT / "requirements" / "homeassistant.txt")
    content = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    name = f"sunpilot-home-assistant:{content[:12]}"
    if subprocess.run(["docker", "image", "inspect", name], capture_output=True, check=False).returncode:
        command = ["docker", "build", "--quiet", "--tag", name, "--file", str(dockerfile), "."]
        built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
        assert built.returncode == 0, built.stderr[-2000:]
    return name


@dataclass
class Guest:
    """Home Assistant in its container, the api by REST, the simulated world, and a look at the broker: ``log`` is all
    that was said, ``heard`` the last of each topic.
    """

    process: asyncio.subprocess.Process
    rest: httpx2.AsyncClient
    world: World
    bus: MqttBus
    log: list[tuple[str, bytes]] = field(default_factory=list)
    heard: dict[str, bytes] = field(default_factory=dict)

    def hear(self, delivery: Delivery) -> None:
        self.log.append((delivery.topic, delivery.payload))
        self.heard[delivery.topic] = delivery.payload

    def last(self, leaf: str) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.heard[f"sunpilot/wattpilot/{WATTPILOT_ID}/{leaf}"])
        return message

    async def ask(self, *request: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        line = await asyncio.wait_for(self.process.stdout.readline(), 90)
        assert line, "Home Assistant has ended"
        return json.loads(line)

    async def call(self, service: str, entity: str, **data: Any) -> None:
        domain, name = service.split(".")
        await self.ask("call", domain, name, {"entity_id": f"{domain}.{entity}", **data})

    async def states(self) -> dict[str, Any]:
        states: dict[str, Any] = await self.ask("states")
        return states

    async def state(self, entity: str) -> str | None:
        found: str | None = (await self.states()).get(entity, {}).get("state")
        return found

    async def until(self, entity: str, is_so: str | Callable[[str | None], bool] | None, seconds: float = 30) -> None:
        """Wait until an entity's state is as it should be."""
        seen = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    seen = await self.state(entity)
                    if is_so(seen) if callable(is_so) else seen == is_so:
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            pytest.fail(f"{entity} is {seen}")

    async def until_box(self, what: str, is_so: Callable[[World], bool], seconds: float = 40) -> None:
        """Wait until the simulated box does something."""
        try:
            async with asyncio.timeout(seconds):
                while not is_so(self.world):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            box = self.world.box
            pytest.fail(f"not {what}: {box.power_w} W, {box.properties['amp']} A, frc {box.properties['frc']}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    """Sunpilot's Mosquitto with an account for the whole swarm besides, and Home Assistant's password."""
    folder = tmp_path_factory.mktemp("secrets")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    vault = Vault(folder) if os.geteuid() == 0 else Vault(folder, chown=lambda _path, _uid, _gid: None)
    issue_all(vault, ROOT / "mosquitto")
    for name, text in (
        ("passwords", f"{SWARM}:{password_hash(SWARM, SWARM)}\n"),
        ("acl", f"\nuser {SWARM}\ntopic readwrite #\n"),
    ):
        path = folder / "broker" / name
        path.chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    with (
        sunpilot_broker(folder) as broker,
        embedded_store(tmp_path_factory.mktemp("store")) as store,
    ):
        yield (
            Place(
                broker=Broker(broker.host, broker.port, SWARM, SecretStr(SWARM)),
                store=StoreAddress(LOOPBACK, store.port),
                host=LOOPBACK,
                port=0,
                key=SecretStr(KEY),
                log_level="error",
                home_assistant=HomeAssistant(),
            ),
            vault.secret("homeassistant"),
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guest(image: str, place: tuple[Place, str]) -> AsyncIterator[Guest]:
    where, password = place
    said: list[str] = []
    settings = replace(world_settings(plugged_in=True), clouds=Clouds(), battery_wh=9000.0)
    program = (ROOT / "tests" / "interop" / "clients" / "home_assistant.py").read_text(encoding="utf-8")
    command = ["docker", "run", "--rm", "--interactive", "--network", "host", image, "python", "-c", program]
    async with contextlib.AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            demo(ScaledClock(LATE_MORNING, 20), where, settings, said.append, Way.METER)
        )
        url = said[0].split()[-1]
        rest = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {KEY}"})
        )
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, limit=2**22
        )
        assert process.stdin is not None
        broker = {"host": where.broker.host, "port": where.broker.port}
        account = {"username": "homeassistant", "password": password}
        process.stdin.write(json.dumps(broker | account).encode() + b"\n")
        bus = MqttBus(where.broker, "onlooker-of-the-test", make_log("test", "error"))
        guest = Guest(process, rest, world, bus)
        bus.subscribe("#", guest.hear)
        bus.start()
        stack.push_async_callback(bus.stop)
        for entity in (f"{BOX}_power", f"{ROOF}_battery_power"):
            await guest.until(f"sensor.{entity}", lambda state: str(state).strip("-").replace(".", "").isdigit(), 120)
        yield guest
        process.stdin.close()
        _, complaint = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, complaint.decode()[-3000:]


def numbers(states: dict[str, Any], *entities: str) -> list[float]:
    return [float(states[f"sensor.{entity}"]["state"]) for entity in entities]


async def test_all_that_is_announced_becomes_an_entity(guest: Guest) -> None:
    announced = {
        component["default_entity_id"]
        for topic, payload in guest.heard.items()
        if topic.startswith("homeassistant/device/")
        for component in json.loads(payload)["components"].values()
        if component.get("enabled_by_default", True)
    }
    assert len(announced) >= 40
    assert set(await guest.states()) == announced
    devices = await guest.ask("devices")
    assert devices.keys() == {"sunpilot", BOX, ROOF}
    assert devices[BOX]["firmware"] == guest.world.box.properties["fwv"]


async def test_what_is_shown_is_what_the_house_does(guest: Guest) -> None:
    """Signs too: what is sold is negative. All within what a few seconds change at 20 times real time."""
    await guest.call("select.select_option", f"{BOX}_mode", option="off")
    await guest.until_box("stopped", lambda world: world.box.power_w == 0)
    await asyncio.sleep(1)
    states, truth = await guest.states(), guest.world.house.truth
    pv_w, load_w, grid_w, battery_w = numbers(states, *(f"{ROOF}_{key}" for key in ROOF_VALUES))
    assert pv_w == pytest.approx(truth.pv_w, rel=0.1)
    assert grid_w == pytest.approx(truth.grid_w, abs=1500)
    assert grid_w + pv_w == pytest.approx(load_w + battery_w, abs=10)
    assert states[f"binary_sensor.{BOX}_connected"]["state"] == "on"
    assert states[f"binary_sensor.{BOX}_charging"]["state"] == "off"
    assert states[f"binary_sensor.{BOX}_stale"]["state"] == "off"
    assert states[f"sensor.{BOX}_reason"]["state"] == "order_off"
    assert states[f"sensor.{BOX}_decision"]["state"] == guest.last("decision")["text"]["en"]
    (energy_kwh,) = numbers(states, f"{BOX}_energy")
    assert energy_kwh == pytest.approx(guest.world.box.properties["eto"] / 1000, abs=0.01)


async def test_a_mode_and_a_current_that_are_set_in_home_assistant_reach_the_wattpilot(guest: Guest) -> None:
    await guest.call("select.select_option", f"{BOX}_mode", option="full")
    await guest.until_box("charging at full power", lambda world: world.box.power_w > 10_000)
    await guest.until(f"binary_sensor.{BOX}_charging", "on")
    await guest.until(f"select.{BOX}_mode", "full")
    await guest.call("number.set_value", f"{BOX}_fixed_current", value=8)
    await guest.until_box("at 8 A", lambda world: world.box.properties["amp"] == 8 and 0 < world.box.power_w < 6000)
    await guest.until(f"number.{BOX}_fixed_current", "8")
    await guest.until(f"sensor.{BOX}_reason", "order_fixed")
    await guest.until(f"sensor.{BOX}_override_end", lambda state: state is not None and state[:4] == "2026")
    await guest.call("button.press", f"{BOX}_end_override")
    await guest.until(f"number.{BOX}_fixed_current", "unknown")
    await guest.until_box("charging at full power again", lambda world: world.box.power_w > 10_000)


async def test_a_switch_orders_hides_the_mode_and_lets_it_hold_again(guest: Guest) -> None:
    await guest.call("switch.turn_on", f"{BOX}_no_charging")
    await guest.until(f"switch.{BOX}_no_charging", "on")
    await guest.until_box("stopped", lambda world: world.box.power_w == 0)
    await guest.until(f"select.{BOX}_mode", "full")
    await guest.call("switch.turn_on", f"{BOX}_full")
    await guest.until(f"switch.{BOX}_no_charging", "off")
    await guest.until_box("charging", lambda world: world.box.power_w > 10_000)
    await guest.call("switch.turn_off", f"{BOX}_full")
    await guest.until(f"switch.{BOX}_full", "off")
    await guest.call("select.select_option", f"{BOX}_mode", option="sun")
    await guest.until(f"select.{BOX}_mode", "sun")


async def test_nothing_so_far_was_worth_a_warning(guest: Guest) -> None:
    assert await guest.ask("complaints") == []


async def test_a_bad_order_is_refused_and_that_is_seen(guest: Guest) -> None:
    before = float(await guest.state("sensor.sunpilot_refused") or "nan")
    orders = f"sunpilot/wattpilot/{WATTPILOT_ID}"
    await guest.ask("call", "mqtt", "publish", {"topic": f"{orders}/mode/set", "payload": "turbo"})
    await guest.ask("call", "mqtt", "publish", {"topic": f"{orders}/override/set", "payload": '{"kind": "fixed"}'})
    await guest.until("sensor.sunpilot_refused", lambda state: state is not None and float(state) == before + 2)
    assert await guest.state(f"select.{BOX}_mode") == "sun"
    assert await guest.state(f"number.{BOX}_fixed_current") == "unknown"


async def test_home_assistants_account_cannot_write_past_the_orders(guest: Guest) -> None:
    before = len(guest.log)
    orders = f"sunpilot/wattpilot/{WATTPILOT_ID}"
    for topic in (f"{orders}/set/amp", f"{orders}/setpoint", f"{orders}/mode", "homeassistant/device/x/config"):
        await guest.ask("call", "mqtt", "publish", {"topic": topic, "payload": "7"})
    await guest.ask("call", "mqtt", "publish", {"topic": f"{orders}/mode/set", "payload": "sun"})
    async with asyncio.timeout(5):
        while not any(topic == f"{orders}/mode/set" for topic, _ in guest.log[before:]):
            await asyncio.sleep(0.05)
    assert not any(payload == b"7" for _, payload in guest.log[before:])


async def test_without_the_box_what_is_true_only_now_is_unavailable_and_the_counter_stays(guest: Guest) -> None:
    """The bridge's last will, as the broker would publish it."""
    energy = await guest.state(f"sensor.{BOX}_energy")
    guest.bus.publish(f"sunpilot/wattpilot/{WATTPILOT_ID}/online", b"false", retain=True)
    await guest.until(f"sensor.{BOX}_power", "unavailable")
    states = await guest.states()
    assert states[f"binary_sensor.{BOX}_online"]["state"] == "off"
    assert states[f"sensor.{BOX}_car"]["state"] == "unavailable"
    assert float(states[f"sensor.{BOX}_energy"]["state"]) >= float(energy or "nan")
    guest.bus.publish(f"sunpilot/wattpilot/{WATTPILOT_ID}/online", b"true", retain=True)
    await guest.until(f"sensor.{BOX}_power", lambda state: state not in ("unavailable", "unknown", None))


async def test_a_new_name_arrives(guest: Guest) -> None:
    answer = await guest.rest.patch(f"/wattpilots/{WATTPILOT_ID}", json={"name": "Carport"})
    assert answer.status_code == 200
    await guest.until(f"sensor.{BOX}_power", lambda state: state is not None)
    async with asyncio.timeout(10):
        while (await guest.ask("devices"))[BOX]["name"] != "Carport":
            await asyncio.sleep(0.1)


async def test_a_home_assistant_that_is_born_is_told_everything_again(guest: Guest) -> None:
    """The broker has lost what it retained, and so Home Assistant its entities."""
    announced = [topic for topic in guest.heard if topic.startswith("homeassistant/device/")]
    for topic in announced:
        guest.bus.publish(topic, b"", retain=True)
    await guest.until(f"sensor.{BOX}_power", None)
    await guest.ask("call", "mqtt", "publish", {"topic": "homeassistant/status", "payload": "online"})
    await guest.until(f"sensor.{BOX}_power", lambda state: state not in (None, "unavailable", "unknown"))
    assert (await guest.ask("devices")).keys() == {"sunpilot", BOX, ROOF}


async def test_a_deleted_inverter_disappears(guest: Guest) -> None:
    (inverter,) = (await guest.rest.get("/inverters")).json()
    answer = await guest.rest.delete(f"/inverters/{inverter['id']}", params={"with_house": True})
    assert answer.status_code == 204, answer.text
    async with asyncio.timeout(10):
        while ROOF in await guest.ask("devices"):
            await asyncio.sleep(0.1)
    assert not [entity for entity in await guest.states() if ROOF in entity]
