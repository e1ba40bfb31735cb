"""SolarEdge's monitoring API V2 as a source: averages of closed quarter hours, by API key or by OAuth.

Source: SolarEdge Monitoring API V2 (Basic Monitoring): one call costs one of 2000 credits a month, 10 calls a minute;
windows of quarter hours are 12 h long at most, and given in full, because the default one fails after noon.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV2 as Settings
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.answer import NO_TOKEN, UNKNOWN_SITE, URL, Refusals, answer_to, check
from sunpilot.fetcher.solaredge.live_power_flow import read_live_flow
from sunpilot.fetcher.solaredge.meters_telemetry import BUCKET, read_telemetry
from sunpilot.fetcher.solaredge.site_access import SiteAccess
from sunpilot.fetcher.source import Credentials, Lines

LOOK_BACK = timedelta(hours=1)
"""One call may show several buckets: where the last one is late, the one before serves."""

MONTH_SPENT_S = 12 * 3600.0
"""When the credits of the month come back, the API does not say: so long is waited between two tries."""

_REFUSALS: Refusals = {
    401: (
        Outcome.AUTH,
        Text(
            en="SolarEdge does not accept the API key (V1's keys do not work with V2): make one in the developer "
            "portal, and set it as the token by REST.",
            de="SolarEdge nimmt den API-Schlüssel nicht an (Schlüssel von V1 gelten nicht für V2): bitte im "
            "Entwicklerportal einen anlegen und per REST als Token setzen.",
        ),
    ),
    403: (
        Outcome.FORBIDDEN,
        Text(
            en="The access does not cover this site's meters: check the site id, and that the app may read SITE_DATA "
            "and DEVICE_DATA.",
            de="Der Zugang gilt nicht für die Zähler dieser Anlage: bitte die Anlagen-ID prüfen, und dass die App "
            "SITE_DATA und DEVICE_DATA lesen darf.",
        ),
    ),
    404: (Outcome.NOT_FOUND, UNKNOWN_SITE),
    410: (
        Outcome.RETIRED,
        Text(
            en="SolarEdge has retired this interface: use the inverter's Modbus TCP or an MQTT meter as the source "
            "instead.",
            de="SolarEdge hat diese Schnittstelle abgeschaltet: bitte stattdessen Modbus TCP des Wechselrichters oder "
            "einen MQTT-Zähler als Quelle verwenden.",
        ),
    ),
    429: (
        Outcome.RATE_LIMITED,
        Text(
            en="SolarEdge says that it was asked too often: Sunpilot waits; all apps of the account share ten calls a "
            "minute.",
            de="SolarEdge meldet zu viele Abfragen: Sunpilot wartet; alle Apps des Kontos teilen sich zehn Abfragen je "
            "Minute.",
        ),
    ),
}
_MONTH_SPENT = Text(
    en="SolarEdge's credits of this month are used up: Sunpilot tries twice a day until they are back; if other apps "
    "share the account, lower calls_per_month.",
    de="Die Abfragen dieses Monats sind bei SolarEdge verbraucht: Sunpilot versucht es zweimal am Tag, bis es wieder "
    "welche gibt; nutzen andere Apps dasselbe Konto, bitte calls_per_month senken.",
)
_NEEDS_CONSENT_AGAIN = Text(
    en="SolarEdge does not accept the access it granted: please open the consent page again, by the button on "
    "Sunpilot's page or by POST /api/v1/inverters/<id>/consent.",
    de="SolarEdge nimmt den gewährten Zugang nicht an: bitte die Zustimmungsseite noch einmal öffnen, mit der "
    "Taste auf Sunpilots Seite oder mit POST /api/v1/inverters/<id>/consent.",
)
_NOT_IN_PLAN = Text(
    en="The live power flow is not part of your SolarEdge plan, or the access does not cover this site: set power_flow "
    "to false, and check the site id.",
    de="Der Leistungsfluss in Echtzeit gehört nicht zu deinem SolarEdge-Tarif, oder der Zugang gilt nicht für diese "
    "Anlage: bitte power_flow auf false setzen und die Anlagen-ID prüfen.",
)


class SolarEdgeV2:
    """One site at SolarEdge's V2; see `PollSource`."""

    def __init__(self, settings: Settings, credentials: Credentials, lines: Lines) -> None:
        if credentials.token is None:
            raise SourceError(Outcome.AUTH, NO_TOKEN)
        self._url = settings.url or URL
        self._settings = settings
        self._key = credentials.token
        self._ask = lines.ask
        self._access = None
        if settings.access == "oauth":
            self._access = SiteAccess(self._url, settings.client_id or "", credentials, lines.ask)

    async def poll(self, now: datetime) -> Measurement:
        """Ask for the last closed quarter of an hour, or for the present power flow; raises `SourceError`."""
        answer = await self._answer(_request(self._url, self._settings, now), now)
        if answer.status == 429 and answer.retry_after is None and answer.remaining_minute not in (None, "0"):
            raise SourceError(Outcome.RATE_LIMITED, _MONTH_SPENT, MONTH_SPENT_S)
        check(answer, now, self._refusals())
        read = read_live_flow if self._settings.power_flow else read_telemetry
        return read(answer.body, self._settings.kind)

    async def close(self) -> None:
        """Nothing is kept open; only a renewal of the access is waited for."""
        if self._access is not None:
            await self._access.settle()

    async def _answer(self, request: HttpRequest, now: datetime) -> HttpAnswer:
        if self._access is None:
            return await answer_to(replace(request, headers={"X-API-Key": self._key.get_secret_value()}), self._ask)
        token = await self._access.token(now)
        answer = await answer_to(_with_token(request, token), self._ask)
        if answer.status == 401:  # it may end before its time, as after a revocation that was taken back
            token = await self._access.token(now, refused=token)
            answer = await answer_to(_with_token(request, token), self._ask)
        return answer

    def _refusals(self) -> Refusals:
        refusals = dict(_REFUSALS)
        if self._access is not None:
            refusals[401] = (Outcome.AUTH, _NEEDS_CONSENT_AGAIN)
        if self._settings.power_flow:
            refusals[403] = (Outcome.FORBIDDEN, _NOT_IN_PLAN)
        return refusals


def _request(url: str, settings: Settings, now: datetime) -> HttpRequest:
    site = f"{url}/v2/sites/{settings.site_id}"
    if settings.power_flow:
        return HttpRequest(f"{site}/power-flow")
    bucket_s = BUCKET.total_seconds()
    end = datetime.fromtimestamp(now.timestamp() // bucket_s * bucket_s, UTC)
    window = {"from": (end - LOOK_BACK).isoformat(), "to": end.isoformat()}
    return HttpRequest(f"{site}/meters/telemetry", {"resolution": "QUARTER_HOUR", **window})


def _with_token(request: HttpRequest, token: str) -> HttpRequest:
    return replace(request, headers={"Authorization": f"Bearer {token}"})
