"""The body of SolarEdge's V1 `currentPowerFlow`: magnitudes and directions, no signs, no time."""

from sunpilot.simulator.house import Truth

UNITS = {"kW": (1000.0, 2), "W": (1.0, 0)}  # W per unit, decimals


def power_flow(truth: Truth, unit: str) -> dict[str, object]:
    """The content of `siteCurrentPowerFlow`: export is drawn from LOAD; senders upper case, receivers capitalised."""
    scale_w, decimals = UNITS[unit]
    grid, load, pv = (round(power_w / scale_w, decimals) for power_w in (truth.grid_w, truth.load_w, truth.pv_w))
    flows = (
        (grid > 0, "GRID", "Load"),
        (pv > 0, "PV", "Load"),
        (grid < 0, "LOAD", "Grid"),
    )
    return {
        "updateRefreshRate": 3,
        "unit": unit,
        "connections": [{"from": sender, "to": receiver} for flowing, sender, receiver in flows if flowing],
        "GRID": _element(grid),
        "LOAD": _element(load),
        "PV": _element(pv),
    }


def _element(power: float) -> dict[str, object]:
    return {"status": "Active" if power else "Idle", "currentPower": abs(power)}
