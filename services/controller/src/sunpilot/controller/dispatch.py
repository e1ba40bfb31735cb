"""What a leader sends: setpoints, each of which is a lease that is renewed, and what the broker keeps of its words."""

from sunpilot.contract.setpoint import Action, Order, Setpoint
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError, Leader

RENEW_S = 30.0
"""A setpoint is a lease of 90 s, renewed at this interval."""


class Dispatch:
    """Numbers setpoints under the leader's epoch, and remembers when each Wattpilot was last sent one."""

    def __init__(self, bus: Bus, clock: Clock, topics: Topics, leader: Leader) -> None:
        self._bus = bus
        self._clock = clock
        self._topics = topics
        self._leader = leader
        self._sent_at_s: dict[int, float] = {}
        self._n = 0

    def next_order(self) -> Order:
        """The place of the next setpoint among all; raises `FencedError` when somebody newer leads."""
        if self._leader.epoch is None:
            raise FencedError("no longer the leader")
        self._n += 1
        return Order(epoch=self._leader.epoch, n=self._n)

    def due(self, wattpilot_id: int, last: Setpoint | None, content: Setpoint | None) -> Setpoint | None:
        """The setpoint to send now: what differs from the ``last`` at once, what does not every 30 s."""
        if content is None:
            return None
        since_s = self._clock.monotonic() - self._sent_at_s.get(wattpilot_id, float("-inf"))
        is_news = last is None or content.resume or _demand(last) != _demand(content)
        if not is_news and since_s < RENEW_S:
            return None
        order = self.next_order()
        return content.model_copy(update={"epoch": order.epoch, "n": order.n})

    def send(self, wattpilot_id: int, setpoint: Setpoint) -> None:
        """Send a setpoint. After a release, the next one goes at once."""
        dated = setpoint.model_copy(update={"at": self._clock.now()})
        self._bus.publish(self._topics.wattpilot(wattpilot_id, "setpoint"), dated.encode())
        if setpoint.action is Action.RELEASE:
            self._sent_at_s.pop(wattpilot_id, None)
        else:
            self._sent_at_s[wattpilot_id] = self._clock.monotonic()

    def say(self, wattpilot_id: int, leaf: str, payload: bytes) -> None:
        """Publish what is retained of a Wattpilot; an empty payload takes it back."""
        self._publish(self._topics.wattpilot(wattpilot_id, leaf), payload)

    def say_of_house(self, house_id: int, leaf: str, payload: bytes) -> None:
        """Publish what is retained of a house; an empty payload takes it back."""
        self._publish(self._topics.house(house_id, leaf), payload)

    def _publish(self, topic: str, payload: bytes) -> None:
        """Publish what is retained, once: repeated after a reconnect, it could be heard after a newer leader's."""
        self._bus.publish(topic, payload, retain=True)
        self._bus.disown(topic)


def _demand(setpoint: Setpoint) -> tuple[object, ...]:
    return (setpoint.action, setpoint.amps, setpoint.phases, setpoint.on_lapse, setpoint.manual_s)
