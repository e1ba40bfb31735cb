"""The recorder as a process: ``python -m sunpilot.recorder``."""

import asyncio

from sunpilot.recorder.database import Database
from sunpilot.recorder.intake import Intake
from sunpilot.recorder.points import Points
from sunpilot.recorder.service import NAME, Recorder
from sunpilot.recorder.settings import RecorderSettings
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.report import last_will
from sunpilot.runtime.settings import load


def database(settings: RecorderSettings) -> Database | None:
    """The database of the settings; None where none is set."""
    if settings.influx_url is None:
        return None
    from sunpilot.recorder.influx import Influx  # noqa: PLC0415  (memory, where nothing is recorded)

    return Influx(settings.influx_url, settings.influx_org, settings.influx_bucket, settings.token)


async def serve(settings: RecorderSettings) -> None:
    """Run the recorder until it is cancelled."""
    log = make_log(NAME, settings.log_level)
    # Two clients: one with a session that outlives us, and one like every service's, whose will says that we are gone.
    will = last_will(settings.topics, NAME, settings.instance)
    bus = MqttBus(settings.broker, f"{NAME}-{settings.instance}", log, will)
    filters = Points(settings.topics).filters
    source = Intake(settings.broker, f"{NAME}-{settings.instance}-session", filters, log)
    recorder = Recorder(
        bus,
        source,
        database(settings),
        settings.spool,
        settings.spool_mib * 1024 * 1024,
        SystemClock(),
        settings.topics,
        settings.instance,
        log,
    )
    heart = Heart(settings.health_file, bus, lambda: recorder.waits_for, log)
    bus.start()
    try:
        async with heart:
            await recorder.run()
    finally:
        await bus.stop()


def main() -> None:
    """Read the settings and serve until SIGINT or SIGTERM."""
    settings = load(RecorderSettings)
    asyncio.run(until_signal(lambda: serve(settings)))


if __name__ == "__main__":
    main()
