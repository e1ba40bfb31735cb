"""What Home Assistant is told over a real Mosquitto, where it and the api have no more than their own accounts."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.service import Api
from sunpilot.contract.keys import Keys
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.report import last_will
from sunpilot.runtime.store import Store, connect
from sunpilot.setup.issue import issue_all
from sunpilot.setup.vault import Vault
from sunpilot.standalone.embedded import LOOPBACK, embedded_store
from tests.support.backends import sunpilot_broker

BROKER_FOLDER = Path(__file__).parents[2] / "mosquitto"
WATTPILOT = "homeassistant/device/sunpilot_wattpilot_1/config"
HUB = "homeassistant/device/sunpilot/config"
KEY = "a-key-for-the-tests-0123456789"
SERVICE = "sunpilot/service/api/main"


@dataclass
class House:
    """A broker and a store, and who talks to them."""

    host: str
    port: int
    vault: Vault
    store: Store
    stack: AsyncExitStack
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    async def bus(self, account: str) -> MqttBus:
        will = last_will(Topics(), "api", "main") if account == "api" else None
        broker = Broker(self.host, self.port, account, SecretStr(self.vault.secret(account)))
        bus = MqttBus(broker, f"{account}-of-the-test", make_log("test", "critical"), will)
        if account == "homeassistant":
            bus.subscribe("#", lambda delivery: self.heard.append((delivery.topic, delivery.payload)))
            self.stack.push_async_callback(bus.stop)
        bus.start()
        return bus

    async def until_heard(self, topic: str, times: int = 1, payload: bytes | None = None) -> bytes:
        """Wait until Home Assistant has heard a topic so often; the last payload."""
        async with asyncio.timeout(15):
            while True:
                said = [what for where, what in self.heard if where == topic and payload in (None, what)]
                if len(said) >= times:
                    return said[-1]
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def api(self) -> AsyncIterator[Api]:
        bus = await self.bus("api")
        log = make_log("test", "critical")
        api = Api(
            bus,
            self.store,
            SystemClock(),
            Topics(),
            "main",
            log,
            key=SecretStr(KEY),
            home_assistant=HomeAssistant(),
        )
        running = asyncio.create_task(api.run_without_socket())
        yield api
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await bus.stop()

    async def put(self, wattpilot_id: int) -> None:
        wattpilot = Wattpilot(id=wattpilot_id, name="Carport")
        await self.store.redis.hset(self.store.keys.wattpilots, str(wattpilot_id), wattpilot.model_dump_json())


def client_of(api: Api) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=api.app)
    return httpx2.AsyncClient(transport=transport, base_url="http://api", headers={"Authorization": f"Bearer {KEY}"})


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Vault]]:
    folder = tmp_path_factory.mktemp("secrets")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    vault = Vault(folder) if os.geteuid() == 0 else Vault(folder, chown=lambda _path, _uid, _gid: None)
    issue_all(vault, BROKER_FOLDER)
    with sunpilot_broker(folder) as broker:
        yield broker.host, broker.port, vault


@pytest.fixture
async def house(secrets: tuple[str, int, Vault], tmp_path: Path) -> AsyncIterator[House]:
    with embedded_store(tmp_path) as server:
        redis = connect(StoreAddress(LOOPBACK, server.port), answer_s=1.5)
        async with AsyncExitStack() as stack:
            yield House(*secrets, Store(redis, Keys()), stack)
        await redis.aclose()


async def test_announced_renewed_at_birth_obeyed_and_cleared_by_their_own_accounts(house: House) -> None:
    await house.put(1)
    home_assistant = await house.bus("homeassistant")
    async with house.api() as api:
        await house.until_heard(HUB)
        assert json.loads(await house.until_heard(WATTPILOT))["device"]["name"] == "Carport"

        home_assistant.publish("homeassistant/status", b"online")
        await house.until_heard(WATTPILOT, times=2)

        home_assistant.publish("sunpilot/wattpilot/1/mode/set", b"off")
        await house.until_heard("sunpilot/wattpilot/1/mode", payload=b"off")
        home_assistant.publish("sunpilot/wattpilot/1/override/set", b'{"kind": "fixed", "amps": 40}')
        async with asyncio.timeout(10):
            while json.loads(await house.until_heard(SERVICE))["dropped"] != 1:
                await asyncio.sleep(0.05)

        async with client_of(api) as rest:
            assert (await rest.delete("/api/v1/wattpilots/1")).status_code == 204
        await house.until_heard(WATTPILOT, payload=b"")


async def test_what_was_deleted_while_the_broker_was_away_is_cleared_at_the_next_start(house: House) -> None:
    await house.put(7)
    orphan = "homeassistant/device/sunpilot_wattpilot_7/config"
    async with house.api():
        await house.bus("homeassistant")
        await house.until_heard(orphan)
    await house.store.redis.hdel(house.store.keys.wattpilots, "7")
    async with house.api():
        await house.until_heard(orphan, payload=b"")


async def test_the_account_homeassistant_announces_nothing_and_sets_nothing_but_orders(house: House) -> None:
    await house.put(1)
    home_assistant = await house.bus("homeassistant")
    async with house.api():
        await house.until_heard(HUB)
        for topic in (WATTPILOT, "sunpilot/wattpilot/1/set/amp", "sunpilot/wattpilot/1/mode", "sunpilot/config"):
            home_assistant.publish(topic, b"forged")
        home_assistant.publish("homeassistant/status", b"online")
        await house.until_heard("homeassistant/status", payload=b"online")
    assert b"forged" not in [payload for _, payload in house.heard]
