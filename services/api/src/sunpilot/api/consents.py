"""Consents that are under way: a person was sent to SolarEdge's page, and comes back with a code. Pure.

Source: SolarEdge Monitoring API V2, Site Access (OAuth 2.0 authorization code, RFC 6749 section 4.1): the callback gets
code and site_id. The state binds the way back to the way out (RFC 6749, section 10.12).
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlencode

from pydantic import SecretStr

from sunpilot.contract.source_settings import SolarEdgeV2

CONSENT_URL = "https://connect.solaredge.com"
SCOPES = "SITE_DATA DEVICE_DATA"
LONGEST_MONTHS = 24
LASTS_S = 900.0
"""A person who takes longer begins anew."""

MOST = 32
LONGEST_CODE = 2000
MOST_FIELDS = 20


class Said(StrEnum):
    """What became of a way back."""

    STORED = "stored"
    DECLINED = "declined"
    TOO_OLD = "too_old"
    NO_STATE = "no_state"
    NO_CODE = "no_code"
    OTHER_SITE = "other_site"
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True)
class Pending:
    """Whose consent is awaited: the inverter, the name of its source, the site, and until when (monotonic, in s)."""

    inverter_id: int
    source: str
    site_id: str
    until_s: float


class Consents:
    """The states that have been handed out, each good once. They live in memory only: a restart begins anew."""

    def __init__(self) -> None:
        self._pending: dict[str, Pending] = {}

    def begin(
        self, inverter_id: int, source: str, settings: SolarEdgeV2, redirect_uri: str | None, now_s: float
    ) -> str:
        """The address to open in a browser."""
        self._pending = {state: one for state, one in self._pending.items() if now_s < one.until_s}
        while len(self._pending) >= MOST:
            del self._pending[next(iter(self._pending))]
        state = secrets.token_urlsafe(24)
        self._pending[state] = Pending(inverter_id, source, settings.site_id, now_s + LASTS_S)
        query = {
            "response_type": "code",
            "client_id": settings.client_id or "",
            "scope": SCOPES,
            "access_duration": str(LONGEST_MONTHS),
            "state": state,
        }
        if redirect_uri is not None:
            query["redirect_uri"] = redirect_uri
        return f"{settings.consent_url or CONSENT_URL}/authorize?{urlencode(query)}"

    def end(self, state: str, now_s: float) -> Pending | None:
        """What a state was handed out for; None where it was not, or is used up or too old."""
        pending = self._pending.pop(state, None)
        return pending if pending is not None and now_s < pending.until_s else None


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brings back."""

    code: SecretStr | None
    site_id: str | None
    state: str | None
    error: str | None

    @classmethod
    def of(cls, query: str) -> "Return":
        """Read the query of the callback's address; what cannot be read brings nothing."""
        try:
            fields = {name: values[0] for name, values in parse_qs(query, max_num_fields=MOST_FIELDS).items()}
        except ValueError:
            fields = {}
        code = fields.get("code", "")
        is_good = 0 < len(code) <= LONGEST_CODE and all("!" <= letter <= "~" for letter in code)
        return cls(
            SecretStr(code) if is_good else None, fields.get("site_id"), fields.get("state"), fields.get("error")
        )

    @classmethod
    def pasted(cls, text: str) -> "Return":
        """Read what a person pasted: the code alone, or the whole address of the page that the browser came to."""
        _, is_address, query = text.partition("?")
        query = query.partition("#")[0] if is_address else urlencode({"code": text})
        return cls.of(query)

    def check(self, site_id: str) -> Said | None:
        """What is wrong with it for this site; None where it brings a code."""
        if self.error is not None:
            return Said.DECLINED
        if self.code is None:
            return Said.NO_CODE
        return Said.OTHER_SITE if self.site_id not in (None, site_id) else None
