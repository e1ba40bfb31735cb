"""A twin of SolarEdge's Monitoring API V1: `currentPowerFlow` and `overview` of one site, without sockets.

What it shows is an upload of the house, every few minutes and some time late; it has no time stamp and no signs:
magnitudes in `currentPower`, directions in `connections`. Errors have the shapes reported of the real one; what a
429 and a 410 carry is not documented.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from email.utils import format_datetime
from hmac import compare_digest

from sunpilot.simulator.answer import Answer, json_answer
from sunpilot.simulator.cloud_faults import Faults
from sunpilot.simulator.house import Truth
from sunpilot.simulator.power_flow import power_flow
from sunpilot.simulator.quota import Quota

PATH = re.compile(r"/site/(?P<site>\d{1,12})/(?P<name>currentPowerFlow|overview)(\.json)?")
RETIRED = Answer(410, "text/plain", b"The Monitoring API V1 has been retired. See https://developer.solaredge.com")
NOT_FOUND = json_answer(404, {"status": 404, "title": "Not Found"})
FORBIDDEN = json_answer(403, {"status": 403, "title": "Forbidden", "detail": "The key does not cover this site."})
TOO_MANY = Answer(429, "text/plain", b"Too Many Requests")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One site at the cloud, its key, its limits, and how late the cloud is.

    Every `upload_interval_s` the site uploads what flows just then; `publish_delay_s` later the cloud shows it.
    `foreign_site_ids` exist, but belong to others.
    """

    site_id: int
    token: str = field(repr=False)
    zone: tzinfo
    calls_per_day: int = 300
    upload_interval_s: int = 300
    publish_delay_s: int = 60
    foreign_site_ids: frozenset[int] = frozenset({900901})


class Cloud:
    """Answers calls for one site. `observe` takes in the house second by second; `now` gives aware UTC.

    The first upload is shown at once, so that a fresh simulator has something to say. `calls` counts by status.
    """

    def __init__(self, now: Callable[[], datetime], subscription: Subscription) -> None:
        self.faults = Faults()
        self.calls: Counter[int] = Counter()
        self._now = now
        self._subscription = subscription
        self._quota = Quota(subscription.calls_per_day)
        self._production = Production()
        self._slot: int | None = None
        self._waiting: deque[tuple[datetime, Truth]] = deque()
        self._shown: Truth | None = None

    @property
    def calls_left(self) -> int:
        """What the token's quota still allows today."""
        return self._quota.left(self._subscription.token, self._now())

    def observe(self, truth: Truth) -> None:
        """Take in what flows; upload it when an interval has begun, show what is due."""
        self._production.add(truth, self._subscription.zone)
        if self.faults.active("frozen"):
            return
        slot = int(truth.at.timestamp() // self._subscription.upload_interval_s)
        if slot != self._slot:
            delay = timedelta(seconds=self._subscription.publish_delay_s if self._shown else 0)
            self._waiting.append((truth.at + delay, truth))
            self._slot = slot
        while self._waiting and self._waiting[0][0] <= truth.at:
            _, self._shown = self._waiting.popleft()

    def get(self, path: str, query: Mapping[str, str], client_ip: str) -> Answer:
        """Answer `GET path?query` from `client_ip`."""
        answer = self._answer(path, query, client_ip)
        self.faults.count_call()
        self.calls[answer.status] += 1
        headers = {"Date": format_datetime(self._now(), usegmt=True)}
        return replace(answer, headers=headers, latency_s=self.faults.latency_s)

    def reset_counters(self) -> None:
        """Forget all calls: counters and quota."""
        self.calls.clear()
        self._quota.reset()

    def _answer(self, path: str, query: Mapping[str, str], client_ip: str) -> Answer:
        if self.faults.active("retired"):
            return RETIRED
        call = PATH.fullmatch(path)
        if not call:
            return NOT_FOUND
        token = self._subscription.token
        if not compare_digest(query.get("api_key", "").encode(), token.encode()):
            return _unauthorized(path)
        site_id = int(call["site"])
        if site_id != self._subscription.site_id:
            return FORBIDDEN if site_id in self._subscription.foreign_site_ids else NOT_FOUND
        if not self._quota.spend((token, (site_id, client_ip)), self._now()):
            return TOO_MANY
        good = self._power_flow() if call["name"] == "currentPowerFlow" else self._overview()
        return self.faults.strike(good)

    def _power_flow(self) -> Answer:
        if self._shown is None:
            return json_answer(200, {"siteCurrentPowerFlow": {}})
        unit = "W" if self.faults.active("watts") else "kW"
        return json_answer(200, {"siteCurrentPowerFlow": power_flow(self._shown, unit)})

    def _overview(self) -> Answer:
        if self._shown is None:
            return json_answer(200, {"overview": {}})
        total = {"energy": round(self._production.total_wh, 1)}
        overview = {
            "lastUpdateTime": f"{self._shown.at.astimezone(self._subscription.zone):%Y-%m-%d %H:%M:%S}",
            "lifeTimeData": total,
            "lastYearData": total,
            "lastMonthData": total,
            "lastDayData": {"energy": round(self._production.today_wh, 1)},
            "currentPower": {"power": round(self._shown.pv_w, 1)},
            "measuredBy": "INVERTER",
        }
        return json_answer(200, {"overview": overview})


@dataclass(slots=True)
class Production:
    """The inverter's energy counters in Wh. The site is taken to be new this month."""

    total_wh: float = 0.0
    today_wh: float = 0.0
    _last: datetime | None = None
    _day: date | None = None

    def add(self, truth: Truth, zone: tzinfo) -> None:
        """Book the time since the last call at the present power; at local midnight the day begins at 0."""
        elapsed_s = (truth.at - self._last).total_seconds() if self._last else 0.0
        self._last = truth.at
        if (day := truth.at.astimezone(zone).date()) != self._day:
            self._day, self.today_wh = day, 0.0
        energy_wh = truth.pv_w * max(0.0, elapsed_s) / 3600
        self.total_wh += energy_wh
        self.today_wh += energy_wh


def _unauthorized(path: str) -> Answer:
    problem = {
        "type": "https://datatracker.ietf.org/doc/html/rfc9110#section-15.5.2",
        "title": "Unauthorized - Authentication Failed",
        "status": 401,
        "detail": "The API key is missing or not valid.",
        "instance": path,
        "properties": {"traceId": "00000000000000000000000000000000"},
    }
    return json_answer(401, problem, "application/problem+json")
