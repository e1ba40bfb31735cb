"""Numbers and units as clouds answer them in JSON, read with distrust."""

import json
import math
from datetime import UTC, datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import SourceError

WATTS = {"w": 1.0, "kw": 1e3, "mw": 1e6}

MOST_W = 100_000.0
"""More than this flows in no house: its connection would have 145 A on each phase."""


def bad_payload(what: str, was: str) -> SourceError:
    """The error for an answer that cannot be used."""
    return SourceError(
        Outcome.BAD_PAYLOAD,
        Text(
            en=f"SolarEdge's answer {what}; this mostly passes by itself, otherwise look at SolarEdge's status page.",
            de=f"Die Antwort von SolarEdge {was}; das geht meist vorbei, sonst hilft die Statusseite von SolarEdge.",
        ),
    )


def content_of(body: bytes) -> object:
    """What JSON says; raises `SourceError` (bad payload)."""
    try:
        content: object = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise bad_payload("is not JSON", "ist kein JSON") from None
    return content


def watts_per(unit: object) -> float:
    """How many watt one of this unit is; raises `SourceError` (bad payload)."""
    scale_w = WATTS.get(unit.casefold()) if isinstance(unit, str) else None
    if scale_w is None:
        raise bad_payload("has no known unit of power", "hat keine bekannte Einheit der Leistung")
    return scale_w


def number(raw: object) -> float | None:
    """A finite number, also one that came as text."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def watts(raw: object, scale_w: float) -> float | None:
    """A power in W, to a tenth; None where it is no finite number."""
    value = number(raw)
    power_w = None if value is None else value * scale_w
    return round(power_w, 1) if power_w is not None and math.isfinite(power_w) else None


def time_of(raw: object) -> datetime:
    """An aware time by ISO 8601, in UTC; raises `SourceError` (bad payload)."""
    try:
        time = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or not 2000 <= time.year <= 2200:
        raise bad_payload("has values without a time", "hat Werte ohne Zeit")
    return time.astimezone(UTC)


def is_plausible(*powers_w: float | None) -> bool:
    """Whether a house can have these powers; unknown ones can be anything."""
    return all(power_w is None or abs(power_w) <= MOST_W for power_w in powers_w)
