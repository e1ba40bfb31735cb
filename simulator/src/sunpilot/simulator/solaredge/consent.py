"""OAuth for owners (Site Access): a page to consent on, single-use codes, and refresh tokens that rotate.

Facts (Monitoring API V2, Site Access): the callback gets `code` and `site_id`; the token endpoint takes JSON only;
access lasts 7200 s; a refresh token dies on its use and after 30 days.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from random import Random
from urllib.parse import urlencode, urlsplit

from sunpilot.simulator.solaredge.answer import Answer, json_answer
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.solaredge.faults import Faults
from sunpilot.simulator.solaredge.subscription import Subscription

ACCESS_S = 7200
REFRESH_VALID = timedelta(days=30)
CODE_VALID = timedelta(minutes=10)
SCOPES = "SITE_DATA DEVICE_DATA"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>SolarEdge (simulated)</title></head>
<body><h1>SolarEdge (simulated)</h1><p>May this app read the data of site {site}?</p>
<form method="post"><button>Allow</button></form></body></html>"""


@dataclass(slots=True)
class Grant:
    """One consent with the tokens that are good now."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_until: datetime
    refresh_until: datetime


class Consent:
    """The consent page and the token endpoint of one app. `now` gives aware UTC."""

    def __init__(self, now: Callable[[], datetime], subscription: Subscription, faults: Faults) -> None:
        self._now = now
        self._app = subscription
        self._faults = faults
        self._random = Random(subscription.site_id)
        self._codes: dict[str, datetime] = {}
        self._grants: list[Grant] = []

    @property
    def is_granted(self) -> bool:
        """Whether some refresh token is good."""
        return any(self._now() < grant.refresh_until for grant in self._grants)

    def authorize(self, call: Call) -> Answer:
        """The page (GET), and what its button does (POST): back to the app with code, site and state."""
        if call.query.get("client_id") != self._app.client_id:
            return Answer(400, "text/plain", b"unknown client_id")
        if call.method == "GET":
            return Answer(200, "text/html; charset=utf-8", PAGE.format(site=self._app.site_id).encode())
        back = call.query.get("redirect_uri", self._app.redirect_uri)
        if urlsplit(back).scheme not in ("http", "https"):
            return Answer(400, "text/plain", b"redirect_uri must be an address of the web")
        given = {"code": self.code(), "site_id": str(self._app.site_id)}
        if "state" in call.query and not self._faults.active("state_dropped"):
            given["state"] = call.query["state"]
        return Answer(302, "text/plain", b"", {"Location": f"{back}?{urlencode(given)}"})

    def code(self) -> str:
        """A code as the callback gets it, good once within ten minutes."""
        code = self._secret()
        self._codes[code] = self._now() + CODE_VALID
        return code

    def token(self, call: Call) -> Answer:
        """The token endpoint: a code, or a refresh token, for a new pair. Errors as RFC 6749, section 5.2."""
        asked = _json_object(call)
        if refusal := self._refusal(asked):
            return refusal
        if not self._redeem(asked):
            return _refusal(400, "invalid_grant", "The code or refresh token is unknown, used or too old.")
        answer = self._granted()
        return replace(answer, cut_after=0) if self._faults.active("refresh_lost") else answer

    def revoke(self, call: Call) -> Answer:
        """End the consent that a token belongs to."""
        asked = _json_object(call)
        if refusal := self._refusal(asked, needs_grant=False):
            return refusal
        token = str(asked.get("token"))
        self._grants = [grant for grant in self._grants if token not in (grant.access, grant.refresh)]
        return json_answer(200, {})

    def _refusal(self, asked: Mapping[str, object], *, needs_grant: bool = True) -> Answer | None:
        if not asked:
            return _refusal(400, "invalid_request", "The body must be a JSON object, and say so.")
        if not self._knows_app(asked):
            return _refusal(401, "invalid_client", "Unknown client.")
        if needs_grant and asked.get("grant_type") not in ("authorization_code", "refresh_token"):
            return _refusal(400, "unsupported_grant_type", "authorization_code or refresh_token.")
        return None

    def _redeem(self, asked: Mapping[str, object]) -> bool:
        """Use up a code or a refresh token; False where it was not good."""
        if asked["grant_type"] == "authorization_code":
            until = self._codes.pop(str(asked.get("code")), None)
            return until is not None and self._now() <= until
        grant = self._grant_of(str(asked.get("refresh_token")))
        if grant is None or self._faults.active("consent_expired"):
            return False
        self._grants.remove(grant)
        return True

    def admits(self, token: str) -> bool:
        """Whether an access token is good now."""
        return any(compare_digest(grant.access, token) and self._now() < grant.access_until for grant in self._grants)

    def _granted(self) -> Answer:
        now = self._now()
        grant = Grant(self._secret(), self._secret(), now + timedelta(seconds=ACCESS_S), now + REFRESH_VALID)
        self._grants.append(grant)
        content = {
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "token_type": "Bearer",
            "expires_in": ACCESS_S,
            "scope": SCOPES,
        }
        return json_answer(200, content)

    def _grant_of(self, refresh: str) -> Grant | None:
        good = (grant for grant in self._grants if compare_digest(grant.refresh.encode(), refresh.encode()))
        return next((grant for grant in good if self._now() < grant.refresh_until), None)

    def _knows_app(self, asked: Mapping[str, object]) -> bool:
        given = f"{asked.get('client_id')} {asked.get('client_secret')}"
        return compare_digest(given.encode(), f"{self._app.client_id} {self._app.client_secret}".encode())

    def _secret(self) -> str:
        return self._random.randbytes(20).hex()


def _json_object(call: Call) -> Mapping[str, object]:
    """The body; empty where it is no JSON object, or does not say that it is one."""
    if not call.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        content = json.loads(call.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _refusal(status: int, error: str, description: str) -> Answer:
    return json_answer(status, {"error": error, "error_description": description})
