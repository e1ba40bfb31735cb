"""SolarEdge V2 with OAuth (Site Access): a person's consent becomes access for two hours at a time.

Source: SolarEdge Monitoring API V2, Site Access: the token endpoint takes JSON; access lasts 7200 s; a refresh token is
good for 30 days, and dies on its first use. So what it is exchanged for is stored before it is used.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr, ValidationError

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part, Utc
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.http import Ask, HttpRequest
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.solaredge.answer import Refusals, answer_to, check
from sunpilot.fetcher.solaredge.quantity import bad_payload, content_of, number
from sunpilot.fetcher.source import Credentials
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

PATH = "/v2/oauth2/token"
ACCESS_S = 7200.0
EARLY = timedelta(minutes=2)
"""Access that ends so soon is renewed at once."""

_CONSENT = Text(
    en="SolarEdge needs your consent: open the consent page by the button on Sunpilot's page, or by POST "
    "/api/v1/inverters/<id>/consent.",
    de="SolarEdge braucht deine Zustimmung: bitte die Zustimmungsseite öffnen, mit der Taste auf Sunpilots Seite oder "
    "mit POST /api/v1/inverters/<id>/consent.",
)
_CODE = Text(
    en="SolarEdge does not accept the code of the consent: it holds for a few minutes, and once. Please open the "
    "consent page again.",
    de="SolarEdge nimmt den Code der Zustimmung nicht an: er gilt wenige Minuten und nur einmal. Bitte die "
    "Zustimmungsseite noch einmal öffnen.",
)
_ENDED = Text(
    en="Your consent at SolarEdge has ended, or its last renewal was lost: please open the consent page again, by the "
    "button on Sunpilot's page or by POST /api/v1/inverters/<id>/consent.",
    de="Deine Zustimmung bei SolarEdge ist abgelaufen, oder ihre letzte Erneuerung ging verloren: bitte die "
    "Zustimmungsseite noch einmal öffnen, mit der Taste auf Sunpilots Seite oder mit POST "
    "/api/v1/inverters/<id>/consent.",
)
_CLIENT = Text(
    en="SolarEdge does not know the app: check client_id and its secret (the token) in the developer portal.",
    de="SolarEdge kennt die App nicht: bitte client_id und ihr Geheimnis (das Token) im Entwicklerportal prüfen.",
)
_UNSTORED = Text(
    en="SolarEdge has renewed the access, but the store does not take it yet: see to the store; nothing is lost as "
    "long as Sunpilot runs.",
    de="SolarEdge hat den Zugang erneuert, aber der Speicher nimmt ihn noch nicht an: bitte nach dem Speicher sehen; "
    "solange Sunpilot läuft, geht nichts verloren.",
)
_NO_SECRET = Text(
    en="The secret of your app at SolarEdge is missing: set it as the token by REST.",
    de="Das Geheimnis deiner App bei SolarEdge fehlt: bitte als Token per REST setzen.",
)
_BUSY = Text(
    en="SolarEdge renews no access just now, it was asked too often: Sunpilot waits.",
    de="SolarEdge erneuert gerade keinen Zugang, es wurde zu oft gefragt: Sunpilot wartet.",
)
_REFUSALS: Refusals = {401: (Outcome.AUTH, _CLIENT), 429: (Outcome.RATE_LIMITED, _BUSY)}


class Grant(Part):
    """What SolarEdge granted: access now, and how to renew it."""

    access: str = Field(repr=False, min_length=1)
    access_until: Utc
    refresh: str = Field(repr=False, min_length=1)


class SiteAccess:
    """The access to one site. ``url`` is the API's address, ``client_id`` the app; its secret is the token.

    What is stored is read anew at each use: it may have been renewed elsewhere in the fetcher.
    """

    def __init__(self, url: str, client_id: str, credentials: Credentials, ask: Ask) -> None:
        self._url = url
        self._client_id = client_id
        self._credentials = credentials
        self._ask = ask
        self._renewal: asyncio.Future[Grant] | None = None
        self._refused_code = ""

    async def token(self, now: datetime, refused: str | None = None) -> str:
        """An access token that is good now; raises `SourceError`. One that SolarEdge has ``refused`` is renewed."""
        await self.settle()
        if self._credentials.unstored is not None:
            await self._keep(self._credentials.unstored)
        code = self._credentials.code.get_secret_value() if self._credentials.code else ""
        if code and code != self._refused_code:
            await self._safely(self._redeem(code, now))
        grant = _stored(self._credentials)
        if grant is None:
            raise SourceError(Outcome.AUTH, _CONSENT)
        if now >= grant.access_until - EARLY or grant.access == refused:
            grant = await self._safely(self._refresh(grant, now))
        return grant.access

    async def settle(self) -> None:
        """Wait for a renewal that has outlived its poll."""
        if self._renewal is not None:
            await asyncio.wait([self._renewal])

    async def _safely(self, renewal: Coroutine[Any, Any, Grant]) -> Grant:
        """A renewal goes on when the poll is cancelled: what it brings must be stored, the tokens before are dead."""
        self._renewal = asyncio.ensure_future(renewal)
        return await asyncio.shield(self._renewal)

    async def _refresh(self, before: Grant, now: datetime) -> Grant:
        grant = await self._exchange({"grant_type": "refresh_token", "refresh_token": before.refresh}, now, _ENDED)
        await self._keep(_secret(grant))
        return grant

    async def _redeem(self, code: str, now: datetime) -> Grant:
        """Exchange a code. A refused one is not tried again: what was granted before may still be good."""
        try:
            grant = await self._exchange({"grant_type": "authorization_code", "code": code}, now, _CODE)
        except SourceError as error:
            if error.outcome is Outcome.AUTH:
                self._refused_code = code
            raise
        await self._keep(_secret(grant))
        return grant

    async def _exchange(self, fields: Mapping[str, str], now: datetime, refusal: Text) -> Grant:
        """Ask the token endpoint; ``refusal`` is what a person reads when it does not take what is exchanged."""
        secret = self._credentials.token
        if secret is None:
            raise SourceError(Outcome.AUTH, _NO_SECRET)
        client = {"client_id": self._client_id, "client_secret": secret.get_secret_value()}
        answer = await answer_to(HttpRequest(self._url + PATH, json_body={**fields, **client}), self._ask)
        check(answer, now, {**_REFUSALS, 400: (Outcome.AUTH, refusal)})
        content = content_of(answer.body)
        granted = content if isinstance(content, dict) else {}
        lasts_s = number(granted.get("expires_in"))
        access, refresh = granted.get("access_token"), granted.get("refresh_token", fields.get("refresh_token"))
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise bad_payload("grants no access", "gewährt keinen Zugang")
        until = now + timedelta(seconds=min(ACCESS_S if lasts_s is None else lasts_s, ACCESS_S))
        return Grant(access=access, access_until=until, refresh=refresh)

    async def _keep(self, grant: SecretStr) -> None:
        """Store what was granted, and only then use it: the tokens before are dead."""
        try:
            await self._credentials.keep_grant(grant)
        except (StoreDownError, StoreRefusedError):
            is_stored = False
        else:
            is_stored = True
        if not is_stored:  # raised here and not above: what the store said may quote the grant
            raise SourceError(Outcome.SERVER, _UNSTORED)


def _secret(grant: Grant) -> SecretStr:
    return SecretStr(grant.model_dump_json())


def _stored(credentials: Credentials) -> Grant | None:
    if credentials.grant is None:
        return None
    try:
        return Grant.model_validate_json(credentials.grant.get_secret_value())
    except ValidationError:
        return None  # written by another version: the consent page helps
