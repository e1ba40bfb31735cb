"""SolarEdge's monitoring API V1 as a source: one call, one measurement, or an error that says what to do.

Source: SolarEdge Monitoring API V1; status codes and their meaning as documented and observed by users. The key is a
query parameter there, so no address is ever put into a text.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.fetcher.http import HttpAnswer, HttpRequest, NoAnswerError
from sunpilot.fetcher.power_flow_answer import bad_payload, read_flow
from sunpilot.fetcher.signed_powers import measurement
from sunpilot.fetcher.source import Credentials, Lines, Measurement, SourceError

URL = "https://monitoringapi.solaredge.com"

LONGEST_WAIT_S = 24 * 3600.0
"""A longer Retry-After is not believed."""

_NO_TOKEN = Text(
    en="No token is stored for this inverter: set it by REST.",
    de="Für diesen Wechselrichter ist kein Token gespeichert: bitte per REST setzen.",
)

_REFUSALS: Mapping[int, tuple[Outcome, Text]] = {
    401: (
        Outcome.AUTH,
        Text(
            en="SolarEdge does not accept the token: check it in the portal and set it again by REST.",
            de="SolarEdge nimmt das Token nicht an: bitte im Portal prüfen und per REST neu setzen.",
        ),
    ),
    403: (
        Outcome.FORBIDDEN,
        Text(
            en="The token does not open this site: check the site id, and the token's rights in SolarEdge's portal.",
            de="Das Token gilt nicht für diese Anlage: bitte die Anlagen-ID und die Rechte des Tokens im "
            "SolarEdge-Portal prüfen.",
        ),
    ),
    404: (
        Outcome.NOT_FOUND,
        Text(
            en="SolarEdge does not know this site: check the site id.",
            de="SolarEdge kennt diese Anlage nicht: bitte die Anlagen-ID prüfen.",
        ),
    ),
    410: (
        Outcome.RETIRED,
        Text(
            en="SolarEdge has retired this interface (Monitoring API V1): use SolarEdge V2, the inverter's Modbus TCP "
            "or an MQTT meter as the source instead.",
            de="SolarEdge hat diese Schnittstelle (Monitoring API V1) abgeschaltet: bitte stattdessen SolarEdge V2, "
            "Modbus TCP des Wechselrichters oder einen MQTT-Zähler als Quelle verwenden.",
        ),
    ),
    429: (
        Outcome.RATE_LIMITED,
        Text(
            en="SolarEdge says that this site or token was asked too often: Sunpilot waits; if something else uses the "
            "same token, lower calls_per_day.",
            de="SolarEdge meldet zu viele Abfragen für diese Anlage oder dieses Token: Sunpilot wartet; nutzt etwas "
            "anderes dasselbe Token, bitte calls_per_day senken.",
        ),
    ),
}


class SolarEdge:
    """One site at SolarEdge's V1; see `PollSource`."""

    def __init__(self, settings: SolarEdgeV1, credentials: Credentials, lines: Lines) -> None:
        if credentials.token is None:
            raise SourceError(Outcome.AUTH, _NO_TOKEN)
        self._settings = settings
        self._token = credentials.token
        self._ask = lines.ask

    async def poll(self, now: datetime) -> Measurement:
        """Ask for the current power flow; raises `SourceError`."""
        url = f"{self._settings.url or URL}/site/{self._settings.site_id}/currentPowerFlow"
        answer, fault = None, ""
        try:
            answer = await self._ask(HttpRequest(url, {"api_key": self._token.get_secret_value()}))
        except NoAnswerError as error:
            fault = str(error)
        except OSError as error:
            fault = type(error).__name__
        if answer is None:  # raised here and not above: what led to it may contain the key, and would be its context
            raise _unreachable(fault)
        _check(answer, now)
        return measurement(read_flow(answer.body), self._settings.kind, self._settings.age_s)

    async def close(self) -> None:
        """Nothing is kept open."""


def _unreachable(fault: str) -> SourceError:
    return SourceError(
        Outcome.NETWORK,
        Text(
            en=f"SolarEdge cannot be reached ({fault}): check the internet connection; Sunpilot tries again by itself.",
            de=f"SolarEdge ist nicht erreichbar ({fault}): bitte die Internetverbindung prüfen; Sunpilot versucht es "
            "von selbst wieder.",
        ),
    )


def _check(answer: HttpAnswer, now: datetime) -> None:
    """Status first, then the type of the content; raises `SourceError` unless the body is worth reading."""
    status = answer.status
    wait_s = retry_after_s(answer.retry_after, now)
    if status in _REFUSALS:
        outcome, text = _REFUSALS[status]
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
