"""The bridge's memory in a file: the embedded broker keeps nothing on disk, and its end loses retained messages."""

import contextlib
from pathlib import Path

from sunpilot.runtime.address import Broker
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.mqtt import MqttBus, Will


class RememberingBus(MqttBus):
    """A bus that writes what it publishes on one topic into a file first, and publishes the file's content, retained,
    as soon as it is connected; so the bridge hears what it said before its broker ended.
    """

    def __init__(self, broker: Broker, client_id: str, log: Log, will: Will, topic: str, file: Path) -> None:
        super().__init__(broker, client_id, log, will)
        self._remembered_topic = topic
        self._file = file
        self._streaks = Streaks(log)
        with contextlib.suppress(FileNotFoundError):
            super().publish(topic, file.read_bytes(), retain=True)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """See `Bus.publish`."""
        if topic == self._remembered_topic:
            self._write(payload)
        super().publish(topic, payload, retain=retain)

    def _write(self, payload: bytes) -> None:
        what = "the bridge's memory cannot be written"
        draft = self._file.with_suffix(".new")
        try:
            draft.write_bytes(payload)
            draft.replace(self._file)
        except OSError as error:
            self._streaks.failed(what, file=str(self._file), why=str(error))
        else:
            self._streaks.ended(what)
