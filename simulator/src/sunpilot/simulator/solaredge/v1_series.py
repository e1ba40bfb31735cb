"""What V1 tells of a stretch of time: 15-minute averages and energies per meter, in the site's wall time."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sunpilot.simulator.solaredge.site import Site
from sunpilot.simulator.solaredge.tally import QUARTER_S, Quarter, Tally

FORMAT = "%Y-%m-%d %H:%M:%S"
LONGEST = timedelta(days=31)
UNITS = {"QUARTER_OF_AN_HOUR": 16, "HOUR": 13, "DAY": 10}
"""Time units of energies, and how many letters of a wall time tell one from the next."""

Quarters = list[Quarter]


class TooLongError(ValueError):
    """More was asked for than one call may bring."""


def details(site: Site) -> dict[str, object]:
    """The site itself."""
    shown = site.uploads.shown
    zone = site.subscription.zone
    return {
        "id": site.subscription.site_id,
        "name": "Simulated house",
        "accountId": 1,
        "status": "Active",
        "peakPower": 20.0,
        "lastUpdateTime": f"{shown.at.astimezone(zone):%Y-%m-%d}" if shown else None,
        "type": "Optimizers & Inverters",
        "location": {"country": "Germany", "timeZone": str(zone)},
        "publicSettings": {"isPublic": False},
    }


def power(site: Site, query: Mapping[str, str]) -> dict[str, Any]:
    """The inverter's power as 15-minute averages; a slot without data has no value."""
    values = [_value(site, begin, tally.pv_ws / QUARTER_S if tally else None) for begin, tally in _asked(site, query)]
    series = {"timeUnit": "QUARTER_OF_AN_HOUR", "unit": "W", "measuredBy": "INVERTER", "values": values}
    return {"power": series}


def energy(site: Site, query: Mapping[str, str]) -> dict[str, Any]:
    """The inverter's energy per `timeUnit`."""
    unit = _unit(query, "DAY")
    values = [_value(site, begin, sums["Production"]) for begin, sums in _sums(site, _asked(site, query), unit)]
    return {"energy": {"timeUnit": unit, "unit": "Wh", "measuredBy": "INVERTER", "values": values}}


def power_details(site: Site, query: Mapping[str, str]) -> dict[str, Any]:
    """15-minute averages per meter."""
    quarters = [(begin, _energies_wh(tally)) for begin, tally in _asked(site, query)]
    meters = [
        {"type": meter, "values": [_value(site, begin, wh[meter] * 4 if wh else None) for begin, wh in quarters]}
        for meter in _meters(query)
    ]
    return {"powerDetails": {"timeUnit": "QUARTER_OF_AN_HOUR", "unit": "W", "meters": meters}}


def energy_details(site: Site, query: Mapping[str, str]) -> dict[str, Any]:
    """Energy per meter and `timeUnit`."""
    unit = _unit(query, "DAY")
    sums = list(_sums(site, _asked(site, query), unit))
    meters = [
        {"type": meter, "values": [_value(site, begin, wh[meter]) for begin, wh in sums]} for meter in _meters(query)
    ]
    return {"energyDetails": {"timeUnit": unit, "unit": "Wh", "meters": meters}}


METERS = ("Production", "Consumption", "SelfConsumption", "FeedIn", "Purchased")


def _energies_wh(tally: Tally | None) -> dict[str, float] | None:
    if tally is None:
        return None
    energies_ws = (
        tally.pv_ws,
        tally.load_ws,
        max(0.0, tally.load_ws - tally.import_ws),
        tally.export_ws,
        tally.import_ws,
    )
    return {meter: energy_ws / 3600 for meter, energy_ws in zip(METERS, energies_ws, strict=True)}


def _asked(site: Site, query: Mapping[str, str]) -> Quarters:
    """The quarters of an hour that were asked for. Raises `ValueError`, or `TooLongError`."""
    start, end = (_moment(site, query, *names) for names in (("startTime", "startDate"), ("endTime", "endDate")))
    if end - start > LONGEST:
        raise TooLongError("the time is longer than one month")
    return list(site.history.quarters(start, end, site.known_until))


def _moment(site: Site, query: Mapping[str, str], time: str, day: str) -> datetime:
    text = query.get(time) or f"{query.get(day, '')} 00:00:00"
    try:
        wall_time = datetime.strptime(text, FORMAT)  # noqa: DTZ007 -- it is the site's, added in the next line
    except ValueError:
        raise ValueError(f"{time} is needed as 2026-06-21 10:30:00, or {day} as 2026-06-21") from None
    return wall_time.replace(tzinfo=site.subscription.zone)


def _meters(query: Mapping[str, str]) -> list[str]:
    wanted = query.get("meters", "").casefold().split(",")
    return [meter for meter in METERS if wanted == [""] or meter.casefold() in wanted]


def _unit(query: Mapping[str, str], otherwise: str) -> str:
    unit = query.get("timeUnit", otherwise)
    if unit not in UNITS:
        raise ValueError(f"timeUnit is one of {', '.join(UNITS)}")
    return unit


def _sums(site: Site, quarters: Quarters, unit: str) -> Iterator[tuple[datetime, dict[str, float | None]]]:
    """Energies per unit of time; None where no quarter of it is known."""
    for _, group in groupby(quarters, key=lambda one: _wall_time(site, one[0])[: UNITS[unit]]):
        members = list(group)
        known = [wh for _, tally in members if (wh := _energies_wh(tally)) is not None]
        yield members[0][0], {meter: sum(wh[meter] for wh in known) if known else None for meter in METERS}


def _value(site: Site, begin: datetime, value: float | None) -> dict[str, object]:
    date: dict[str, object] = {"date": _wall_time(site, begin)}
    return date if value is None else {**date, "value": round(value, 2)}


def _wall_time(site: Site, at: datetime) -> str:
    return at.astimezone(site.subscription.zone).strftime(FORMAT)
