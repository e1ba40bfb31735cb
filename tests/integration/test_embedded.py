"""The embedded broker and store with passwords, and the bridge's memory over their restart."""

import asyncio
import contextlib
import os
import signal
import socket
import stat
from pathlib import Path

import pytest
from paho.mqtt import subscribe
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pydantic import SecretStr

from sunpilot.bridge.branch import Branch, offline_will
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.keys import Keys
from sunpilot.contract.setpoint import Memory
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError, connect
from sunpilot.standalone.embedded import ACCOUNT, LOOPBACK, Embedded, embedded_broker, embedded_store, free_port
from sunpilot.standalone.memory import RememberingBus
from sunpilot.standalone.secret import lasting_password
from sunpilot.standalone.swarm import INSTANCE, Place, Swarm
from sunpilot.standalone.tenancy import sole_tenant

PASSWORD = SecretStr("0123456789abcdef")
LOG = make_log("test", "critical")
TOPICS = Topics()


def modes(folder: Path) -> dict[str, str]:
    return {path.name: stat.filemode(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}


def command_lines() -> str:
    return " ".join(
        path.read_bytes().decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.parent.joinpath("stat").exists()
    )


async def test_the_store_answers_only_to_its_password_which_nobody_else_can_read(tmp_path: Path) -> None:
    with embedded_store(tmp_path, password=PASSWORD) as server:
        for password, is_right in ((PASSWORD, True), (SecretStr("wrong"), False), (None, False)):
            redis = connect(StoreAddress(LOOPBACK, server.port, password))
            store = Store(redis, Keys())
            if is_right:
                await until_ready(store)
            else:
                with pytest.raises(StoreRefusedError, match="the password"):
                    await store.call(redis.hgetall("any"))
            await redis.aclose()
        assert PASSWORD.get_secret_value() not in command_lines()
        assert set(modes(tmp_path).values()) == {"-rw-------"}


async def until_ready(store: Store) -> None:
    async with asyncio.timeout(10):
        await store.ping()


def test_the_broker_lets_its_account_in_and_nobody_else(tmp_path: Path) -> None:
    port = free_port()
    with embedded_broker(tmp_path, password=PASSWORD, onlooker_port=port) as broker:
        for version, at in ((MQTTProtocolVersion.MQTTv5, broker.port), (MQTTProtocolVersion.MQTTv311, port)):
            assert is_let_in(version, at, ACCOUNT, PASSWORD.get_secret_value())
            assert not is_let_in(version, at, ACCOUNT, "wrong")
            assert not is_let_in(version, at, "other", PASSWORD.get_secret_value())
            assert not is_let_in(version, at, None, None)
    assert modes(tmp_path) == {"broker.toml": "-rw-------"}


def is_let_in(version: MQTTProtocolVersion, port: int, user: str | None, password: str | None) -> bool:
    answers: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=version)
    client.on_connect = lambda _client, _data, _flags, code, _props: answers.append(not code.is_failure)
    client.on_disconnect = lambda _client, _data, _flags, _code, _props: answers.append(False)
    client.username_pw_set(user, password)
    client.connect(LOOPBACK, port)
    while not answers:
        client.loop(0.1)
    client.disconnect()
    return answers[0]


async def test_an_onlooker_with_the_older_mqtt_sees_what_services_say(tmp_path: Path) -> None:
    port = free_port()
    with embedded_broker(tmp_path, password=PASSWORD, onlooker_port=port) as broker:
        bus = MqttBus(Broker(LOOPBACK, broker.port, ACCOUNT, PASSWORD), "service", LOG)
        bus.publish("sunpilot/some/state", b"on", retain=True)
        bus.start()
        login = {"username": ACCOUNT, "password": PASSWORD.get_secret_value()}
        try:
            async with asyncio.timeout(10):
                message = await asyncio.to_thread(
                    subscribe.simple,
                    "#",
                    hostname=LOOPBACK,
                    port=port,
                    auth=login,
                    protocol=MQTTProtocolVersion.MQTTv311,
                )
        finally:
            await bus.stop()
        assert (message.topic, message.payload) == ("sunpilot/some/state", b"on")


