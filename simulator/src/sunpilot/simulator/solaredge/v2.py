"""SolarEdge's Monitoring API V2 of one site: 15-minute averages for all, the live power flow for those who pay.

Sources: the facts that integrations state of SolarEdge's own pages. The shapes of `overview` and `power-flow` are not
confirmed by any document.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from sunpilot.simulator.solaredge.answer import Answer, json_answer, problem
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.solaredge.consent import Consent
from sunpilot.simulator.solaredge.quota import Credits
from sunpilot.simulator.solaredge.site import Site
from sunpilot.simulator.solaredge.subscription import Meters, Tier
from sunpilot.simulator.solaredge.v2_series import iso, meters, pv_power, storage

PATH = re.compile(r"/v2/sites/(?P<site>\d{1,12})(?P<name>(/[a-z-]+)*)", re.ASCII)
NEEDS_DEVICE_DATA = ("/meters/telemetry", "/storage/telemetry")


class _Refused(Exception):  # noqa: N818
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class ApiV2:
    """Answers calls to `/v2/…` and the consent page."""

    def __init__(self, site: Site, consent: Consent) -> None:
        subscription = site.subscription
        self.credits = Credits(subscription.calls_per_minute, subscription.calls_per_month)
        self.consent = consent
        self._site = site
        self._views: dict[str, Callable[[Call], dict[str, Any]]] = {
            "": lambda _: self._details(),
            "/overview": lambda _: self._overview(),
            "/power": lambda call: pv_power(site, call.query),
            "/meters/telemetry": lambda call: meters(site, call.query),
            "/storage/telemetry": lambda call: storage(site, call.query),
            "/power-flow": lambda _: self._power_flow(),
        }

    def answer(self, call: Call) -> Answer:
        """Answer one call."""
        match (call.method, call.path):
            case ("POST", "/v2/oauth2/token"):
                answer = self.consent.token(call)
                return self._site.faults.strike(answer) if answer.status == 200 else answer
            case ("POST", "/v2/oauth2/revoke-token"):
                return self.consent.revoke(call)
            case (_, "/authorize"):
                return self.consent.authorize(call)
        by_key, by_token = self._by_key(call), self._by_token(call)
        if not by_key and not by_token:
            return problem(401, "Unauthorized", "The API key or access token is missing or not valid.", call.path)
        return self._priced(call, by_key=by_key)

    def _priced(self, call: Call, *, by_key: bool) -> Answer:
        site, now = self._site, self._site.now()
        headers = {"x-ratelimit-limit-minute": str(self.credits.per_minute)}
        too_many = problem(429, "Too Many Requests", "The quota is exceeded.", call.path)
        if site.faults.active("month_spent") or self.credits.month_left(now) <= 0:
            left = max(1, self.credits.minute_left(now))
            return replace(too_many, headers={**headers, "x-ratelimit-remaining-minute": str(left)})
        if not self.credits.spend(now):
            wait = {"x-ratelimit-remaining-minute": "0", "retry-after": str(self.credits.wait_s(now))}
            return replace(too_many, headers={**headers, **wait})
        answer = self._content(call, by_key=by_key)
        left = self.credits.minute_left(now)
        return replace(answer, headers={**headers, **answer.headers, "x-ratelimit-remaining-minute": str(left)})

    def _content(self, call: Call, *, by_key: bool) -> Answer:
        site = self._site
        try:
            if call.path == "/v2/sites":
                content: object = {"count": 1, "sites": [self._details()]}
                self._check_key(by_key=by_key)
            else:
                content = self._view(call, by_key=by_key)(call)
            return site.faults.strike(json_answer(200, content))
        except _Refused as refused:
            return problem(refused.status, HTTPStatus(refused.status).phrase, str(refused), call.path)
        except ValueError as error:
            return problem(400, "Bad Request", str(error), call.path)

    def _view(self, call: Call, *, by_key: bool) -> Callable[[Call], dict[str, Any]]:
        """What answers a call about one site. Raises `_Refused`."""
        site = self._site
        found = PATH.fullmatch(call.path)
        if not found or found["name"] not in self._views:
            raise _Refused(404, "There is no such operation.")
        if (site_id := int(found["site"])) != site.subscription.site_id:
            foreign = site_id in site.subscription.foreign_site_ids
            raise _Refused(403 if foreign else 404, "There is no such site, or access to it is not granted.")
        if not by_key and site.faults.active("scope_missing") and found["name"] in NEEDS_DEVICE_DATA:
            raise _Refused(403, "The scope DEVICE_DATA is missing.")
        if found["name"] == "/power-flow" and site.options.tier is not Tier.PRO:
            raise _Refused(403, "Advanced Monitoring is not part of your plan.")
        return self._views[found["name"]]

    @staticmethod
    def _check_key(*, by_key: bool) -> None:
        if not by_key:
            raise _Refused(403, "This operation is not available with Site Access.")

    def _by_key(self, call: Call) -> bool:
        key = call.headers.get("x-api-key", "").encode()
        good = compare_digest(key, self._site.subscription.api_key.encode())
        return good and not self._site.faults.active("key_revoked")

    def _by_token(self, call: Call) -> bool:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        good = scheme.lower() == "bearer" and self.consent.admits(token)
        return good and not self._site.faults.active("key_revoked")

    def _details(self) -> dict[str, Any]:
        site = self._site
        return {
            "siteId": site.subscription.site_id,
            "name": "Simulated house",
            "peakPower": 20.0,
            "activationStatus": "ACTIVE",
            "location": {"country": "Germany", "timezone": str(site.subscription.zone)},
            "lastUpdateTime": iso(site, site.uploads.shown.at) if site.uploads.shown else None,
        }

    def _overview(self) -> dict[str, Any]:
        shown, made = self._site.uploads.shown, self._site.production
        return {
            "lastUpdateTime": iso(self._site, shown.at) if shown else None,
            "power": {"unit": "W", "value": round(shown.pv_w, 1) if shown else None},
            "energy": {"unit": "WH", "today": round(made.today_wh, 1), "lifetime": round(made.total_wh, 1)},
        }

    def _power_flow(self) -> dict[str, Any]:
        """Live, with a time and explicit directions, in kW."""
        site, shown = self._site, self._site.uploads.shown
        if shown is None or site.options.meters is Meters.NONE:
            return {}
        grid, battery = shown.grid_w, shown.battery_w
        flow: dict[str, Any] = {
            "updatedAt": iso(site, shown.at),
            "refreshRate": 3,
            "unit": "KW",
            "pv": {"active": shown.pv_w > 0, "power": _kw(shown.pv_w)},
            "load": {"active": shown.load_w > 0, "power": _kw(shown.load_w)},
            "grid": {"active": bool(_kw(grid)), "power": _kw(grid), "status": _way(grid, "IMPORT", "EXPORT")},
        }
        if battery is not None:
            flow["storage"] = {
                "active": bool(_kw(battery)),
                "power": _kw(battery),
                "status": _way(battery, "CHARGE", "DISCHARGE"),
                "chargeLevel": round(shown.soc_pct or 0.0),
            }
        return flow


def _kw(power_w: float) -> float:
    return abs(round(power_w / 1000, 3))


def _way(power_w: float, plus: str, minus: str) -> str:
    return "IDLE" if not _kw(power_w) else plus if power_w > 0 else minus
