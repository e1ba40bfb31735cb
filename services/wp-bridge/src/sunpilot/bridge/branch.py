"""One Wattpilot's branch of topics: all that its bridge hears and says."""

import asyncio
from collections.abc import Callable

from sunpilot.contract.setpoint import Ack, Memory, Setpoint
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.mqtt import Will
from sunpilot.runtime.report import Report

MEMORY_WAIT_S = 2.0
"""A broker sends a retained message at once after the subscription; no message within this time means none. One that
comes later is not heard, and the first new memory replaces it: a charge that it told of then counts as the box's own.
So the broker must keep retained messages over its restarts, or somebody must publish this one anew.
"""

OFFLINE = b"false"


def offline_will(topics: Topics, wattpilot_id: int) -> Will:
    """What the broker says of a Wattpilot whose bridge is lost."""
    return Will(topics.wattpilot(wattpilot_id, "online"), OFFLINE)


class Branch:
    """The topics of one Wattpilot."""

    def __init__(self, bus: Bus, topics: Topics, wattpilot_id: int, report: Report) -> None:
        self._bus = bus
        self._topics = topics
        self._id = wattpilot_id
        self._report = report
        self._said_online: bool | None = None

    async def recall(self) -> Memory:
        """What the bridge remembers from before its start. Waits for the broker as long as it takes."""
        memory: asyncio.Future[Memory | None] = asyncio.get_running_loop().create_future()
        connected = asyncio.Event()

        def take(delivery: Delivery) -> None:
            if not memory.done():
                memory.set_result(self._report.read(Memory, delivery))

        topic = self._topic("memory")
        self._bus.on_connection(lambda up: connected.set() if up else None)
        self._bus.subscribe(topic, take)
        if self._bus.is_connected:
            connected.set()
        await connected.wait()
        await asyncio.wait([memory], timeout=MEMORY_WAIT_S)
        self._bus.unsubscribe(topic)
        remembered = memory.result() if memory.done() else None
        return remembered or Memory()

    def hear_setpoints(self, handler: Callable[[Setpoint], None]) -> None:
        """Call the handler for each setpoint. A retained one is dropped: nobody knows how old it is."""

        def take(delivery: Delivery) -> None:
            if delivery.retained:
                self._report.drop(delivery, "a setpoint must not be retained")
                return
            setpoint = self._report.read(Setpoint, delivery)
            if setpoint is not None:
                handler(setpoint)

        self._bus.subscribe(self._topic("setpoint"), take)

    def hear_requests(self, handler: Callable[[str, bytes], None]) -> None:
        """Call the handler with property and payload of each raw write that a person asks for. A retained one is
        dropped: it would come again at each start.
        """

        def take(delivery: Delivery) -> None:
            if delivery.retained:
                self._report.drop(delivery, "a request must not be retained")
                return
            handler(delivery.topic.rpartition("/")[2], delivery.payload)

        self._bus.subscribe(self._topic("set/+"), take)

    def remember(self, memory: Memory) -> None:
        """Keep the memory where the next start finds it."""
        self._bus.publish(self._topic("memory"), memory.encode(), retain=True)

    def say_status(self, status: Status) -> None:
        """Publish the status, and whether the Wattpilot is online where that is news."""
        self._bus.publish(self._topic("status"), self._report.dated(status).encode(), retain=True)
        if status.is_online is not self._said_online:
            self._said_online = status.is_online
            self.repeat_online()

    def repeat_online(self) -> None:
        """Say again what was said last of being online, should somebody else have said otherwise."""
        if self._said_online is not None:
            self._bus.publish(self._topic("online"), b"true" if self._said_online else OFFLINE, retain=True)

    def acknowledge(self, ack: Ack) -> None:
        """Say how a request ended."""
        self._bus.publish(self._topic("ack"), self._report.dated(ack).encode())

    def _topic(self, leaf: str) -> str:
        return self._topics.wattpilot(self._id, leaf)
