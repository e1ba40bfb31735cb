"""One site at the cloud: who may ask for it, how often, and what can be changed about it while it runs."""

from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

API_KEY = "SUNPILOTSIMULATORAPIKEY000900900"
CLIENT_SECRET = "SUNPILOTSIMULATORCLIENTSECRET"  # noqa: S105
"""Secrets that open nothing but a simulated world."""


class DayPolicy(StrEnum):
    """What V1 means by a day; SolarEdge does not say.

    A sliding day; a calendar day in UTC or at the site; or a sliding day that is forgiven after a block of 16 minutes.
    """

    SLIDING = "sliding24h"
    UTC = "utc_midnight"
    SITE = "site_midnight"
    LOCKOUT = "lockout16min"


class Averaging(StrEnum):
    """What an upload holds: what flowed just then, or the mean since the upload before."""

    NONE = "none"
    INTERVAL = "interval"


class Tier(StrEnum):
    """What was paid for: only `pro` may ask V2 for the live power flow."""

    FREE = "free"
    PRO = "pro"


class Meters(StrEnum):
    """The meters of the site: at the grid connection alone, or one for the production too."""

    NONE = "none"
    GRID = "grid"
    PRODUCTION = "grid+production"


class StateOfEnergy(StrEnum):
    """How V2 gives the battery's state of energy: 0..100 as documented, or 0..1 as seen."""

    PERCENT = "percent"
    FRACTION = "fraction"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One site, its keys, its limits, and how late the cloud is.

    Every `upload_interval_s` the site uploads what flows; `publish_delay_s` later the cloud shows it. `token` is V1's
    key, `api_key` V2's; `client_id` and `client_secret` are those of an app with Site Access, to which the
    browser returns at `redirect_uri`. `foreign_site_ids` exist, but belong to others.
    """

    site_id: int
    token: str = field(repr=False)
    zone: tzinfo
    calls_per_day: int = 300
    upload_interval_s: int = 300
    publish_delay_s: int = 60
    foreign_site_ids: frozenset[int] = frozenset({900901})
    api_key: str = field(default=API_KEY, repr=False)
    client_id: str = "sunpilot-simulator"
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    redirect_uri: str = "http://127.0.0.1:7080/oauth/solaredge"
    calls_per_minute: int = 10
    calls_per_month: int = 2000


@dataclass(slots=True)
class Options:
    """What a person at the steering may change at any time."""

    upload_interval_s: int
    publish_delay_s: int
    averaging: Averaging = Averaging.NONE
    day_policy: DayPolicy = DayPolicy.SLIDING
    tier: Tier = Tier.FREE
    meters: Meters = Meters.GRID
    state_of_energy: StateOfEnergy = StateOfEnergy.PERCENT
