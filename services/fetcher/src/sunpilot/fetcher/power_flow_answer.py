"""SolarEdge V1 `currentPowerFlow` as it is answered: magnitudes and directions, read with distrust.

Source: SolarEdge Monitoring API V1, current power flow; casing, missing fields and units as users observed them.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.source import SourceError

WATTS = {"w": 1.0, "kw": 1e3, "mw": 1e6}

_NO_METER = Text(
    en="SolarEdge has no power flow for this site; it needs a meter at the grid connection, set up in the portal.",
    de="SolarEdge hat für diese Anlage keinen Leistungsfluss; es braucht einen Zähler am Netzanschluss, im Portal "
    "eingerichtet.",
)


@dataclass(frozen=True, slots=True)
class Element:
    """GRID, LOAD, PV or STORAGE. ``power_w`` is a magnitude, None where unknown; ``negative``: it came with a sign,
    which the API rules out.
    """

    present: bool
    power_w: float | None
    negative: bool
    idle: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """The answer as it stands, in watt: elements, and which names send and receive."""

    grid: Element
    load: Element
    pv: Element
    storage: Element
    soc_pct: float | None
    senders: frozenset[str]
    receivers: frozenset[str]


def read_flow(body: bytes) -> Flow:
    """The body of an answer with status 200; raises `SourceError` (unsupported or bad payload)."""
    try:
        content: object = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise bad_payload("is not JSON", "ist kein JSON") from None
    if not isinstance(content, dict) or "siteCurrentPowerFlow" not in content:
        raise bad_payload("has no siteCurrentPowerFlow", "hat kein siteCurrentPowerFlow")
    root = content["siteCurrentPowerFlow"]
    if not root:
        raise SourceError(Outcome.UNSUPPORTED, _NO_METER)
    if not isinstance(root, dict):
        raise bad_payload("has no object siteCurrentPowerFlow", "hat kein Objekt siteCurrentPowerFlow")
    unit = root.get("unit")
    scale_w = WATTS.get(unit.casefold()) if isinstance(unit, str) else None
    if scale_w is None:
        raise bad_payload("has no known unit of power", "hat keine bekannte Einheit der Leistung")
    storage = root.get("STORAGE")
    return Flow(
        grid=_element(root.get("GRID"), scale_w),
        load=_element(root.get("LOAD"), scale_w),
        pv=_element(root.get("PV"), scale_w),
        storage=_element(storage, scale_w),
        soc_pct=_charge_level(storage.get("chargeLevel")) if isinstance(storage, dict) else None,
        senders=_ends(root.get("connections"), "from"),
        receivers=_ends(root.get("connections"), "to"),
    )


def bad_payload(what: str, was: str) -> SourceError:
    """The error for an answer that cannot be used."""
    return SourceError(
        Outcome.BAD_PAYLOAD,
        Text(
            en=f"SolarEdge's answer {what}; this mostly passes by itself, otherwise look at SolarEdge's status page.",
            de=f"Die Antwort von SolarEdge {was}; das geht meist vorbei, sonst hilft die Statusseite von SolarEdge.",
        ),
    )


def _element(raw: object, scale_w: float) -> Element:
    if not isinstance(raw, dict):
        return Element(present=False, power_w=None, negative=False, idle=False)
    power = _number(raw.get("currentPower"))
    watts = None if power is None else round(abs(power) * scale_w, 1)
    return Element(
        present=True,
        power_w=watts if watts is not None and math.isfinite(watts) else None,
        negative=power is not None and power < 0,
        idle=str(raw.get("status")).casefold() == "idle",
    )


def _charge_level(raw: object) -> float | None:
    level = _number(raw)
    return level if level is not None and 0 <= level <= 100 else None


def _number(raw: object) -> float | None:
    """A finite number, also one that came as text."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _ends(connections: object, end: str) -> frozenset[str]:
    """The names at one end of all connections. Senders come in upper case, receivers capitalised: case says
    nothing.
    """
    listed = connections if isinstance(connections, list) else []
    names = (connection.get(end) for connection in listed if isinstance(connection, Mapping))
    return frozenset(name.casefold() for name in names if isinstance(name, str))
