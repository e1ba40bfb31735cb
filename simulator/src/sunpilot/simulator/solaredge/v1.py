"""SolarEdge's Monitoring API V1 of one site.

`currentPowerFlow` has no time stamp and no signs: magnitudes in `currentPower`, directions in `connections`. Errors
have the shapes reported of the real one; what a 429 and a 410 carry is not documented.
"""

import re
from collections.abc import Callable
from hmac import compare_digest

from sunpilot.simulator.solaredge.answer import Answer, json_answer, problem
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.solaredge.power_flow import power_flow
from sunpilot.simulator.solaredge.quota import Quota
from sunpilot.simulator.solaredge.site import Site
from sunpilot.simulator.solaredge.subscription import Meters
from sunpilot.simulator.solaredge.v1_series import TooLongError, details, energy, energy_details, power, power_details

LONGEST_BULK = 100
ONE = re.compile(r"/site/(?P<site>\d{1,12})/(?P<name>\w+?)(\.json)?", re.ASCII)
BULK = re.compile(r"/sites/(?P<sites>\d{1,12}(,\d{1,12})*)/(?P<name>overview|power|energy)(\.json)?", re.ASCII)
LISTS = ("/sites/list", "/sites/list.json")
RETIRED = Answer(410, "text/plain", b"The Monitoring API V1 has been retired. See https://developer.solaredge.com")
NOT_FOUND = json_answer(404, {"status": 404, "title": "Not Found"})
FORBIDDEN = json_answer(403, {"status": 403, "title": "Forbidden", "detail": "The key does not cover this site."})
TOO_MANY = Answer(429, "text/plain", b"Too Many Requests")


class ApiV1:
    """Answers calls to `/site/…` and `/sites/…`."""

    def __init__(self, site: Site) -> None:
        self.quota = Quota(site.subscription.calls_per_day, site.subscription.zone)
        self._site = site
        self._views: dict[str, Callable[[Call], object]] = {
            "currentPowerFlow": self._power_flow,
            "overview": lambda _: {"overview": self._overview()},
            "details": lambda _: {"details": details(site)},
            "power": lambda call: power(site, call.query),
            "energy": lambda call: energy(site, call.query),
            "powerDetails": lambda call: power_details(site, call.query),
            "energyDetails": lambda call: energy_details(site, call.query),
        }

    @property
    def calls_left(self) -> int:
        """What the token's quota still allows today."""
        return self.quota.left(self._site.subscription.token, self._site.now())

    def answer(self, call: Call) -> Answer:
        """Answer one call."""
        if self._site.faults.active("retired"):
            return RETIRED
        if call.path in LISTS:
            return self._priced(call, [], lambda: {"sites": {"count": 1, "site": [details(self._site)]}})
        if bulk := BULK.fullmatch(call.path):
            ids = [int(text) for text in bulk["sites"].split(",")]
            return self._priced(call, ids, lambda: self._bulk(call, bulk["name"], ids))
        one = ONE.fullmatch(call.path)
        if not one or one["name"] not in self._views:
            return NOT_FOUND
        return self._priced(call, [int(one["site"])], lambda: self._views[one["name"]](call))

    def _priced(self, call: Call, site_ids: list[int], content: Callable[[], object]) -> Answer:
        refusal = self._refusal(call, site_ids)
        if refusal:
            return refusal
        token = self._site.subscription.token
        self.quota.policy = self._site.options.day_policy
        if not self.quota.spend([token, *((site_id, call.client_ip) for site_id in site_ids)], self._site.now()):
            return TOO_MANY
        try:
            return self._site.faults.strike(json_answer(200, content()))
        except TooLongError as error:
            return problem(403, "Forbidden", str(error), call.path)
        except ValueError as error:
            return problem(400, "Bad Request", str(error), call.path)

    def _refusal(self, call: Call, site_ids: list[int]) -> Answer | None:
        subscription = self._site.subscription
        key = call.query.get("api_key", "").encode()
        if self._site.faults.active("key_revoked") or not compare_digest(key, subscription.token.encode()):
            title = "Unauthorized - Authentication Failed"
            return problem(401, title, "The API key is missing or not valid.", call.path)
        others = [site_id for site_id in site_ids if site_id != subscription.site_id]
        if any(site_id in subscription.foreign_site_ids for site_id in others) or len(site_ids) > LONGEST_BULK:
            return FORBIDDEN
        return NOT_FOUND if others else None

    def _power_flow(self, _: Call) -> dict[str, object]:
        site = self._site
        shown = site.uploads.before if site.faults.active("time_travel") else site.uploads.shown
        if shown is None or site.options.meters is Meters.NONE:
            return {"siteCurrentPowerFlow": {}}
        in_watts = site.faults.active("watts") != (site.faults.active("unit_flips") and site.faults.calls % 2 == 0)
        return {"siteCurrentPowerFlow": power_flow(shown, "W" if in_watts else "kW")}

    def _overview(self) -> dict[str, object]:
        """Powers in W at the inverter, energies in Wh."""
        site = self._site
        shown = site.uploads.shown
        if shown is None:
            return {}
        total = {"energy": round(site.production.total_wh, 1)}
        return {
            "lastUpdateTime": f"{shown.at.astimezone(site.subscription.zone):%Y-%m-%d %H:%M:%S}",
            "lifeTimeData": total,
            "lastYearData": total,
            "lastMonthData": total,
            "lastDayData": {"energy": round(site.production.today_wh, 1)},
            "currentPower": {"power": round(shown.pv_w, 1)},
            "measuredBy": "INVERTER",
        }

    def _bulk(self, call: Call, name: str, site_ids: list[int]) -> dict[str, object]:
        site, count = self._site, len(site_ids)
        match name:
            case "overview":
                sites = [{"siteId": site_id, "siteOverview": self._overview()} for site_id in site_ids]
                return {"sitesOverviews": {"count": count, "siteEnergyList": sites}}
            case "power":
                one: dict[str, object] = dict(power(site, call.query)["power"])
                outer, inner = "powerDateValuesList", "powerDataValueSeries"
            case _:
                one = dict(energy(site, call.query)["energy"])
                outer, inner = "sitesEnergy", "energyValues"
        series = {"measuredBy": one.pop("measuredBy"), "values": one.pop("values")}
        sites = [{"siteId": site_id, inner: series} for site_id in site_ids]
        return {outer: {**one, "count": count, "siteEnergyList": sites}}
