"""Where notifications go, and which."""

from enum import StrEnum

from pydantic import Field

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part, Utc


class Event(StrEnum):
    """What a person may want to be told."""

    CHARGING_STARTED = "charging_started"
    CHARGING_STOPPED = "charging_stopped"
    CAR_FULL = "car_full"
    STALE = "stale"
    FAULT = "fault"
    MANUAL = "manual"


class Language(StrEnum):
    """The language of the words."""

    EN = "en"
    DE = "de"


class Target(Part):
    """One receiver. Its address is a secret, and kept apart; ``service`` is its scheme."""

    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=80)
    service: str
    events: tuple[Event, ...]
    language: Language
    enabled: bool = True


class Outcome(StrEnum):
    """What became of a message: the service took it, refused it, or did not answer in time."""

    SENT = "sent"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


class Attempt(Part):
    """The last message to a target."""

    at: Utc
    outcome: Outcome
    text: Text


_SAID: dict[Outcome, Text] = {
    Outcome.SENT: Text(en="The service took the message.", de="Der Dienst hat die Nachricht angenommen."),
    Outcome.REFUSED: Text(
        en="The service did not take the message, or cannot be reached: check the address and what is secret in it.",
        de="Der Dienst hat die Nachricht nicht angenommen oder ist nicht erreichbar: bitte die Adresse und das Geheime "
        "darin prüfen.",
    ),
    Outcome.NO_ANSWER: Text(
        en="The service does not answer in time: is it reachable from this machine?",
        de="Der Dienst antwortet nicht rechtzeitig: ist er von diesem Gerät aus erreichbar?",
    ),
}


def said(outcome: Outcome) -> Text:
    """An outcome in words."""
    return _SAID[outcome]
