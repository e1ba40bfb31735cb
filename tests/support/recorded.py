"""What was said on a broker, and the real recorder that takes it to a database, in virtual time."""

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sunpilot.contract.message import Message
from sunpilot.contract.topics import Topics
from sunpilot.recorder.answer import Answer
from sunpilot.recorder.influx import Influx
from sunpilot.recorder.points import Points
from sunpilot.recorder.service import Recorder
from sunpilot.runtime.bus import Delivery, matches
from sunpilot.runtime.log import make_log
from tests.support.broker_session import Session, inline
from tests.support.influx_engine import BUCKET, TOKEN, Engine
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run

Json = dict[str, Any]

SPOOL_BYTES = 256 * 1024 * 1024
AGAIN_S = 900
SETTLE_S = AGAIN_S + 300.0
"""Longer than the pause between two tries, with a few full batches."""

AFTER_S = 0.001
"""The recorder's own timers tick this much before the messages of a second."""


@dataclass(slots=True)
class Said:
    """All that was said, in order, with the time at which it was heard."""

    heard: list[tuple[datetime, Delivery]] = field(default_factory=list)

    def hear(self, at: datetime, delivery: Delivery) -> None:
        self.heard.append((at, delivery))

    def say(self, at: datetime, topic: str, message: Message) -> None:
        """Somebody says this, too."""
        self.hear(at, Delivery(topic, message.encode(), retained=False))

    def on(self, topic_filter: str) -> Iterator[tuple[datetime, str, Json]]:
        """What was said on some topics: when it was heard, the topic, and the message as it stood there."""
        for at, delivery in self.heard:
            if matches(topic_filter, delivery.topic) and delivery.payload:
                with contextlib.suppress(ValueError):
                    yield at, delivery.topic, json.loads(delivery.payload)

    def record(self, engine: Engine, folder: Path) -> None:
        """Through the recorder's intake, spool and writer into the database, which is away until the last word."""
        run(self._record(engine, folder))

    async def _record(self, engine: Engine, folder: Path) -> None:
        clock = VirtualClock(self.heard[0][0] - timedelta(seconds=5 + AFTER_S))
        session, broker = Session(), MemoryBroker()
        database = Evening(Influx(engine.url, "sunpilot", BUCKET, lambda: SecretStr(TOKEN)))
        bus, ear = broker.client(), broker.client()
        log = make_log("test", "critical")
        recorder = Recorder(
            bus, session.client(), database, folder, SPOOL_BYTES, clock, Topics(), "main", log,
            disk=inline, network=inline, rng=random.Random(1),
        )  # fmt: skip
        filters = Points(Topics()).filters

        def publish(delivery: Delivery) -> None:
            if any(matches(topic_filter, delivery.topic) for topic_filter in filters):
                session.publish(delivery.payload, delivery.topic)

        def hear_itself(delivery: Delivery) -> None:
            self.hear(clock.now(), delivery)
            publish(delivery)

        running = asyncio.ensure_future(recorder.run())
        ear.subscribe("#", hear_itself)
        ear.connect()
        asyncio.get_running_loop().call_soon(bus.connect)
        for at, delivery in list(self.heard):
            await clock.sleep((at - clock.now()).total_seconds())
            publish(delivery)
        database.is_open = True
        await clock.sleep(SETTLE_S)
        assert recorder.waits_for == ()
        assert not session.queue
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@dataclass(slots=True)
class Evening:
    """A database that takes nothing before it is open, and asks to be tried again a while later."""

    database: Influx
    is_open: bool = False

    def write(self, lines: Sequence[bytes]) -> Answer:
        """See `Database.write`."""
        return self.database.write(lines) if self.is_open else Answer(503, b"", str(AGAIN_S))
