"""A service's own report: what it waits for, and how many payloads it had to drop."""

import importlib.metadata
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sunpilot.contract.message import BadMessageError, Part, decode
from sunpilot.contract.service import Recording, ServiceState
from sunpilot.contract.setpoint import Ack
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import Wait
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.mqtt import Will

VERSION = importlib.metadata.version("sunpilot-core")

M = TypeVar("M", bound=Part)
D = TypeVar("D", Ack, Status)


def last_will(topics: Topics, name: str, instance: str) -> Will:
    """What the broker says of a service that is lost."""
    return Will(topics.service(name, instance), ServiceState(online=False, version=VERSION).encode())


class Report:
    """Publishes a service's state, retained, at once on a change. ``recording`` is asked for the recorder's counts."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        topics: Topics,
        name: str,
        instance: str,
        log: Log,
        recording: Callable[[], Recording] | None = None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._topic = topics.service(name, instance)
        self._started_s = clock.monotonic()
        self._waits: list[Wait] = []
        self._dropped = 0
        self._recording = recording
        self._log = log
        self._streaks = Streaks(log)

    @property
    def state(self) -> ServiceState:
        """The state as it is now."""
        uptime_s = self._clock.monotonic() - self._started_s
        return ServiceState(
            online=True,
            version=VERSION,
            started_at=self._clock.now() - timedelta(seconds=uptime_s),  # by the clock as it is set now
            uptime_s=uptime_s,
            waits_for=tuple(one.text.en for one in self._waits),
            waits=tuple(self._waits),
            dropped=self._dropped,
            recording=None if self._recording is None else self._recording(),
        )

    def dated(self, message: D) -> D:
        """The message with the time at which it is said, for history."""
        return message.model_copy(update={"at": self._clock.now()})

    def waits_for(self, what: Wait, waiting: bool = True) -> None:
        """Begin or end waiting for something."""
        if waiting == (what in self._waits):
            return
        if waiting:
            self._waits.append(what)
            self._log.info("waiting", what=what.text.en)
        else:
            self._waits.remove(what)
        self.publish()

    def read(self, kind: type[M], delivery: Delivery) -> M | None:
        """Decode a payload. A bad one is counted, logged once per streak and dropped: the answer is None."""
        what = f"bad payload on {delivery.topic}"
        try:
            message = decode(kind, delivery.payload)
        except BadMessageError as error:
            self.drop(delivery, str(error))
            return None
        self._streaks.ended(what)
        return message

    def drop(self, delivery: Delivery, why: str) -> None:
        """Count a payload that cannot be used; the first of a streak is logged."""
        self._dropped += 1
        self._streaks.failed(f"bad payload on {delivery.topic}", why=why)
        self.publish()

    def publish(self) -> None:
        """Send the state."""
        self._bus.publish(self._topic, self.state.encode(), retain=True)

    def say_goodbye(self) -> None:
        """Say that the service ended in good order, and when: a last will knows no time."""
        farewell = self.state.model_copy(update={"online": False, "waits_for": (), "waits": ()})
        self._bus.publish(self._topic, farewell.encode(), retain=True)

    async def run(self) -> None:
        """Send the state now and every 30 s."""
        while True:
            self.publish()
            await self._clock.sleep(30)
