"""The page that a browser comes back to from SolarEdge's consent: says what happened, in English or German."""

from collections.abc import Mapping
from html import escape

from sunpilot.api.consents import Said
from sunpilot.contract.decision import Text

_TITLE = Text(en="Consent at SolarEdge", de="Zustimmung bei SolarEdge")
_BACK = Text(en="To Sunpilot", de="Zu Sunpilot")

TEXTS: Mapping[Said, Text] = {
    Said.STORED: Text(
        en="Thank you. Sunpilot has the code and exchanges it now; within a minute, the source shows whether it works.",
        de="Danke. Sunpilot hat den Code und tauscht ihn jetzt ein; in einer Minute zeigt die Quelle, ob es geht.",
    ),
    Said.DECLINED: Text(
        en="SolarEdge says that the consent was not given. Nothing has changed; you can begin again at any time.",
        de="SolarEdge meldet, dass die Zustimmung nicht erteilt wurde. Es hat sich nichts geändert; du kannst "
        "jederzeit neu beginnen.",
    ),
    Said.TOO_OLD: Text(
        en="This consent was begun too long ago, or was used already. Please begin again.",
        de="Diese Zustimmung wurde vor zu langer Zeit begonnen oder schon verwendet. Bitte beginne neu.",
    ),
    Said.NO_STATE: Text(
        en="SolarEdge did not send back what tells Sunpilot which inverter this is for. Copy the whole address of "
        "this page, and send it with POST /api/v1/inverters/<id>/consent/code within a few minutes.",
        de="SolarEdge hat nicht zurückgesendet, woran Sunpilot den Wechselrichter erkennt. Bitte die ganze Adresse "
        "dieser Seite kopieren und binnen weniger Minuten mit POST /api/v1/inverters/<id>/consent/code senden.",
    ),
    Said.NO_CODE: Text(
        en="There is no code in what SolarEdge sent back. Please begin again.",
        de="In dem, was SolarEdge zurückgesendet hat, ist kein Code. Bitte beginne neu.",
    ),
    Said.NOT_STORED: Text(
        en="Sunpilot could not store the code: its store does not answer. Please see to it, and begin again.",
        de="Sunpilot konnte den Code nicht speichern: sein Speicher antwortet nicht. Bitte danach sehen und neu "
        "beginnen.",
    ),
    Said.OTHER_SITE: Text(
        en="This consent is for another site than the one that is configured. Correct the site id, or choose the other "
        "site, and begin again.",
        de="Diese Zustimmung gilt für eine andere Anlage als die eingerichtete. Bitte die Anlagen-ID berichtigen oder "
        "die andere Anlage wählen und neu beginnen.",
    ),
}

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sunpilot · {title}</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/page.css">
</head>
<body>
<header><img src="/page/icon.svg" alt="" width="32" height="32"><h1>Sunpilot</h1></header>
<main><section class="card"><h2>{title}</h2><p>{text}</p><p><a href="/">{back}</a></p></section></main>
</body>
</html>
"""


def page(said: Said, language: str) -> str:
    """The page in a language, ``en`` or ``de``."""
    words = {name: escape(getattr(text, language)) for name, text in _words(said).items()}
    return _PAGE.format(language=language, **words)


def language_of(accepted: str) -> str:
    """German where the browser's header Accept-Language names it before English; English otherwise."""
    tags = [tag.split(";")[0].strip().casefold()[:2] for tag in accepted.split(",")]
    return next((tag for tag in tags if tag in ("en", "de")), "en")


def _words(said: Said) -> Mapping[str, Text]:
    return {"title": _TITLE, "text": TEXTS[said], "back": _BACK}
