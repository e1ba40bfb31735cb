"""The properties a Wattpilot starts with, as its firmware names them."""

from datetime import datetime, timedelta, timezone
from typing import Any

from sunpilot.simulator.wattpilot.energy_meter import EnergyMeter
from sunpilot.simulator.wattpilot.profile import Profile

LOCAL = timezone(timedelta(hours=2))
LIFETIME_WH = 4_182_635
"""What the total counter showed before the simulation began."""


def initial(profile: Profile, serial: str, friendly_name: str, *, ama: int, psm: int, lmo: int) -> dict[str, Any]:
    """Everything the device knows while no car is there; what changes by itself is refreshed once a second."""
    known = {
        **_identity(profile, serial, friendly_name, ama),
        **_settings(ama, psm, lmo),
        **_status(),
        **_secrets(),
        **(_flex(profile) if profile.is_flex else {}),
    }
    return {key: value for key, value in known.items() if key not in profile.absent}


def clock(now: datetime) -> dict[str, str]:
    """The device's two clocks, with its own spelling of the local one."""
    local = now.astimezone(LOCAL)
    return {
        "utc": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}",
        "loc": local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d} +02:00",
    }


def relay(phases: int, *, closed: bool) -> dict[str, Any]:
    """The phase relay: `phases` behind it, and whether the contactor is `closed`."""
    behind = [closed and phase < phases for phase in range(3)]
    return {"pha": [*behind, True, True, True], "pnp": phases, "fsp": phases == 1}


def measurements(meter: EnergyMeter, *, whole_numbers: bool) -> dict[str, Any]:
    """What the meter shows, in the precision of the firmware."""
    total_wh = LIFETIME_WH + int(meter.total_wh)
    return {
        "nrg": [round(value) if whole_numbers else round(value, 3) for value in meter.nrg],
        "fhz": round(meter.frequency_hz, 3),
        "wh": round(meter.session_wh, 3),
        "eto": total_wh,
        "etop": total_wh,
        "tpa": round(meter.average_w, 1),
    }


def _identity(profile: Profile, serial: str, friendly_name: str, ama: int) -> dict[str, Any]:
    return {
        "sse": serial,
        "typ": profile.devicetype,
        "var": 11 if ama <= 16 else 22,
        "fwv": profile.firmware,
        "onv": profile.firmware,
        "fna": friendly_name,
        "oem": "fronius",
        "proto": 4,
        "upd": False,
        "mod": 1,
        "rfb": 1683,
        "cards": [{"name": "Card 1", "energy": 0, "cardId": True}],
    }


def _settings(ama: int, psm: int, lmo: int) -> dict[str, Any]:
    return {
        "amp": min(16, ama),
        "frc": 0,
        "psm": psm,
        "lmo": lmo,
        "acs": 0,
        "trx": None,
        "ama": ama,
        "mca": 6,
        "dwo": None,
        "ust": 0,
        "fup": False,
        "ful": False,
        "fst": 1400,
        "fzf": False,
        "zfo": 200,
        "fam": 20,
        "pdte": False,
        "pdt": 20,
        "pdle": False,
        "pdls": 0,
        "pdlo": False,
        "ebe": False,
        "ebt": 20,
        "ebo": False,
        "fap": True,
        "fmt": 300_000,
        "mcpd": 0,
        "mci": 0,
        "spl3": 4200,
        "psh": 500,
        "mpwst": 120_000,
        "mptwt": 600_000,
        "psmd": 10_000,
        "su": False,
        "sumd": 5_000,
        "awp": 3.0,
        "loe": False,
        "lot": {"amp": 32, "dyn": 32, "sta": 32, "ts": 0},
        "loty": 0,
        "loa": None,
        "ocppe": False,
    }


def _status() -> dict[str, Any]:
    return {
        "car": 1,
        "alw": False,
        "acu": None,
        "acui": None,
        "amt": 32,
        "cbl": None,
        "adi": False,
        "cll": {},
        "nrg": [],
        "pha": [False, False, False, True, True, True],
        "pnp": 3,
        "fsp": False,
        "lfspt": None,
        "fsptws": None,
        "fhz": 50.0,
        "wh": 0.0,
        "eto": LIFETIME_WH,
        "etop": LIFETIME_WH,
        "tpa": 0.0,
        "err": 0,
        "modelStatus": 15,
        "msi": 15,
        "lmsc": 0,
        "mcpea": None,
        "tma": [27.5, 29.25],
        "cus": 1,
        "ffb": 0,
        "cdi": None,
        "lccfi": None,
        "lccfc": None,
        "lcctc": None,
        "awcp": None,
        "pvopt_averagePGrid": 0,
        "pvopt_averagePPv": 0,
        "pvopt_averagePAkku": 0,
        "ocppc": False,
        "ocppcs": 0,
        "rbt": 0,
        "rbc": 7,
        "utc": "",
        "loc": "",
        "rssi": -58,
        "ccw": {"ssid": "simulated-network", "ip": "192.0.2.40"},
    }


def _flex(profile: Profile) -> dict[str, Any]:
    """What a Flex has more of, or has otherwise: ten RFID cards in flat keys, six sensors of which some are missing."""
    cards = {f"c{card}{field}": value for card in range(10) for field, value in (("n", ""), ("e", 0), ("i", False))}
    return {
        **cards,
        "authhash": profile.algorithm,
        "styp": "wattpilot_flex_c6",
        "art": "4,240,000",
        "grp": "fronius",
        "tcl": None,
        "dci": 4000,
        "cdci": 2000,
        "tma": [27.5, 29.25, None, 31.0, None, None],
    }


def _secrets() -> dict[str, Any]:
    """Stand-ins for what a real device tells every client and no client may pass on."""
    return {
        "cae": True,
        "cak": "secret-cloud-api-key",
        "wifis": [{"ssid": "simulated-network", "key": "secret-wifi-key"}],
        "data": '{"i":1,"url":"https://example.invalid/data?token=secret-data-token"}',
        "dll": "https://example.invalid/download?token=secret-download-token",
        "ocppck": "secret-ocpp-client-key",
    }
