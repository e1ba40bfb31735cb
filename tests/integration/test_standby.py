"""Two controllers on real servers: the standby takes over within 10 s, and who was overtaken is not heard again."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sunpilot.contract.decision import Decision
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part, decode
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import Car, Limits, LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.address import StoreAddress
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.store import Store, connect
from sunpilot.standalone.embedded import LOOPBACK, embedded_store
from tests.support.backends import Server, free_port, mosquitto
from tests.support.mqtt import client, listen

TOPICS = Topics()
VOLT = 230.0
SURPLUS_W = 8000.0
TAKEOVER_S = 10.0


class Street:
    """Broker and store, a meter and a Wattpilot that say every half second how things are, and controllers."""

    def __init__(self, broker: Server, store_port: int, folder: Path) -> None:
        self.broker = broker
        self.store_port = store_port
        self.folder = folder
        self.store = Store(connect(StoreAddress(LOOPBACK, store_port)), Keys())
        self.controllers: dict[str, asyncio.subprocess.Process] = {}
        self.setpoints: list[tuple[float, Setpoint]] = []
        self.decisions: list[Decision] = []
        self.amps = 0

    async def configure(self) -> None:
        meter = MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter"))
        inverter = Inverter(id=1, name="Meter", source=meter, house_id=2, wattpilot_id=1)
        await self._put("inverters", 1, inverter)
        await self._put("houses", 2, House(id=2, name="House"))
        await self._put("wattpilots", 1, Wattpilot(id=1, name="Carport"))

    async def _put(self, name: str, entity_id: int, entity: Part) -> None:
        await self.store.redis.hset(f"sunpilot:{name}", str(entity_id), entity.model_dump_json())

    async def start(self, name: str) -> None:
        environment = os.environ | {
            "SUNPILOT_INSTANCE": name,
            "SUNPILOT_BROKER_HOST": self.broker.host,
            "SUNPILOT_BROKER_PORT": str(self.broker.port),
            "SUNPILOT_STORE_PORT": str(self.store_port),
            "SUNPILOT_LOG_LEVEL": "error",
        }
        self.controllers[name] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sunpilot.controller", env=environment, cwd=self.folder
        )

    async def end(self) -> None:
        for process in self.controllers.values():
            for number in (signal.SIGCONT, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
            await process.wait()
        await self.store.redis.aclose()

    async def live(self) -> None:
        """Meter and Wattpilot for ever; the car draws what the last setpoint said."""
        async with client(self.broker) as bus:
            bus.subscribe(TOPICS.wattpilot(1, "setpoint"), self._take_setpoint)
            bus.subscribe(TOPICS.wattpilot(1, "decision"), self._take_decision)
            while True:
                now = datetime.now(UTC)
                power_w = 3 * VOLT * self.amps
                status = Status(
                    link=LinkState.ONLINE,
                    car=Car.CHARGING if self.amps else Car.WAITING,
                    allowed=self.amps > 0,
                    power_w=power_w,
                    voltage_v=(VOLT, VOLT, VOLT),
                    phases=3,
                    offered_a=self.amps or None,
                    limits=Limits(minimum_a=6, installation_a=16),
                    epoch=self.setpoints[-1][1].epoch if self.setpoints else None,
                )
                bus.publish(TOPICS.wattpilot(1, "status"), status.encode())
                measured_at = now - timedelta(milliseconds=100)
                reading = Reading(source="meter", measured_at=measured_at, received_at=now, grid_w=power_w - SURPLUS_W)
                bus.publish(TOPICS.inverter(1, "reading"), reading.encode())
                await asyncio.sleep(0.5)

    def _take_setpoint(self, delivery: Delivery) -> None:
        setpoint = decode(Setpoint, delivery.payload)
        self.setpoints.append((time.monotonic(), setpoint))
        self.amps = setpoint.amps or 0 if setpoint.action is Action.CHARGE else 0

    def _take_decision(self, delivery: Delivery) -> None:
        if not delivery.retained:
            self.decisions.append(decode(Decision, delivery.payload))

    async def until_epoch_above(self, epoch: int, seconds: float) -> Setpoint:
        async with asyncio.timeout(seconds):
            while not self.setpoints or self.setpoints[-1][1].epoch <= epoch:
                await asyncio.sleep(0.05)
        return self.setpoints[-1][1]


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    port = free_port()
    with mosquitto(tmp_path) as broker, embedded_store(tmp_path, port):
        street = Street(broker, port, tmp_path)
        await street.configure()
        living = asyncio.create_task(street.live())
        try:
            yield street
        finally:
            living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living
            await street.end()


async def both_run(street: Street) -> int:
    """The first leads, the second stands by; answers the first one's epoch."""
    await street.start("one")
    first = await street.until_epoch_above(0, 20)
    async with asyncio.timeout(20):
        async with client(street.broker) as bus:
            report = await listen(bus, TOPICS.service("controller", "two"))
            await street.start("two")
            while b"stands by" not in (await report.get()).payload:
                pass
    return first.epoch


async def test_a_standby_takes_over_within_10_s_of_a_kill(street: Street) -> None:
    epoch = await both_run(street)
    street.controllers["one"].kill()
    killed = time.monotonic()
    await street.until_epoch_above(epoch, TAKEOVER_S)
    assert time.monotonic() - killed <= TAKEOVER_S


async def test_a_paused_leader_that_wakes_up_is_not_heard_again(street: Street) -> None:
    epoch = await both_run(street)
    street.controllers["one"].send_signal(signal.SIGSTOP)
    successor = await street.until_epoch_above(epoch, TAKEOVER_S)
    await asyncio.sleep(15)  # long enough for the broker to give the paused one up (keepalive 10 s)
    street.controllers["one"].send_signal(signal.SIGCONT)
    woken = time.monotonic()
    decided_at = street.decisions[-1].at
    told = len(street.decisions)
    await asyncio.sleep(6)
    assert {setpoint.epoch for at, setpoint in street.setpoints if at >= woken} <= {successor.epoch}
    times = [decided_at, *(decision.at for decision in street.decisions[told:])]
    assert times == sorted(times)
    stored = await street.store.call(street.store.redis.get("sunpilot:epoch:controller"))
    assert int(stored) == successor.epoch
