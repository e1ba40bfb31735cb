"""Telling everyone what changed: over the bus, and to those who watch here, who need no broker for it."""

from sunpilot.api.board import Board
from sunpilot.api.refusal import BrokerDownError
from sunpilot.contract.decision import Text
from sunpilot.contract.order import Mode, Override
from sunpilot.contract.service import ConfigChanged
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Bus

_NOT_ASKED = Text(
    en="The message broker does not answer, so no measurement can be asked for; try later.",
    de="Der Nachrichten-Broker antwortet nicht, darum kann jetzt nichts gemessen werden; versuche es später.",
)


class Announcer:
    """Publishes changes of the configuration, and the modes and overrides that hold.

    The board shows modes and overrides at once: while the broker is away, they are stored, and passed on later.
    """

    def __init__(self, bus: Bus, topics: Topics, board: Board) -> None:
        self._bus = bus
        self._topics = topics
        self._board = board

    def changed(self, kind: str, entity_id: int) -> None:
        """An entity is new, changed or gone; those who care read the store again."""
        change = ConfigChanged(kind=kind, id=entity_id)
        if self._bus.is_connected:
            self._bus.publish(self._topics.config, change.encode())
        else:  # nobody hears it, not even the api
            self._board.tell(change)

    def mode(self, wattpilot_id: int, mode: Mode | None) -> None:
        """The mode that holds, kept by the broker; None clears it."""
        self._board.note(f"wattpilot/{wattpilot_id}/mode", None if mode is None else mode.value)
        payload = b"" if mode is None else mode.value.encode()
        self._bus.publish(self._topics.wattpilot(wattpilot_id, "mode"), payload, retain=True)

    def override(self, wattpilot_id: int, override: Override | None) -> None:
        """The override that holds, kept by the broker; None clears it."""
        self._board.note(f"wattpilot/{wattpilot_id}/override", override)
        payload = b"" if override is None else override.encode()
        self._bus.publish(self._topics.wattpilot(wattpilot_id, "override"), payload, retain=True)

    def fetch(self, inverter_id: int) -> None:
        """Ask for a measurement now; raises `BrokerDownError`, because a late one is worth nothing."""
        if not self._bus.is_connected:
            raise BrokerDownError(_NOT_ASKED)
        self._bus.publish(self._topics.inverter(inverter_id, "fetch"), b"")
