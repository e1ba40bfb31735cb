"""What a notification says, in English and German, with its numbers."""

from dataclasses import dataclass

from sunpilot.api.notification.facts import Box
from sunpilot.contract.decision import Text
from sunpilot.contract.session import Session
from sunpilot.contract.source import SourceState


@dataclass(frozen=True, slots=True)
class Words:
    """A title and a body."""

    title: Text
    body: Text


def charging(box: Box) -> Words:
    """The car has begun to charge."""
    power_w = None if box.status is None else box.status.power_w
    now = Text(en="The car charges.", de="Das Auto lädt.")
    if power_w is not None:
        now = Text(en=f"The car draws {_kilo(power_w).en} kW.", de=f"Das Auto zieht {_kilo(power_w).de} kW.")
    return Words(_title(box.name, "charging", "lädt"), _and_why(now, box))


def stopped(box: Box) -> Words:
    """The car has stopped charging for longer than a cloud takes."""
    return Words(_title(box.name, "charging has ended", "Laden beendet"), _and_why(_charged(box), box))


def full(box: Box) -> Words:
    """The car takes no more."""
    return Words(_title(box.name, "the car is full", "das Auto ist voll"), _charged(box))


def manual(box: Box) -> Words:
    """Somebody else is at the Wattpilot."""
    return Words(_title(box.name, "changed by hand", "von Hand geändert"), _and_why(Text(en="", de=""), box))


def box_error(box: Box) -> Words:
    """The Wattpilot reports a fault of its own."""
    number = None if box.status is None else box.status.error
    which = "" if number is None else f" {number}"
    return Words(
        _title(box.name, "a fault", "eine Störung"),
        Text(
            en=f"The Wattpilot reports error{which} and does not charge. The Solar.wattpilot app says what it means.",
            de=f"Der Wattpilot meldet Fehler{which} und lädt nicht. Die App Solar.wattpilot sagt, was er bedeutet.",
        ),
    )


def out_of_reach(box: Box, minutes: int) -> Words:
    """The Wattpilot, or its bridge, is not heard."""
    return Words(
        _title(box.name, "not reached", "nicht erreichbar"),
        Text(
            en=f"Nothing was heard of the Wattpilot for {minutes} minutes. Is it on, and in the network?",
            de=f"Vom Wattpilot war {minutes} Minuten lang nichts zu hören. Ist er an und im Netz?",
        ),
    )


def not_running(service: str, minutes: int) -> Words:
    """A service of Sunpilot's own is away."""
    return Words(
        Text(en=f"Sunpilot: {service} does not run", de=f"Sunpilot: {service} läuft nicht"),
        Text(
            en=f"The service {service} has been away for {minutes} minutes; its log says why.",
            de=f"Der Dienst {service} fehlt seit {minutes} Minuten; sein Protokoll sagt, warum.",
        ),
    )


def stale(name: str, state: SourceState, minutes: int) -> Words:
    """A source gives no readings, so the sun is not followed."""
    return Words(
        _title(name, "no fresh readings", "keine frischen Messwerte"),
        Text(
            en=f"For {minutes} minutes: {state.text.en} Without readings no charge follows the sun.",
            de=f"Seit {minutes} Minuten: {state.text.de} Ohne Messwerte folgt kein Laden der Sonne.",
        ),
    )


def trial() -> Words:
    """A message that a person asked for to see whether it arrives."""
    return Words(
        Text(en="Sunpilot: a test", de="Sunpilot: ein Test"),
        Text(en="This is how Sunpilot will tell you.", de="So meldet sich Sunpilot bei dir."),
    )


def with_omitted(words: Words, omitted: int) -> Words:
    """The words, and how many messages were left out before them."""
    if not omitted:
        return words
    return Words(
        words.title,
        Text(
            en=f"{words.body.en} ({omitted} messages before this one were left out.)",
            de=f"{words.body.de} ({omitted} Nachrichten davor wurden ausgelassen.)",
        ),
    )


def _title(name: str, en: str, de: str) -> Text:
    return Text(en=f"{name}: {en}", de=f"{name}: {de}")


def _and_why(text: Text, box: Box) -> Text:
    """The text, and the sentence of the decision that holds."""
    if box.decision is None:
        return text
    why = box.decision.text
    return Text(en=f"{text.en} {why.en}".strip(), de=f"{text.de} {why.de}".strip())


def _charged(box: Box) -> Text:
    """What the session has brought so far."""
    session = box.session
    if session is None or session.energy_wh is None:
        return Text(en="The car has stopped charging.", de="Das Auto lädt nicht mehr.")
    energy, since = _kilo(session.energy_wh), _since(session, box)
    share = _sun(session)
    return Text(
        en=f"{energy.en} kWh charged since {since.en}{share.en}.",
        de=f"{energy.de} kWh geladen seit {since.de}{share.de}.",
    )


def _sun(session: Session) -> Text:
    share = session.sun_share
    if share is None:
        return Text(en="", de="")
    return Text(en=f", {share * 100:.0f} % of it from the sun", de=f", davon {share * 100:.0f} % von der Sonne")


def _since(session: Session, box: Box) -> Text:
    """When the session began, with its date where that is another day than the session's last."""
    began, seen = (time.astimezone(box.zone) for time in (session.started_at, session.at))
    if began.date() == seen.date():
        return Text(en=f"{began:%H:%M}", de=f"{began:%H:%M}")
    return Text(en=f"{began:%H:%M} on {began:%Y-%m-%d}", de=f"{began:%d.%m., %H:%M} Uhr")


def _kilo(quantity: float) -> Text:
    en = f"{quantity / 1000:.1f}"
    return Text(en=en, de=en.replace(".", ","))
