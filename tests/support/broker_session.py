"""What a broker keeps for the recorder, in virtual time."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from sunpilot.recorder.intake import Say, Take
from sunpilot.runtime.bus import Delivery

T = TypeVar("T")

UNDER_WAY = 200
TOPIC = "sunpilot/wattpilot/1/status"


async def inline(work: Callable[[], T]) -> T:
    """Instead of a thread."""
    await asyncio.sleep(0)
    return work()


class Session:
    """A broker's session: what is not acknowledged comes again after each connect; ``client`` is who is connected."""

    def __init__(self) -> None:
        self.queue: deque[Delivery] = deque()
        self.under_way: dict[int, Delivery] = {}
        self.is_known = False
        self.say: Say = lambda _wait: None
        self._mid = 0
        self._take: Take | None = None

    def client(self) -> "Client":
        return Client(self)

    def publish(self, payload: bytes, topic: str = TOPIC) -> None:
        self.queue.append(Delivery(topic, payload, retained=False))
        self.pump()

    def connect(self, take: Take | None) -> None:
        """Another connection, or none; what was under way on the last one waits again, in its order."""
        self.queue.extendleft(reversed(self.under_way.values()))
        self.under_way = {}
        self._take = take
        self.pump()

    def pump(self) -> None:
        take = self._take
        while take is not None and self.queue and len(self.under_way) < UNDER_WAY:
            self._mid += 1
            delivery = self.under_way[self._mid] = self.queue.popleft()
            asyncio.get_running_loop().call_soon(self._hand_over, take, delivery, self._mid)

    def _hand_over(self, take: Take, delivery: Delivery, mid: int) -> None:
        def acknowledge() -> None:
            if self._take is take and self.under_way.pop(mid, None) is not None:
                self.pump()

        if self._take is take:
            take(delivery, acknowledge)


class Client:
    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, take: Take, remembered: Callable[[bool], None], say: Say) -> None:
        self._session.say = say
        remembered(self._session.is_known)
        self._session.is_known = True
        self._session.connect(take)

    async def stop(self) -> None:
        self._session.connect(None)
