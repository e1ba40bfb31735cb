"""The body of SolarEdge's V1 `currentPowerFlow`: magnitudes and directions, no signs, no time."""

from sunpilot.simulator.house import Truth

UNITS = {"kW": (1000.0, 2), "W": (1.0, 0)}  # W per unit, decimals
CRITICAL_PCT = 10.0


def power_flow(truth: Truth, unit: str) -> dict[str, object]:
    """The content of `siteCurrentPowerFlow`: export is drawn from LOAD; senders upper case, receivers capitalised.

    A battery is charged from the sun as far as that goes, and from the house's mains beyond it.
    """
    scale_w, decimals = UNITS[unit]
    grid, load, pv = (round(power_w / scale_w, decimals) for power_w in (truth.grid_w, truth.load_w, truth.pv_w))
    battery = None if truth.battery_w is None else round(truth.battery_w / scale_w, decimals)
    flows = (
        (bool(battery and battery < 0), "STORAGE", "Load"),
        (grid > 0, "GRID", "Load"),
        (pv > 0, "PV", "Load"),
        (grid < 0, "LOAD", "Grid"),
        (bool(battery and battery > 0 and pv > 0), "PV", "Storage"),
        (bool(battery and battery > 0 and pv <= 0), "LOAD", "Storage"),
    )
    content: dict[str, object] = {
        "updateRefreshRate": 3,
        "unit": unit,
        "connections": [{"from": sender, "to": receiver} for flowing, sender, receiver in flows if flowing],
        "GRID": _element(grid),
        "LOAD": _element(load),
        "PV": _element(pv),
    }
    if battery is not None:
        content["STORAGE"] = _storage(battery, truth.soc_pct or 0.0)
    return content


def _element(power: float) -> dict[str, object]:
    return {"status": "Active" if power else "Idle", "currentPower": abs(power)}


def _storage(power: float, soc_pct: float) -> dict[str, object]:
    status = "Charging" if power > 0 else "Discharging" if power < 0 else "Idle"
    level = round(soc_pct)
    return {"status": status, "currentPower": abs(power), "chargeLevel": level, "critical": soc_pct < CRITICAL_PCT}
