"""What three generations of firmware say after a login, with invented values, and what must never be passed on.

Wattpilot protocol: messages, properties by firmware. Whole numbers in ``nrg`` and no ``cll`` on 36; one long full
status, arrays with nulls, no cable and no cards on the Flex.
"""

from typing import Any

SECRETS = {
    "cak": "cloud-key-0d2f",
    "wifis": [{"ssid": "Nest", "key": "wlan-key-77aa"}],
    "scan": [{"ssid": "Nachbar-5G", "bssid": "00:00:5e:00:53:01"}],
    "data": '{"url":"https://example.invalid/?token=data-token-41"}',
    "dll": "https://example.invalid/download?token=download-token-93",
    "ocppck": "ocpp-key-5b5b",
    "ccw": {"ssid": "Nest", "ip": "192.0.2.40"},
}
SECRET_TEXTS = ("key-0d2f", "key-77aa", "Nachbar", "data-token", "download-token", "key-5b5b", "192.0.2.40")

V2_36: list[dict[str, Any]] = [
    {"type": "hello", "serial": "91234567", "devicetype": "wattpilot", "version": "36.3", "secured": True},
    {"type": "authRequired", "token1": "1" * 32, "token2": "2" * 32},
    {"type": "authSuccess"},
    {
        "type": "fullStatus",
        "partial": True,
        "status": {"alw": True, "acu": 16, "amp": 16, "ama": 16, "amt": 32, **SECRETS},
    },
    {"type": "fullStatus", "partial": True, "status": {"car": 2, "cbl": 20, "frc": 0, "lmo": 3, "psm": 2, "err": 0}},
    {
        "type": "fullStatus",
        "partial": False,
        "status": {
            "nrg": [230, 231, 229, 0, 16, 16, 15, 3680, 3696, 3435, 0, 10811, 100, 100, 100, 0],
            "modelStatus": 15,
            "eto": 812345,
            "tma": [33, 35],
            "pha": [True] * 6,
        },
    },
    {"type": "clearInverters", "partial": True},
    {"type": "updateInverter", "partial": False, "id": "240.123456", "paired": True, "ip": "192.0.2.40"},
]
V2_42: list[dict[str, Any]] = [
    {"type": "hello", "serial": "91234567", "devicetype": "wattpilot_V2", "version": "42.5", "secured": True},
    {"type": "authRequired", "token1": "1" * 32, "token2": "2" * 32, "hash": "pbkdf2"},
    {"type": "authSuccess"},
    {
        "type": "fullStatus",
        "partial": False,
        "status": {
            "car": 4,
            "alw": False,
            "acu": None,
            "amp": 10,
            "ama": 32,
            "amt": 16,
            "cbl": 32,
            "mca": 6,
            "frc": 1,
            "lmo": 4,
            "psm": 1,
            "fsp": True,
            "err": 0,
            "modelStatus": 4,
            "eto": 4182635,
            "tma": [27.5, 29.25],
            "cll": {"temperatureCurrentLimit": 16, "loadLimit": 12},
            "adi": True,
            "lfspt": None,
            "rbc": 7,
            "nrg": [231.1000061, 230.3999939, 230.0, 0.4, *[0.0] * 12],
            "pha": [False, False, False, True, True, True],
            **SECRETS,
        },
    },
]
FLEX_43: list[dict[str, Any]] = [
    {
        "type": "hello",
        "serial": "31000123",
        "devicefamily": "wattpilot",
        "devicetype": "wattpilot_flex",
        "devicesubtype": "wattpilot_flex_c6",
        "version": "43.4",
        "protocol": 2,
        "proto": 4,
        "secured": True,
    },
    {"type": "authRequired", "token1": "1" * 32, "token2": "2" * 32, "hash": "bcrypt"},
    {"type": "authSuccess"},
    {
        "type": "fullStatus",
        "partial": False,
        "status": {
            "car": 1,
            "alw": False,
            "acu": None,
            "amp": 16,
            "ama": 16,
            "amt": 32,
            "mca": 6,
            "frc": 0,
            "lmo": 3,
            "psm": 2,
            "fsp": False,
            "err": None,
            "modelStatus": 15,
            "eto": 23,
            "tma": [31.5, None, 30, None, None],
            "cll": {"currentLimitMax": 16},
            "ocppe": True,
            "lot": {"amp": 32, "dyn": 32, "sta": 32, "ts": 0},
            "nrg": [229.5, 230.5, 231.5, 1.25, *[0] * 12],
            "pha": [False, False, False, True, True, True],
            **{f"key{n}": n for n in range(500)},
            **SECRETS,
        },
    },
    {"type": "clearSmips", "partial": False},
]
