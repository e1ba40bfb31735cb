"""SolarEdge V1 `currentPowerFlow`: from magnitudes and directions to signed powers.

Source: SolarEdge Monitoring API V1, current power flow. Magnitudes stand in ``currentPower``, directions in
``connections``: GRID→LOAD is import, LOAD→GRID export, STORAGE→LOAD discharge, anything→STORAGE charge.
"""

from sunpilot.contract.reading import Quality
from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.solaredge.power_flow_answer import Flow
from sunpilot.fetcher.solaredge.quantity import is_plausible

IDLE_W = 20.0
"""Two steps of 0.01 kW: below this, a flow without direction is none."""

CONTRADICTION_W = 300.0
"""From here on, a direction that the balance denies is not rounding."""


def measurement(flow: Flow, source: str, age_s: tuple[float, float]) -> Measurement:
    """Signed powers. What the answer does not say stays None; where the balance had to decide the sign of the grid
    power, the quality is ``inferred``; where parts contradict each other, no
    house could have them, or the sign stays open, ``suspect``.
    """
    battery_w = _battery_w(flow)
    others_w = _others_w(flow, battery_w)
    grid_w, quality = _grid_w(flow, others_w)
    elements = (flow.grid, flow.load, flow.pv, flow.storage)
    has_signs = any(element.negative for element in elements)
    if has_signs or not is_plausible(*(element.power_w for element in elements)):
        quality = Quality.SUSPECT
    return Measurement(
        source=source,
        age_s=age_s,
        grid_w=grid_w,
        pv_w=flow.pv.power_w,
        load_w=flow.load.power_w,
        battery_w=battery_w,
        soc_pct=flow.soc_pct,
        quality=quality,
        residual_w=None if grid_w is None or others_w is None else round(grid_w + others_w, 1),
    )


def _battery_w(flow: Flow) -> float | None:
    """+ charging, − discharging; None without battery or without a direction."""
    power_w = flow.storage.power_w
    charging, discharging = "storage" in flow.receivers, "storage" in flow.senders
    if power_w is None:
        return None
    if charging != discharging:
        return power_w if charging else _negative(power_w)
    at_rest = not charging and (power_w <= IDLE_W or flow.storage.idle)
    return 0.0 if at_rest else None


def _others_w(flow: Flow, battery_w: float | None) -> float | None:
    """PV − load − battery: what the grid power must make up for. What is not installed counts as 0; what is
    installed and unknown makes the sum unknown.
    """
    pv_w = flow.pv.power_w if flow.pv.present else 0.0
    taken_w = battery_w if flow.storage.present else 0.0
    load_w = flow.load.power_w
    return None if pv_w is None or load_w is None or taken_w is None else pv_w - load_w - taken_w


def _grid_w(flow: Flow, others_w: float | None) -> tuple[float | None, Quality]:
    power_w = flow.grid.power_w
    if power_w is None:
        return None, Quality.OK
    importing, exporting = "grid" in flow.senders, "grid" in flow.receivers
    if importing != exporting:
        grid_w = power_w if importing else _negative(power_w)
        # The directions are the documented rule, so they win; but nothing should start on such a reading.
        denied = others_w is not None and abs(grid_w + others_w) - abs(-grid_w + others_w) > CONTRADICTION_W
        return grid_w, Quality.SUSPECT if denied else Quality.OK
    if not importing and power_w <= IDLE_W:
        return 0.0, Quality.OK
    if others_w is None:
        return None, Quality.SUSPECT
    grid_w = min((power_w, _negative(power_w)), key=lambda signed_w: abs(signed_w + others_w))
    tolerance_w = max(50.0, 0.05 * max(flow.pv.power_w or 0.0, flow.load.power_w or 0.0))
    if abs(grid_w + others_w) > tolerance_w:
        return None, Quality.SUSPECT
    return grid_w, Quality.INFERRED


def _negative(power_w: float) -> float:
    return -power_w if power_w else 0.0
