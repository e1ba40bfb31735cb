"""One example of each answer, for the OpenAPI document: a sunny noon in a house with a roof and a Wattpilot."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from sunpilot.contract.decision import Decision, Inputs, Reason, Stage, StageName, Text
from sunpilot.contract.history import DayTotal, Decided, Sample
from sunpilot.contract.house import House
from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import Recording, Refusal, ServiceState
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Action
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.status import Car, Limits, LinkState, Manual, ManualReason, Status
from sunpilot.contract.wait import Wait, WaitCode
from sunpilot.contract.wattpilot import Wattpilot

_NOON = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)
_TEXT = Text(
    en="Charging with 10 A: 2.3 kW of sun would otherwise be sold.",
    de="Lädt mit 10 A: 2,3 kW Sonne würden sonst verkauft.",
)
_READING = Reading(
    source="solaredge-modbus",
    measured_at=_NOON,
    received_at=_NOON,
    grid_w=-120.0,
    pv_w=4310.0,
    load_w=4190.0,
    battery_w=0.0,
    soc_pct=100.0,
)
_SOURCE_STATE = SourceState(
    outcome=Outcome.OK,
    text=Text(en="The source works.", de="Die Quelle funktioniert."),
    at=_NOON,
    next_fetch_at=_NOON + timedelta(seconds=5),
    source="solaredge-modbus",
)
_STATUS = Status(
    link=LinkState.ONLINE,
    car=Car.CHARGING,
    allowed=True,
    power_w=2290.0,
    current_a=(9.9, 0.0, 0.0),
    voltage_v=(231.0, 230.0, 232.0),
    phases=1,
    offered_a=10,
    limits=Limits(minimum_a=6, installation_a=16, cable_a=20),
    energy_wh=1_234_500.0,
    manual=Manual(since=_NOON, reason=ManualReason.CHANGED, key="amp", seconds_left=7100.0),
)
_DECISION = Decision(
    at=_NOON,
    reason=Reason.FOLLOWING_SUN,
    text=_TEXT,
    action=Action.CHARGE,
    amps=10,
    phases=1,
    mode="sun",
    stages=(Stage(name=StageName.CHARGE, live=True),),
    inputs=Inputs(grid_w=-120.0, pv_w=4310.0, own_w=2290.0, surplus_w=2410.0, reading_is_fresh=True),
    terms={"regret_wh": 0.0},
    countdowns={"min_on_s": 180.0},
)
_V1: dict[str, JsonValue] = {
    "kind": "solaredge",
    "api": "v1",
    "site_id": "1234567",
    "calls_per_day": 290,
    "floor_s": 75.0,
    "age_s": [0.0, 360.0],
    "url": None,
    "has_token": True,
}
_SERVICE = ServiceState(online=True, version="0.1.0", started_at=_NOON, uptime_s=3600.0)
_RECORDER = _SERVICE.model_copy(
    update={
        "waits_for": ("InfluxDB, which does not answer",),
        "waits": (
            Wait(
                code=WaitCode.DATABASE,
                text=Text(en="InfluxDB, which does not answer", de="InfluxDB, das nicht antwortet"),
            ),
        ),
        "recording": Recording(
            received=1200,
            written=1100,
            put_aside=4,
            refused_at=_NOON,
            refused_for=Refusal.TYPE_CONFLICT,
            spool_bytes=22_000,
            oldest_s=340.0,
        ),
    }
)


def _json(part: Part) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = part.model_dump(mode="json")
    return shown


def _inverter(source: JsonValue) -> dict[str, JsonValue]:
    return {
        "id": 1,
        "name": "Roof",
        "source": source,
        "fallback": None,
        "role": "grid",
        "house_id": 2,
        "wattpilot_id": 1,
        "smart_charging_enabled": True,
        "reading": _json(_READING),
        "source_state": _json(_SOURCE_STATE),
    }


_SHOWN_SOURCES: tuple[dict[str, JsonValue], ...] = (
    {"kind": "solaredge-modbus", "host": "192.168.1.60", "has_token": False},
    {"kind": "mqtt-meter", "preset": "shelly-pro-3em", "device": "shellypro3em-0123456789ab", "has_token": False},
    {"kind": "solaredge", "api": "v2", "site_id": "1234567", "access": "key", "has_token": True},
    _V1,
)

EXAMPLES: Mapping[str, list[JsonValue]] = {
    "InverterView": [_inverter(source) for source in _SHOWN_SOURCES],
    "House": [_json(House(id=2, name="Roof"))],
    "WattpilotView": [
        {
            **_json(Wattpilot(id=1, name="Garage", mode=Mode.SUN)),
            "status": _json(_STATUS),
            "online": True,
            "decision": _json(_DECISION),
            "override": {
                "kind": "fixed",
                "amps": 10,
                "phases": 1,
                "set_at": "2026-06-21T10:00:00Z",
                "ends_at": "2026-06-21T11:00:00Z",
                "ends_on_unplug": False,
                "seconds_left": 3400.0,
            },
            "deadline": {
                "energy_kwh": 20.0,
                "at": "2026-06-22T05:00:00Z",
                "set_at": "2026-06-21T10:00:00Z",
                "seconds_left": 68400.0,
            },
        }
    ],
    "Sample": [
        _json(Sample(at=_NOON, grid_w=-120.0, pv_w=4310.0, load_w=4190.0, battery_w=0.0, soc_pct=100.0, car_w=2290.0))
    ],
    "DayTotal": [
        _json(
            DayTotal(
                day="2026-06-21",
                began_at=datetime(2026, 6, 20, 22, 0, tzinfo=UTC),
                measured_s=43_200.0,
                measured_until=_NOON,
                car_measured_s=43_140.0,
                pv_measured_s=43_200.0,
                pv_wh=21_400.0,
                pv_export_wh=7600.0,
                load_measured_s=43_200.0,
                load_wh=14_100.0,
                load_import_wh=300.0,
                import_wh=300.0,
                export_wh=7600.0,
                car_wh=9200.0,
                car_sun_wh=9050.0,
                import_price=0.32,
                feed_in_price=0.08,
                currency="EUR",
            )
        )
    ],
    "Decided": [
        _json(Decided(at=_NOON, reason=Reason.FOLLOWING_SUN, text=_TEXT, action=Action.CHARGE, amps=10, phases=1))
    ],
    "Session": [
        _json(
            Session(
                id=1_782_028_800,
                at=_NOON + timedelta(hours=3),
                started_at=_NOON - timedelta(hours=2),
                ended_at=_NOON + timedelta(hours=3),
                plugged_s=18_000.0,
                charging_s=14_400.0,
                covered_s=17_900.0,
                energy_wh=9200.0,
                sun_wh=9050.0,
                grid_wh=150.0,
                cost=0.77,
                saved=2.17,
                currency="EUR",
                peak_w=4140.0,
                starts=2,
                reasons_s={"following_sun": 14_400.0, "waiting_for_sun": 3600.0},
            )
        )
    ],
    "Health": [
        {
            "status": "faulty",
            "at": "2026-06-21T10:00:00Z",
            "broker_connected": True,
            "store_reachable": True,
            "parts": [
                {
                    "area": "source",
                    "id": 1,
                    "subject": {"en": "source of Roof", "de": "Quelle von Roof"},
                    "verdict": "faulty",
                    "text": {
                        "en": "SolarEdge does not accept the token; 120 calls are left of its quota",
                        "de": "SolarEdge nimmt das Token nicht an; 120 Abrufe bleiben ihr",
                    },
                    "advice": {
                        "en": "the next try is at 10:10 UTC",
                        "de": "der nächste Versuch ist um 10:10 UTC",
                    },
                    "age_s": 42.0,
                    "calls_left": 120,
                }
            ],
            "services": [{**_json(_SERVICE), "standing": "ok", "name": "controller", "instance": "main"}],
        }
    ],
    "HistoryPlace": [
        {
            "recording": True,
            "is_waiting": True,
            "recorder": {**_json(_RECORDER), "standing": "waiting"},
            "grafana_url": None,
            "grafana_port": 3000,
        }
    ],
    "Attendance": [{**_json(_RECORDER), "standing": "waiting"}],
    "Alive": [{"status": "ok"}],
    "OpenReading": [{"seconds_left": 180.0}],
    "TrialResult": [
        {
            "outcome": "ok",
            "text": {"en": "The source works.", "de": "Die Quelle funktioniert."},
            "reading": _json(_READING),
            "device": "SolarEdge SE10K",
        },
        {
            "outcome": "auth",
            "text": {
                "en": "SolarEdge does not accept the token: check it in the portal and set it again by REST.",
                "de": "SolarEdge nimmt das Token nicht an: bitte im Portal prüfen und per REST neu setzen.",
            },
            "reading": None,
            "device": None,
        },
    ],
    "NotificationView": [
        {
            "id": 3,
            "name": "My phone",
            "service": "ntfys",
            "address": "ntfys://…",
            "events": ["charging_started", "charging_stopped", "fault"],
            "language": "en",
            "enabled": True,
            "last": {
                "at": "2026-06-21T10:00:00Z",
                "outcome": "sent",
                "text": {"en": "The service took the message.", "de": "Der Dienst hat die Nachricht angenommen."},
            },
        }
    ],
    "ConsentPage": [{"url": "https://connect.solaredge.com/authorize?client_id=YOUR-APP&state=…", "lasts_s": 900.0}],
    "PastedCode": [{"source": "source", "code": "THE-CODE"}],
    "Problem": [
        {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": "House 2 has its grid inverter already: 1 (Roof); use role 'pv', or change that one first.",
            "text": {
                "en": "“Roof” measures the connection of the house “Home” already: choose “Adds generation to Home” "
                "under “What it measures”.",
                "de": "„Roof“ misst schon den Anschluss des Hauses „Home“: Wähle unter „Was er misst“ „Erzeugt "
                "zusätzlich für Home“.",
            },
        },
        {
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "Correct the fields under 'errors' and send it again.",
            "errors": [
                {
                    "at": "policy.max_a",
                    "detail": "Input should be less than or equal to 32",
                    "text": {"en": "Input should be less than or equal to 32", "de": "höchstens 32"},
                }
            ],
        },
    ],
}
"""By the name of the model; a model without one shows its part of another's."""
