"""What meters and programs publish on MQTT, each in its own form.

Sources: Shelly's Gen1 and Gen2 API (MQTT, EM, notifications); Tasmota's smart meter interface; the readmes of
tibber-pulse-reader, SMA-EM daemon and solaredge2mqtt; the MQTT pages of evcc, openWB and Home Assistant. Nothing of it
was recorded from a device.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sunpilot.simulator.house import Truth

VOLTAGE_V = 230.0
PHASE_SHARES = (0.5, 0.3, 0.2)


@dataclass(frozen=True, slots=True)
class Message:
    """One publication; ``retain``: the broker keeps it for who comes later."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What a meter sees, in watt, ampere and percent: grid + import, battery + charging, None without a battery."""

    at: datetime
    grid_w: float
    phases_w: tuple[float, ...]
    currents_a: tuple[float, ...]
    pv_w: float
    load_w: float
    battery_w: float | None
    soc_pct: float | None

    @classmethod
    def of(cls, truth: Truth, sign: float = 1.0) -> "Sight":
        """What flows in the house, spread over three phases; ``sign`` −1 is a meter that was mounted the wrong way."""
        phases_w = tuple(truth.grid_w * share * sign for share in PHASE_SHARES)
        currents_a = tuple(abs(power_w) / VOLTAGE_V for power_w in phases_w)
        grid_w = truth.grid_w * sign
        pv_w, load_w = truth.pv_w, truth.load_w
        return cls(truth.at, grid_w, phases_w, currents_a, pv_w, load_w, truth.battery_w, truth.soc_pct)


@dataclass(frozen=True, slots=True)
class Shape:
    """One meter's form: its messages, and how it says that it is there or gone."""

    device: str
    messages: Callable[[str, Sight], list[Message]]
    presence: Callable[[str], str] | None = None
    there: str = "online"
    gone: str = "offline"


def _plain(topic: str, value: float, digits: int) -> Message:
    return Message(topic, f"{value:.{digits}f}".encode())


def _object(topic: str, content: Mapping[str, object]) -> Message:
    return Message(topic, json.dumps(content, separators=(",", ":")).encode())


def _shelly_3em(device: str, seen: Sight) -> list[Message]:
    emeter = f"shellies/{device}/emeter"
    return [
        message
        for phase, (power_w, current_a) in enumerate(zip(seen.phases_w, seen.currents_a, strict=True))
        for message in (
            _plain(f"{emeter}/{phase}/current", current_a, 2),
            _plain(f"{emeter}/{phase}/power", power_w, 2),
            _plain(f"{emeter}/{phase}/voltage", VOLTAGE_V, 2),
        )
    ]


def _em_status(seen: Sight) -> dict[str, object]:
    status: dict[str, object] = {"id": 0}
    for phase, power_w, current_a in zip("abc", seen.phases_w, seen.currents_a, strict=True):
        status |= {
            f"{phase}_current": round(current_a, 3),
            f"{phase}_voltage": VOLTAGE_V,
            f"{phase}_act_power": round(power_w, 1),
        }
    return {**status, "n_current": None, "total_act_power": round(seen.grid_w, 3)}


def _shelly_pro_3em(device: str, seen: Sight) -> list[Message]:
    return [_object(f"{device}/status/em:0", _em_status(seen))]


def _shelly_pro_3em_rpc(device: str, seen: Sight) -> list[Message]:
    params = {"ts": round(seen.at.timestamp(), 2), "em:0": _em_status(seen)}
    frame = {"src": device, "dst": f"{device}/events", "method": "NotifyStatus", "params": params}
    return [_object(f"{device}/events/rpc", frame)]


def _tasmota_sml(device: str, seen: Sight) -> list[Message]:
    readings = {"Total_in": 12345.6789, "Total_out": 2345.6789, "Power_curr": round(seen.grid_w)}
    return [_object(f"tele/{device}/SENSOR", {"Time": f"{seen.at:%Y-%m-%dT%H:%M:%S}", "SML": readings})]


