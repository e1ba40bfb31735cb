"""The api as a process: ``python -m sunpilot.api``."""

import asyncio

from sunpilot.api.key import first_key
from sunpilot.api.service import Api
from sunpilot.api.settings import ApiSettings
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.report import last_will
from sunpilot.runtime.settings import load
from sunpilot.runtime.store import Store, connect


async def run(settings: ApiSettings) -> None:
    """Run until a signal comes."""
    log = make_log("api", settings.log_level)
    key, password = first_key(settings.api_key_file), settings.password
    will = last_will(settings.topics, "api", settings.instance)
    bus = MqttBus(settings.broker, f"{settings.root}-api-{settings.instance}", log, will)
    redis = connect(settings.store, answer_s=STORE_ANSWER_S)
    api = Api(
        bus,
        Store(redis, settings.keys),
        SystemClock(),
        settings.topics,
        settings.instance,
        log,
        key=key,
        password=password,
        host=settings.api_host,
        port=settings.api_port,
        proxy=settings.api_proxy,
        home_assistant=settings.home_assistant,
        grafana=settings.grafana,
    )
    heart = Heart(settings.health_file, bus, lambda: api.waits_for, log)
    bus.start()
    try:
        async with heart:
            await until_signal(api.run)
    finally:
        await bus.stop()
        await redis.aclose()


STORE_ANSWER_S = 1.5
"""A write waits up to 1 s for the disk, so an answer may take longer than elsewhere."""


def main() -> None:
    """Run the api; a bad setting ends it with one sentence."""
    try:
        asyncio.run(run(load(ApiSettings)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
