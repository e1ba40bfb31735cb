"""The controller as a process: `python -m sunpilot.controller`."""

import asyncio

from sunpilot.controller.service import Controller
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.report import last_will
from sunpilot.runtime.settings import StoreSettings, load
from sunpilot.runtime.store import Store, connect


async def serve(settings: StoreSettings) -> None:
    """Run the controller until it is cancelled."""
    log = make_log("controller", settings.log_level)
    will = last_will(settings.topics, "controller", settings.instance)
    bus = MqttBus(settings.broker, f"controller-{settings.instance}", log, will)
    redis = connect(settings.store)
    controller = Controller(bus, Store(redis, settings.keys), SystemClock(), settings.topics, settings.instance, log)
    heart = Heart(settings.health_file, bus, lambda: controller.waits_for, log)
    bus.start()
    try:
        async with heart:
            await controller.run()
    finally:
        await bus.stop()
        await redis.aclose()


def main() -> None:
    """Read the settings and serve until SIGINT or SIGTERM."""
    settings = load(StoreSettings)
    asyncio.run(until_signal(lambda: serve(settings)))


if __name__ == "__main__":
    main()
