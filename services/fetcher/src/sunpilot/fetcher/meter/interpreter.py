"""What a meter's messages lead to: measurements, and faults in words that say what to do. Time comes in as seconds."""

from sunpilot.contract.decision import Text
from sunpilot.contract.mqtt_meter import MeterAvailability
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.meter.assembly import Assembly
from sunpilot.fetcher.meter.payload import BadPayloadError, word
from sunpilot.fetcher.source import Heard
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import Log, Streaks

PATIENCE_S = 5.0
"""A connection, and a first value, take a moment; then a person is told what is missing."""

LOOK_S = 1.0

BAD_PAYLOAD = "a meter's message cannot be read"


class Interpreter:
    """Takes in messages of one meter and tells `Heard` what comes of them.

    A fault is told when it begins, not with each message; the log counts the messages that could not be read.
    """

    def __init__(
        self, assembly: Assembly, availability: MeterAvailability | None, heard: Heard, log: Log, now_s: float
    ) -> None:
        self._assembly = assembly
        self._availability = availability
        self._heard = heard
        self._streaks = Streaks(log)
        self._quiet_since_s = now_s
        self._passed_by = ""
        self._told = False

    def take(self, delivery: Delivery, now_s: float) -> None:
        """A message. The broker's stored copy says nothing about now, but who died has left word that way."""
        if self._availability is not None and delivery.topic == self._availability.topic:
            self._take_availability(delivery.payload, self._availability.available)
        elif not delivery.retained:
            self._take_value(delivery, now_s)

    def look(self, now_s: float, trouble: str | None) -> None:
        """Time has passed; ``trouble`` is why there is no connection to the broker."""
        wait_s = self._assembly.wait_s(now_s)
        if wait_s is not None and wait_s <= 0:
            self._tell(self._assembly.give_up(now_s), now_s)
        if self._told or now_s - self._quiet_since_s < PATIENCE_S:
            return
        if trouble is not None:
            self._complain(Outcome.NETWORK, _no_broker(trouble))
        elif self._passed_by and not self._assembly.has_heard:
            self._complain(Outcome.BAD_PAYLOAD, _nothing_there(self._passed_by))

    def wait_s(self, now_s: float) -> float:
        """When to look again, in seconds from now."""
        wait_s = self._assembly.wait_s(now_s)
        return LOOK_S if wait_s is None else min(wait_s, LOOK_S)

    def _take_availability(self, payload: bytes, available: str) -> None:
        try:
            is_there = word(payload) == available
        except BadPayloadError:
            is_there = False
        if not is_there:
            self._assembly.forget()
            self._heard(SourceError(Outcome.SILENT, _OFFLINE))

    def _take_value(self, delivery: Delivery, now_s: float) -> None:
        try:
            measurement = self._assembly.take(delivery.topic, delivery.payload, now_s)
        except BadPayloadError as error:
            self._streaks.failed(BAD_PAYLOAD, topic=delivery.topic, why=str(error))
            if not self._told:
                self._complain(Outcome.BAD_PAYLOAD, _unreadable(delivery.topic, error))
            return
        self._passed_by = delivery.topic
        self._tell(measurement, now_s)

    def _tell(self, measurement: Measurement | None, now_s: float) -> None:
        if measurement is not None:
            self._streaks.ended(BAD_PAYLOAD)
            self._quiet_since_s, self._told = now_s, False
            self._heard(measurement)

    def _complain(self, outcome: Outcome, text: Text) -> None:
        self._told = True
        self._heard(SourceError(outcome, text))


_OFFLINE = Text(
    en="The meter says that it is offline: check its power and its network.",
    de="Der Zähler meldet, dass er offline ist: bitte Strom und Netz des Zählers prüfen.",
)


_IN_GERMAN = {
    "no connection": "keine Verbindung",
    "no connection yet": "noch keine Verbindung",
    "connection lost": "Verbindung verloren",
    "it does not answer": "er antwortet nicht",
    "its certificate is not trusted": "seinem Zertifikat wird nicht vertraut",
    "it refuses the account": "er nimmt Benutzer oder Passwort nicht an",
}


def _no_broker(trouble: str) -> Text:
    kind = trouble.partition(":")[0]
    return Text(
        en=f"The meter's MQTT broker cannot be used ({trouble}): check its address, user and password.",
        de=f"Der MQTT-Broker des Zählers lässt sich nicht nutzen ({_IN_GERMAN.get(kind, kind)}): bitte Adresse, "
        "Benutzer und Passwort prüfen.",
    )


def _nothing_there(topic: str) -> Text:
    return Text(
        en=f"Messages come on {topic}, but the number is not in them: check the path.",
        de=f"Auf {topic} kommen Nachrichten, aber die Zahl steht nicht darin: bitte den Pfad prüfen.",
    )


def _unreadable(topic: str, error: BadPayloadError) -> Text:
    return Text(
        en=f"A message on {topic} cannot be read ({error}): check topic and path.",
        de=f"Eine Nachricht auf {topic} ist nicht lesbar ({error}): bitte Topic und Pfad prüfen.",
    )