async def test_a_service_that_is_cut_off_is_missed_and_a_mere_onlooker_is_not(tmp_path: Path) -> None:
    heard: dict[str, bytes] = {}
    with embedded_broker(tmp_path) as server:
        broker = Broker(LOOPBACK, server.port)
        place = Place(broker, StoreAddress(LOOPBACK, free_port()), LOOPBACK, 0, SecretStr("a-key-for-the-tests"))
        swarm = Swarm(SystemClock(), place, WattpilotSettings(id=1))
        listener = MqttBus(broker, "listener", LOG)
        listener.subscribe("sunpilot/service/#", lambda delivery: heard.update({delivery.topic: delivery.payload}))
        buses = [swarm.bus("onlooker"), swarm._buses[0]]
        for bus in (listener, *buses):
            bus.start()
        async with asyncio.timeout(10):
            while not all(bus.is_connected for bus in (listener, *buses)):
                await asyncio.sleep(0.02)
            for bus in buses:
                line = bus._client.socket()
                assert isinstance(line, socket.socket)
                line.shutdown(socket.SHUT_RDWR)
            while TOPICS.service("api", INSTANCE) not in heard:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        for bus in (listener, *buses):
            await bus.stop()
    assert list(heard) == [TOPICS.service("api", INSTANCE)]


def test_a_wanted_port_that_is_taken_is_replaced_by_a_free_one(tmp_path: Path) -> None:
    port = free_port()
    assert free_port(port) == port
    with embedded_broker(tmp_path, port):
        assert free_port(port) != port


def test_the_brokers_password_is_the_same_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "mqtt-password"
    password = lasting_password(file).get_secret_value()
    assert len(password) == 32
    assert lasting_password(file).get_secret_value() == password
    assert modes(tmp_path) == {"mqtt-password": "-rw-------"}


@pytest.mark.parametrize("who", ["keeper", "server"])
async def test_a_store_that_is_killed_comes_back_with_what_it_kept(
    who: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with embedded_store(tmp_path, password=PASSWORD) as embedded:
        redis = connect(StoreAddress(LOOPBACK, embedded.port, PASSWORD))
        store = Store(redis, Keys())
        await store.call(redis.set("kept", "1"))
        (keeper,) = children(os.getpid())
        (server,) = children(keeper)
        os.kill({"keeper": keeper, "server": server}[who], signal.SIGKILL)
        said = ""
        async with asyncio.timeout(20):
            while "it is started again in 1 s" not in said:
                said += capfd.readouterr().err
                await asyncio.sleep(0.05)
            while True:
                with contextlib.suppress(StoreDownError):
                    assert await store.call(redis.get("kept")) in {"1", b"1"}
                    break
        await redis.aclose()
    assert children(os.getpid()) == []


def children(process: int) -> list[int]:
    return [
        int(number) for file in Path(f"/proc/{process}/task").glob("*/children") for number in file.read_text().split()
    ]


def test_a_damaged_store_says_what_to_do(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "appendonlydir"
    kept.mkdir()
    (kept / "appendonly.aof.manifest").write_text("file appendonly.aof.1.incr.aof seq 1 type i\n")
    (kept / "appendonly.aof.1.incr.aof").write_text("this is no log\n")
    with pytest.raises(RuntimeError, match="did not start"), embedded_store(tmp_path):
        pass
    said = capfd.readouterr().err
    assert said.startswith(f"What the store keeps in {kept} is damaged.")
    assert "Traceback" not in said


def test_two_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with (
        sole_tenant(tmp_path),
        pytest.raises(RuntimeError, match="Another Sunpilot uses the folder"),
        sole_tenant(tmp_path),
    ):
        pass
    with sole_tenant(tmp_path):
        pass


async def test_the_bridges_memory_outlives_a_broker_that_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    memory = Memory(written={"frc": 2, "amp": 6})
    with embedded_broker(tmp_path) as broker:
        bus = bridge_bus(broker, file)
        assert await recalled(bus) == Memory()
        branch(bus).remember(memory)
        await bus.stop()
    with embedded_broker(tmp_path) as broker:
        bus = bridge_bus(broker, file)
        assert await recalled(bus) == memory
        await bus.stop()


async def test_a_memory_that_cannot_be_written_is_published_all_the_same(tmp_path: Path) -> None:
    with embedded_broker(tmp_path) as broker:
        bus = bridge_bus(broker, tmp_path / "missing" / "memory.json")
        branch(bus).remember(Memory(released=True))
        assert await recalled(bus) == Memory(released=True)
        await bus.stop()


def bridge_bus(broker: Embedded, file: Path) -> RememberingBus:
    bus = RememberingBus(
        Broker(LOOPBACK, broker.port), "bridge", LOG, offline_will(TOPICS, 1), TOPICS.wattpilot(1, "memory"), file
    )
    bus.start()
    return bus


def branch(bus: MqttBus) -> Branch:
    return Branch(bus, TOPICS, 1, Report(bus, SystemClock(), TOPICS, "bridge", "test", LOG))


async def recalled(bus: MqttBus) -> Memory:
    async with asyncio.timeout(10):
        return await branch(bus).recall()
