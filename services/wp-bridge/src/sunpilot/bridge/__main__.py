"""The bridge as a process: ``python -m sunpilot.bridge``."""

import asyncio

from sunpilot.bridge.branch import offline_will
from sunpilot.bridge.service import NAME, Bridge
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.settings import ServiceSettings, load


async def serve(settings: ServiceSettings, wattpilot: WattpilotSettings) -> None:
    """Run the bridge until it is cancelled."""
    log = make_log(NAME, settings.log_level)
    # A client has one will, and others rely on this one: who is online must be right.
    will = offline_will(settings.topics, wattpilot.id)
    bus = MqttBus(settings.broker, f"{NAME}-{wattpilot.id}-{settings.instance}", log, will)
    bridge = Bridge(bus, SystemClock(), settings.topics, settings.instance, log, wattpilot)
    heart = Heart(settings.health_file, bus, lambda: bridge.waits_for, log)
    bus.start()
    try:
        async with heart:
            await bridge.run()
    finally:
        await bus.stop()


def main() -> None:
    """Read the settings and serve until SIGINT or SIGTERM."""
    settings, wattpilot = load(ServiceSettings), load(WattpilotSettings)
    asyncio.run(until_signal(lambda: serve(settings, wattpilot)))


if __name__ == "__main__":
    main()