def _tibber_bridge(device: str, seen: Sight) -> list[Message]:
    return [_plain(f"{device}/powerTotal", seen.grid_w, 2), _plain(f"{device}/energyImportTotal", 12345678.9, 1)]


def _sma_bridge(device: str, seen: Sight) -> list[Message]:
    powers = {"pconsume": round(max(0.0, seen.grid_w), 1), "psupply": round(max(0.0, -seen.grid_w), 1)}
    return [_object(f"SMA-EM/status/{device}", {**powers, "timestamp": seen.at.timestamp()})]


def _evcc(device: str, seen: Sight) -> list[Message]:
    """evcc's battery is + discharging; what there is not has an empty payload."""
    battery = Message(f"{device}/site/battery/power", b"")
    soc = Message(f"{device}/site/battery/soc", b"")
    if seen.battery_w is not None and seen.soc_pct is not None:
        battery, soc = _plain(battery.topic, -seen.battery_w, 1), _plain(soc.topic, seen.soc_pct, 1)
    return [
        battery,
        soc,
        _plain(f"{device}/site/pvPower", seen.pv_w, 1),
        _plain(f"{device}/site/grid/power", seen.grid_w, 1),
    ]


def _openwb(device: str, seen: Sight) -> list[Message]:
    """openWB's PV is − generating; its lists are JSON."""
    counter = f"openWB/counter/{device}/get"
    signed_a = [round(power_w / VOLTAGE_V, 2) for power_w in seen.phases_w]
    battery = []
    if seen.battery_w is not None and seen.soc_pct is not None:
        battery = [
            _plain("openWB/bat/get/power", seen.battery_w, 1),
            _plain("openWB/bat/get/soc", seen.soc_pct, 1),
        ]
    return [
        *battery,
        _plain("openWB/pv/get/power", -seen.pv_w, 1),
        Message(f"{counter}/currents", json.dumps(signed_a).encode()),
        _plain(f"{counter}/power", seen.grid_w, 2),
    ]


def _solaredge2mqtt(device: str, seen: Sight) -> list[Message]:
    battery_w = seen.battery_w or 0.0
    flow = {
        "pv_production": round(seen.pv_w),
        "grid": {"consumption": round(max(0.0, seen.grid_w)), "delivery": round(max(0.0, -seen.grid_w))},
        "battery": {"charge": round(max(0.0, battery_w)), "discharge": round(max(0.0, -battery_w))},
        "consumer": {"house": round(seen.load_w), "evcharger": 0, "inverter": 0, "total": round(seen.load_w)},
    }
    return [_object(f"{device}/powerflow", flow)]


def _home_assistant(device: str, seen: Sight) -> list[Message]:
    return [_plain(f"{device}/state", seen.grid_w, 1)]


SHAPES: Mapping[str, Shape] = {
    "shelly-3em": Shape("shellyem3-90000900", _shelly_3em, lambda device: f"shellies/{device}/online", "true", "false"),
    "shelly-pro-3em": Shape(
        "shellypro3em-90000900", _shelly_pro_3em, lambda device: f"{device}/online", "true", "false"
    ),
    "shelly-pro-3em-rpc": Shape(
        "shellypro3em-90000900", _shelly_pro_3em_rpc, lambda device: f"{device}/online", "true", "false"
    ),
    "tasmota-sml": Shape("tasmota-900900", _tasmota_sml, lambda device: f"tele/{device}/LWT", "Online", "Offline"),
    "tibber-bridge": Shape("01EBZ0900900900", _tibber_bridge),
    "sma-bridge": Shape("1900900900", _sma_bridge),
    "evcc": Shape("evcc", _evcc),
    "openwb": Shape("0", _openwb),
    "solaredge2mqtt": Shape("solaredge", _solaredge2mqtt),
    "home-assistant": Shape("statestream/sensor/grid_power", _home_assistant),
}
