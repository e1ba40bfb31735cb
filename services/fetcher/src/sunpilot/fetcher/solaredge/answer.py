"""What SolarEdge's clouds have in common: how they are asked, and what each status means.

Sources: SolarEdge Monitoring API V1 and V2, status codes as documented and observed by users. Requests hold secrets,
so no address and no body is ever put into a text.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.http import Ask, HttpAnswer, HttpRequest, NoAnswerError
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.solaredge.quantity import bad_payload

URL = "https://monitoringapi.solaredge.com"

LONGEST_WAIT_S = 24 * 3600.0
"""A longer Retry-After is not believed."""

Refusals = Mapping[int, tuple[Outcome, Text]]
"""What a status means, and what a person can do."""

NO_TOKEN = Text(
    en="No token is stored for this inverter: set it by REST.",
    de="Für diesen Wechselrichter ist kein Token gespeichert: bitte per REST setzen.",
)
UNKNOWN_SITE = Text(
    en="SolarEdge does not know this site: check the site id.",
    de="SolarEdge kennt diese Anlage nicht: bitte die Anlagen-ID prüfen.",
)


async def answer_to(request: HttpRequest, ask: Ask) -> HttpAnswer:
    """The answer, whatever its status; raises `SourceError` where none comes."""
    answer, fault = None, ""
    try:
        answer = await ask(request)
    except NoAnswerError as error:
        fault = str(error)
    except OSError as error:
        fault = type(error).__name__
    if answer is None:  # raised here and not above: what led to it may contain a secret, and would be its context
        raise _unreachable(fault)
    return answer


def check(answer: HttpAnswer, now: datetime, refusals: Refusals) -> None:
    """Status first, then the type of the content; raises `SourceError` unless the body is worth reading."""
    status = answer.status
    wait_s = retry_after_s(answer.retry_after, now)
    if status in refusals:
        outcome, text = refusals[status]
        raise SourceError(outcome, text, wait_s)
    if status >= 500 or status == 408:
        text = Text(
            en=f"SolarEdge has a fault of its own (status {status}): nothing to do, Sunpilot tries again by itself.",
            de=f"SolarEdge hat selbst eine Störung (Status {status}): nichts zu tun, Sunpilot versucht es von selbst "
            "wieder.",
        )
        raise SourceError(Outcome.SERVER, text, wait_s)
    if status != 200:
        raise bad_payload(f"has the unexpected status {status}", f"hat den unerwarteten Status {status}")
    if any(kind in answer.content_type.casefold() for kind in ("html", "xml")):
        raise bad_payload("is a web page instead of JSON", "ist eine Webseite statt JSON")


def _unreachable(fault: str) -> SourceError:
    return SourceError(
        Outcome.NETWORK,
        Text(
            en=f"SolarEdge cannot be reached ({fault}): check the internet connection; Sunpilot tries again by itself.",
            de=f"SolarEdge ist nicht erreichbar ({fault}): bitte die Internetverbindung prüfen; Sunpilot versucht es "
            "von selbst wieder.",
        ),
    )


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, section 10.2.3); None where it
    holds neither.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT_S)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    wait_s = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)
