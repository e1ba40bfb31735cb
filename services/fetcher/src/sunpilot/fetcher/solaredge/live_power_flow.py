"""SolarEdge V2 `power-flow`: the present power with a time and directions, for those who pay for it.

Not verified: no document of its form was at hand, only one third-party description. What does not look like that is
refused, not guessed.
"""

from collections.abc import Mapping

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.power_flow_answer import NO_POWER_FLOW
from sunpilot.fetcher.solaredge.quantity import bad_payload, content_of, is_plausible, number, time_of, watts, watts_per

GRID_SIGNS = {"IMPORT": 1.0, "EXPORT": -1.0, "IDLE": 0.0, "GRID_OUTAGE": 0.0}
BATTERY_SIGNS = {"CHARGE": 1.0, "DISCHARGE": -1.0, "IDLE": 0.0}


def read_live_flow(body: bytes, source: str) -> Measurement:
    """The present powers; raises `SourceError`."""
    content = content_of(body)
    if not isinstance(content, dict):
        raise bad_payload("is no JSON object", "ist kein JSON-Objekt")
    if not content:
        raise SourceError(Outcome.UNSUPPORTED, NO_POWER_FLOW)
    scale_w = watts_per(content.get("unit"))
    grid, pv, load, storage = (_part(content, name) for name in ("grid", "pv", "load", "storage"))
    grid_w, battery_w = _signed_w(grid, GRID_SIGNS, scale_w), _signed_w(storage, BATTERY_SIGNS, scale_w)
    pv_w, load_w = _power_w(pv, scale_w), _power_w(load, scale_w)
    level_pct = number(storage.get("chargeLevel"))
    return Measurement(
        source=source,
        measured_at=time_of(content.get("updatedAt")),
        grid_w=grid_w,
        pv_w=pv_w,
        load_w=load_w,
        battery_w=battery_w,
        soc_pct=level_pct if level_pct is not None and 0 <= level_pct <= 100 else None,
        quality=Quality.OK if is_plausible(grid_w, pv_w, load_w, battery_w) else Quality.SUSPECT,
        residual_w=_residual_w(grid_w, pv_w, load_w, battery_w if storage else 0.0),
    )


def _residual_w(
    grid_w: float | None, pv_w: float | None, load_w: float | None, battery_w: float | None
) -> float | None:
    if grid_w is None or pv_w is None or load_w is None or battery_w is None:
        return None
    return round(grid_w + pv_w - load_w - battery_w, 1)


def _part(content: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}


def _power_w(part: Mapping[str, object], scale_w: float) -> float | None:
    power_w = watts(part.get("power"), scale_w)
    return None if power_w is None else abs(power_w)


def _signed_w(part: Mapping[str, object], signs: Mapping[str, float], scale_w: float) -> float | None:
    """None where the power or its direction is unknown."""
    power_w, sign = _power_w(part, scale_w), signs.get(str(part.get("status")).upper())
    return None if power_w is None or sign is None else power_w * sign + 0.0
