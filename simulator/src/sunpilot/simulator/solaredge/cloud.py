"""The cloud: takes in the house, answers calls to both APIs, and counts."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge.answer import Answer
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.solaredge.consent import Consent
from sunpilot.simulator.solaredge.faults import Faults
from sunpilot.simulator.solaredge.site import Site
from sunpilot.simulator.solaredge.subscription import Options, Subscription
from sunpilot.simulator.solaredge.uploads import Uploads
from sunpilot.simulator.solaredge.v1 import NOT_FOUND, TOO_MANY, ApiV1
from sunpilot.simulator.solaredge.v2 import ApiV2

CONCURRENT_CALLS = 3
RETRY_AFTER = timedelta(minutes=16)
OF_V2 = ("/v2/", "/authorize")


class Cloud:
    """Answers calls for one site. `observe` takes in the house second by second; `now` gives aware UTC.

    `calls` counts by status.
    """

    def __init__(self, now: Callable[[], datetime], subscription: Subscription) -> None:
        self.faults = Faults()
        self.options = Options(subscription.upload_interval_s, subscription.publish_delay_s)
        self.calls: Counter[int] = Counter()
        self._now = now
        self._site = Site(now, subscription, self.options, self.faults, Uploads(self.options))
        self.consent = Consent(now, subscription, self.faults)
        self._v1 = ApiV1(self._site)
        self._v2 = ApiV2(self._site, self.consent)
        self._under_way: dict[str, deque[datetime]] = {}

    @property
    def calls_left(self) -> int:
        """What the token's quota of V1 still allows today."""
        return self._v1.calls_left

    @property
    def credits_left(self) -> int:
        """What the account's quota of V2 still allows this month."""
        return self._v2.credits.month_left(self._now())

    def observe(self, truth: Truth) -> None:
        """Take in what flows."""
        self._site.observe(truth)

    def get(self, path: str, query: Mapping[str, str], client_ip: str) -> Answer:
        """Answer `GET path?query` from `client_ip`."""
        return self.answer(Call(path, query, client_ip))

    def answer(self, call: Call) -> Answer:
        """Answer any call."""
        now = self._now()
        self.faults.begin_call(now)
        answer = self._answer(call)
        headers = {**answer.headers, "Date": format_datetime(now, usegmt=True)}
        if answer.status in (429, 503) and self.faults.active("retry_after"):
            headers["Retry-After"] = f"{RETRY_AFTER.total_seconds():.0f}"
        if answer.status in (429, 503) and self.faults.active("retry_after_date"):
            headers["Retry-After"] = format_datetime(now + RETRY_AFTER, usegmt=True)
        self.faults.end_call()
        self.calls[answer.status] += 1
        self._under_way[call.client_ip].append(now + timedelta(seconds=self.faults.latency_s))
        return replace(answer, headers=headers, latency_s=self.faults.latency_s)

    def reset_counters(self) -> None:
        """Forget all calls: counters and quotas."""
        self.calls.clear()
        self._v1.quota.reset()
        self._v2.credits.reset()

    def _answer(self, call: Call) -> Answer:
        is_crowded = self._count_under_way(call.client_ip) >= CONCURRENT_CALLS
        if call.path.startswith(OF_V2):
            return self._v2.answer(call)
        if call.method != "GET":
            return NOT_FOUND
        return TOO_MANY if is_crowded else self._v1.answer(call)

    def _count_under_way(self, client_ip: str) -> int:
        """Calls from one address that have not been answered yet."""
        under_way = self._under_way.setdefault(client_ip, deque())
        now = self._now()
        while under_way and under_way[0] <= now:
            under_way.popleft()
        return len(under_way)
