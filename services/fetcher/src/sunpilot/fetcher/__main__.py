"""The fetcher as a process: ``python -m sunpilot.fetcher``."""

import asyncio

from sunpilot.fetcher.service import NAME, Fetcher
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.report import last_will
from sunpilot.runtime.settings import StoreSettings, load
from sunpilot.runtime.store import Store, connect


async def serve(settings: StoreSettings) -> None:
    """Run the service with its connections until it is cancelled."""
    log = make_log(NAME, settings.log_level)
    will = last_will(settings.topics, NAME, settings.instance)
    bus = MqttBus(settings.broker, f"{NAME}-{settings.instance}", log, will)
    redis = connect(settings.store)
    fetcher = Fetcher(bus, Store(redis, settings.keys), SystemClock(), settings.topics, settings.instance, log)
    heart = Heart(settings.health_file, bus, lambda: fetcher.waits_for, log)
    bus.start()
    try:
        async with heart:
            await fetcher.run()
    finally:
        await bus.stop()
        await redis.aclose()


def main() -> None:
    """Read the settings and serve until SIGINT or SIGTERM."""
    settings = load(StoreSettings)
    asyncio.run(until_signal(lambda: serve(settings)))


if __name__ == "__main__":
    main()
