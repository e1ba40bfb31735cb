"""The demo: the whole swarm on a fast clock, with a simulated house, car and Wattpilot, and one line per decision."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.contract.decision import Decision
from sunpilot.contract.message import BadMessageError, decode
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.simulator.demo import WATTPILOT_ID, Way, inverter
from sunpilot.simulator.meter.publisher import BrokerAddress
from sunpilot.simulator.owner import Owner
from sunpilot.simulator.world import World, WorldSettings
from sunpilot.standalone.swarm import Place, Swarm

START = datetime(2026, 6, 21, 5, 10, tzinfo=ZoneInfo("Europe/Berlin"))
"""Shortly before sunrise on the longest day, so that something happens soon."""

ARRIVAL_S = 600.0
"""When the car comes home, where it is not there from the start."""


@contextlib.asynccontextmanager
async def demo(
    clock: Clock, place: Place, settings: WorldSettings, say: Callable[[str], None], way: Way = Way.CLOUD
) -> AsyncIterator[World]:
    """The simulated world, measured in the given way, with the swarm and its owner running.

    Raises OSError when the api's port is taken.
    """
    if way is Way.METER:
        settings = replace(settings, meter_broker=_address(place.broker))
    world = World.build(clock.now, clock.sleep, settings)
    await world.start()
    wattpilot = WattpilotSettings(id=WATTPILOT_ID, host=f"127.0.0.1:{world.box_port}", password=settings.password)
    swarm = Swarm(clock, place, wattpilot)
    try:
        async with asyncio.TaskGroup() as tasks:
            swarm.bus("onlooker").subscribe(Topics().wattpilot("+", "decision"), Narrator(say))
            running = [tasks.create_task(swarm.run())]
            port = await swarm.api_port()
            key = place.key.get_secret_value()
            say(f"Sunpilot demo: http://{place.host}:{port}")
            say(f"To change something there, open http://{place.host}:{port}/#code={key}  (its end is the API key)")
            owner = Owner(f"http://127.0.0.1:{port}", key, clock.sleep)
            await owner.set_up(inverter(way, world, settings, f"http://127.0.0.1:{world.http_port}"))
            running.append(tasks.create_task(owner.keep_reading_open()))
            if not settings.plugged_in:
                running.append(tasks.create_task(_arrive(clock, world)))
            try:
                yield world
            finally:
                for task in running:
                    task.cancel()
    finally:
        await world.stop()


def _address(broker: Broker) -> BrokerAddress:
    """The embedded broker, as the simulated meter reaches it."""
    password = broker.password.get_secret_value() if broker.password else None
    return BrokerAddress(broker.host, broker.port, broker.username, password, mqtt_5=True)


async def _arrive(clock: Clock, world: World) -> None:
    await clock.sleep(ARRIVAL_S)
    world.box.plug_in()


class Narrator:
    """Says each decision that differs from the one before and reads differently, in the house's local time.

    Beside a car that sleeps the current goes on following the sun, under one and the same sentence.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last: tuple[object, ...] = ()
        self._said = ""

    def __call__(self, delivery: Delivery) -> None:
        """Take in a decision."""
        with contextlib.suppress(BadMessageError):
            decision = decode(Decision, delivery.payload)
            essence, sentence = (decision.reason, decision.amps), decision.text.en
            if essence != self._last and sentence != self._said:
                self._said = sentence
                self._say(f"{decision.at.astimezone(START.tzinfo):%H:%M:%S}  {sentence}")
            self._last = essence
