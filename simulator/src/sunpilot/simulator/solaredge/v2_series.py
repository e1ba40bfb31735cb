"""What V2 tells of a stretch of time: averages and energies per bucket, by the time of the bucket's start.

A bucket that is open, or not published yet, is there with the value null. Windows beyond 12 h of quarters, or 24 h of
hours, are refused.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sunpilot.simulator.solaredge.site import Site
from sunpilot.simulator.solaredge.subscription import Meters, StateOfEnergy
from sunpilot.simulator.solaredge.tally import Quarter, Tally

GRID_METER, PRODUCTION_METER, BATTERY = "M-GRID-1", "M-PV-1", "B-1"
RESOLUTIONS = {"QUARTER_HOUR": (900, timedelta(hours=12)), "HOUR": (3600, timedelta(hours=24))}
"""Seconds per bucket, and the longest window."""

Buckets = list[Quarter]
Series = dict[str, Any]


def pv_power(site: Site, query: Mapping[str, str]) -> Series:
    """The site's own generation, in W."""
    frame, buckets = _asked(site, query)
    return {**frame, "unit": "W", "values": _values(site, buckets, lambda tally: tally.pv_ws / tally.seconds)}


def meters(site: Site, query: Mapping[str, str]) -> Series:
    """Import and export of the grid meter; production and consumption where the production is metered too."""
    frame, buckets = _asked(site, query)
    found: dict[str, Series] = {}
    if site.options.meters is not Meters.NONE:
        found[GRID_METER] = {
            **_both(site, buckets, "import", lambda tally: tally.import_ws),
            **_both(site, buckets, "export", lambda tally: tally.export_ws),
        }
    if site.options.meters is Meters.PRODUCTION:
        found[PRODUCTION_METER] = {
            **_both(site, buckets, "production", lambda tally: tally.pv_ws),
            **_both(site, buckets, "consumption", lambda tally: tally.load_ws),
        }
    return {**frame, "meters": found}


def storage(site: Site, query: Mapping[str, str]) -> Series:
    """The battery's charge and discharge in W, and its state of energy; no battery where there is none."""
    frame, buckets = _asked(site, query)
    if not any(tally and tally.soc_pct is not None for _, tally in buckets):
        return {**frame, "storage": {}}
    of_one = 1.0 if site.options.state_of_energy is StateOfEnergy.PERCENT else 0.01
    battery = {
        "chargePower": _series(site, buckets, "W", lambda tally: tally.charge_ws / tally.seconds),
        "dischargePower": _series(site, buckets, "W", lambda tally: tally.discharge_ws / tally.seconds),
        "stateOfEnergy": _series(site, buckets, "PERCENT", lambda tally: (tally.soc_pct or 0.0) * of_one),
    }
    return {**frame, "storage": {BATTERY: battery}}


def iso(site: Site, at: datetime) -> str:
    """A time as V2 writes it: the site's, with its offset."""
    return at.astimezone(site.subscription.zone).isoformat(timespec="seconds")


def _both(site: Site, buckets: Buckets, name: str, energy_ws: Callable[[Tally], float]) -> Series:
    return {
        f"{name}Power": _series(site, buckets, "W", lambda tally: energy_ws(tally) / tally.seconds),
        f"{name}Energy": _series(site, buckets, "WH", lambda tally: energy_ws(tally) / 3600),
    }


def _series(site: Site, buckets: Buckets, unit: str, value: Callable[[Tally], float]) -> Series:
    return {"unit": unit, "values": _values(site, buckets, value)}


def _values(site: Site, buckets: Buckets, value: Callable[[Tally], float]) -> list[Series]:
    return [
        {"timestamp": iso(site, begin), "value": None if tally is None else round(value(tally), 3)}
        for begin, tally in buckets
    ]


def _asked(site: Site, query: Mapping[str, str]) -> tuple[Series, Buckets]:
    """The window in words, and its buckets; by default the day so far. Raises `ValueError`."""
    resolution = query.get("resolution", "QUARTER_HOUR")
    if resolution not in RESOLUTIONS:
        raise ValueError(f"resolution is one of {', '.join(RESOLUTIONS)}")
    bucket_s, longest = RESOLUTIONS[resolution]
    now = site.now().astimezone(site.subscription.zone)
    start = _moment(site, query.get("from"), now.replace(hour=0, minute=0, second=0, microsecond=0))
    end = _moment(site, query.get("to"), now)
    if not start < end <= start + longest:
        raise ValueError(f"'to' lies after 'from', by {longest} at most, at the resolution {resolution}")
    quarters = site.history.quarters(start, end, site.known_until)
    hours = groupby(quarters, key=lambda quarter: int(quarter[0].timestamp() // bucket_s))
    buckets = [_bucket(list(members), bucket_s // 900) for _, members in hours]
    return {"period": {"from": iso(site, start), "to": iso(site, end)}, "resolution": resolution}, buckets


def _bucket(quarters: Buckets, wanted: int) -> Quarter:
    known = [tally for _, tally in quarters if tally is not None]
    return quarters[0][0], sum(known[1:], start=known[0]) if len(known) == wanted else None


def _moment(site: Site, text: str | None, otherwise: datetime) -> datetime:
    """A time by ISO 8601; without an offset it is the site's."""
    if text is None:
        return otherwise
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("'from' and 'to' are times as ISO 8601 writes them") from None
    return time if time.tzinfo else time.replace(tzinfo=site.subscription.zone)
