"""SolarEdge V1 `currentPowerFlow` as it is answered: magnitudes and directions, read with distrust.

Source: SolarEdge Monitoring API V1, current power flow; casing, missing fields and units as users observed them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.solaredge.quantity import bad_payload, content_of, number, watts, watts_per

NO_POWER_FLOW = Text(
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
    content = content_of(body)
    if not isinstance(content, dict) or "siteCurrentPowerFlow" not in content:
        raise bad_payload("has no siteCurrentPowerFlow", "hat kein siteCurrentPowerFlow")
    root = content["siteCurrentPowerFlow"]
    if not root:
        raise SourceError(Outcome.UNSUPPORTED, NO_POWER_FLOW)
    if not isinstance(root, dict):
        raise bad_payload("has no object siteCurrentPowerFlow", "hat kein Objekt siteCurrentPowerFlow")
    scale_w = watts_per(root.get("unit"))
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


def _element(raw: object, scale_w: float) -> Element:
    if not isinstance(raw, dict):
        return Element(present=False, power_w=None, negative=False, idle=False)
    power_w = watts(raw.get("currentPower"), scale_w)
    return Element(
        present=True,
        power_w=None if power_w is None else abs(power_w),
        negative=power_w is not None and power_w < 0,
        idle=str(raw.get("status")).casefold() == "idle",
    )


def _charge_level(raw: object) -> float | None:
    level = number(raw)
    return level if level is not None and 0 <= level <= 100 else None


def _ends(connections: object, end: str) -> frozenset[str]:
    """The names at one end of all connections. Senders come in upper case, receivers capitalised: case says
    nothing.
    """
    listed = connections if isinstance(connections, list) else []
    names = (connection.get(end) for connection in listed if isinstance(connection, Mapping))
    return frozenset(name.casefold() for name in names if isinstance(name, str))
