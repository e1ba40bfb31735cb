"""Meters and programs whose topics are known: a preset and its device become settings in full.

Where each comes from stands beside it. None was verified on a device; the kettle test (switch one on: does the number
rise?) is for the sign, and ``invert`` for the answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sunpilot.contract.mqtt_meter import MeterAvailability, MeterValue, MqttMeter, Preset

Fields = dict[str, Any]

GRID_FORMS = {"grid", "grid_import", "grid_export"}
"""Whoever gives one of these means it instead of the preset's."""


def in_full(settings: MqttMeter) -> MqttMeter:
    """The settings with what the preset knows; what was given besides takes its place."""
    preset = settings.preset
    if preset is None:
        return settings
    device = settings.device or preset.default_device
    if device is None:
        raise ValueError(f"{preset.value} needs a device")
    known = PRESETS[preset](device)
    given = {name: value for name, value in settings if name not in ("preset", "device") and value is not None}
    if given.keys() & GRID_FORMS:
        known = {name: value for name, value in known.items() if name not in GRID_FORMS}
    return MqttMeter.model_validate(
        {
            **known,
            **given,
        }
    )


def _shelly_3em(device: str) -> Fields:
    """Shelly's first generation: one plain number per topic, three phases one after the other (Shelly, Gen1 API, MQTT).

    ``device`` is such as ``shellyem3-483FDAC37E3F``. Currents come without sign.
    """
    emeter = f"shellies/{device}/emeter"
    return {
        "phases": tuple(MeterValue(topic=f"{emeter}/{phase}/power") for phase in range(3)),
        "grid_a": tuple(MeterValue(topic=f"{emeter}/{phase}/current") for phase in range(3)),
        "availability": MeterAvailability(topic=f"shellies/{device}/online", available="true"),
    }


def _shelly_pro_3em(device: str) -> Fields:
    """Shelly's later generations, ``status/em:0``: a full status every 15 s, faster by a script (Shelly, Gen2 API, EM).

    ``device`` is the MQTT prefix, such as ``shellypro3em-aabbccddeeff``. The profile must be "triphase".
    """
    return _shelly_em(device, f"{device}/status/em:0", "")


def _shelly_pro_3em_rpc(device: str) -> Fields:
    """The same device's ``events/rpc``: what changed, with a time (Shelly, Gen2 API, NotifyStatus)."""
    return {**_shelly_em(device, f"{device}/events/rpc", 'params."em:0".'), "time_path": "params.ts"}


def _shelly_em(device: str, topic: str, root: str) -> Fields:
    def value(name: str) -> MeterValue:
        return MeterValue(topic=topic, path=f"{root}{name}")

    return {
        "grid": value("total_act_power"),
        "phases": tuple(value(f"{phase}_act_power") for phase in "abc"),
        "grid_a": tuple(value(f"{phase}_current") for phase in "abc"),
        "availability": MeterAvailability(topic=f"{device}/online", available="true"),
    }


def _tasmota_sml(device: str) -> Fields:
    """Tasmota with an infrared head. The names are given by the reader's script: these are the usual ones, group
    ``SML`` and ``Power_curr`` (evcc, Tasmota SML; Tasmota, smart meter interface). Its time has no offset, so it does
    not count.
    """
    return {
        "grid": MeterValue(topic=f"tele/{device}/SENSOR", path="SML.Power_curr"),
        "availability": MeterAvailability(topic=f"tele/{device}/LWT", available="Online"),
    }


def _tibber_bridge(device: str) -> Fields:
    """A reader of the Tibber Pulse's local bridge, with its own names and its default topics (tibber-pulse-reader).

    ``device`` is the meter's id, the first part of the topics.
    """
    return {"grid": MeterValue(topic=f"{device}/powerTotal")}


def _sma_bridge(device: str) -> Fields:
    """SMA's energy meter or home manager, by a bridge from its multicast: both directions apart, never negative, and
    the time in seconds (SMA-EM daemon, feature mqtt). ``device`` is the serial number. Set its ``min_update`` to 5.
    """
    topic = f"SMA-EM/status/{device}"
    return {
        "grid_import": MeterValue(topic=topic, path="pconsume"),
        "grid_export": MeterValue(topic=topic, path="psupply"),
        "time_path": "timestamp",
    }


def _evcc(device: str) -> Fields:
    """evcc's site: plain numbers; its battery is + discharging (evcc, MQTT API). ``device`` is the root topic."""
    return {
        "grid": MeterValue(topic=f"{device}/site/grid/power"),
        "pv": MeterValue(topic=f"{device}/site/pvPower"),
        "battery": MeterValue(topic=f"{device}/site/battery/power", invert=True),
        "soc": MeterValue(topic=f"{device}/site/battery/soc"),
    }


def _openwb(device: str) -> Fields:
    """openWB 2: the counter at the grid, whose number is ``device``; its PV is − generating (openWB, MQTT topics)."""
    counter = f"openWB/counter/{device}/get"
    return {
        "grid": MeterValue(topic=f"{counter}/power"),
        "grid_a": tuple(MeterValue(topic=f"{counter}/currents", path=str(phase)) for phase in range(3)),
        "pv": MeterValue(topic="openWB/pv/get/power", invert=True),
        "battery": MeterValue(topic="openWB/bat/get/power"),
        "soc": MeterValue(topic="openWB/bat/get/soc"),
    }


def _solaredge2mqtt(device: str) -> Fields:
    """solaredge2mqtt's power flow: everything in one message, directions apart (solaredge2mqtt, powerflow).

    ``device`` is its topic prefix.
    """
    topic = f"{device}/powerflow"
    return {
        "grid_import": MeterValue(topic=topic, path="grid.consumption"),
        "grid_export": MeterValue(topic=topic, path="grid.delivery"),
        "pv": MeterValue(topic=topic, path="pv_production"),
        "load": MeterValue(topic=topic, path="consumer.total"),
        "battery_charge": MeterValue(topic=topic, path="battery.charge"),
        "battery_discharge": MeterValue(topic=topic, path="battery.discharge"),
    }


def _home_assistant(device: str) -> Fields:
    """A sensor that Home Assistant's MQTT statestream publishes, a plain number or "unavailable" (Home Assistant, MQTT
    statestream). ``device`` is base topic, ``sensor`` and name, such as ``statestream/sensor/grid_power``.
    """
    return {"grid": MeterValue(topic=f"{device}/state")}


PRESETS: Mapping[Preset, Callable[[str], Fields]] = {
    Preset.SHELLY_3EM: _shelly_3em,
    Preset.SHELLY_PRO_3EM: _shelly_pro_3em,
    Preset.SHELLY_PRO_3EM_RPC: _shelly_pro_3em_rpc,
    Preset.TASMOTA_SML: _tasmota_sml,
    Preset.TIBBER_BRIDGE: _tibber_bridge,
    Preset.SMA_BRIDGE: _sma_bridge,
    Preset.EVCC: _evcc,
    Preset.OPENWB: _openwb,
    Preset.SOLAREDGE2MQTT: _solaredge2mqtt,
    Preset.HOME_ASSISTANT: _home_assistant,
}
