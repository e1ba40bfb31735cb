"""The same lock-step over a real broker: every message goes through MQTT, and time waits for it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import fakeredis

from bench.control.day import Day, generated
from bench.control.meter import METERS, Meter
from bench.control.plant import Command, Plant
from bench.control.simulation import driven
from bench.stepped_clock import SteppedClock
from sunpilot.contract.keys import Keys
from sunpilot.controller.rule import Rule
from sunpilot.controller.service import Controller
from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery, Handler
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.store import Store
from sunpilot.standalone.embedded import LOOPBACK, embedded_broker
from tests.support.lockstep import AFTER_S, PAUSE_S, TOPICS, Box, by_second, configure

SECONDS = 2700
LOG = make_log("test", "critical")
SETPOINT = TOPICS.wattpilot(1, "setpoint")


class CountingBus(MqttBus):
    """Counts what came in and which setpoints went out, so that the test knows when all is done."""

    heard = 0
    ordered = 0

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Count, and pass on."""

        def counted(delivery: Delivery) -> None:
            self.heard += 1
            handler(delivery)

        super().subscribe(topic_filter, counted)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Count, and send."""
        self.ordered += topic == SETPOINT
        super().publish(topic, payload, retain=retain)


class Play:
    """One stretch of a day: messages out, setpoints in, and a clock that only goes on when all is quiet."""

    def __init__(self, day: Day, port: int) -> None:
        self.clock = SteppedClock(day.at(0) - timedelta(seconds=5))
        self.own = CountingBus(Broker(LOOPBACK, port), "controller", LOG)
        self.bus = MqttBus(Broker(LOOPBACK, port), "box", LOG)
        self.box = Box(Plant(len(day.pv_w), PAUSE_S))
        self._day = day
        self._obeyed = 0

    def obey(self, delivery: Delivery) -> None:
        """A setpoint."""
        self._obeyed += 1
        self.box.obey(int((self.clock.now() - self._day.at(0)).total_seconds()), delivery)

    async def run(self, meter: Meter) -> list[tuple[int, Command]]:
        """Play it; answers what was ordered."""
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        await configure(redis, self._day, meter)
        controller = Controller(self.own, Store(redis, Keys()), self.clock, TOPICS, "test", LOG)
        self.clock.advance(AFTER_S)
        task = asyncio.ensure_future(controller.run())
        self.bus.subscribe(SETPOINT, self.obey)
        for bus in (self.own, self.bus):
            bus.start()
        async with asyncio.timeout(30):
            while controller.waits_for or not self.bus.is_connected:
                await self._advance(0.01)
        while self.clock.now() < self._day.at(0):
            await self._advance(0.01)
        for messages in by_second(self.box, self._day, meter, SECONDS, seed=1):
            for topic, payload in messages():
                heard = self.own.heard
                self.bus.publish(topic, payload)
                async with asyncio.timeout(10):
                    while self.own.heard == heard:
                        await asyncio.sleep(0.001)
                await self._quiet()
            await self._advance(AFTER_S)
            await self._advance(1 - AFTER_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for bus in (self.own, self.bus):
            await bus.stop()
        return self.box.plant.orders

    async def _advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self._quiet()

    async def _quiet(self) -> None:
        """Until the controller has handled all, and its setpoints have arrived."""
        for _ in range(40):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while self._obeyed < self.own.ordered:
                await asyncio.sleep(0.001)


async def test_over_a_real_broker_the_service_orders_what_the_simulation_orders(tmp_path: Path) -> None:
    meter = next(meter for meter in METERS if meter.name == "cloud-180s")
    day = next(day for day in generated() if day.weather == "broken")
    with embedded_broker(tmp_path) as broker:
        orders = await Play(day, broker.port).run(meter)
    simulated = driven(day, meter, Rule(pause_s=PAUSE_S), PAUSE_S, seed=1).orders
    assert orders == [order for order in simulated if order[0] < SECONDS]
    assert len(orders) >= 2
