"""SolarEdge's monitoring API V1 as a source: one call, one measurement, or an error that says what to do.

Source: SolarEdge Monitoring API V1. The key is a query parameter there.
"""

from datetime import datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.fetcher.http import HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.answer import NO_TOKEN, UNKNOWN_SITE, URL, Refusals, answer_to, check
from sunpilot.fetcher.solaredge.power_flow_answer import read_flow
from sunpilot.fetcher.solaredge.signed_powers import measurement
from sunpilot.fetcher.source import Credentials, Lines

_REFUSALS: Refusals = {
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
    404: (Outcome.NOT_FOUND, UNKNOWN_SITE),
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
            raise SourceError(Outcome.AUTH, NO_TOKEN)
        self._settings = settings
        self._token = credentials.token
        self._ask = lines.ask

    async def poll(self, now: datetime) -> Measurement:
        """Ask for the current power flow; raises `SourceError`."""
        url = f"{self._settings.url or URL}/site/{self._settings.site_id}/currentPowerFlow"
        answer = await answer_to(HttpRequest(url, {"api_key": self._token.get_secret_value()}), self._ask)
        check(answer, now, _REFUSALS)
        return measurement(read_flow(answer.body), self._settings.kind, self._settings.age_s)

    async def close(self) -> None:
        """Nothing is kept open."""
