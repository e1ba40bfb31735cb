"""The entities of a Wattpilot: its charge, and the decision behind it."""

from pydantic import JsonValue

from sunpilot.api.homeassistant.entity import (
    DIAGNOSTIC,
    Entity,
    Language,
    Platform,
    bare,
    energy,
    kwh,
    measured,
    on_when,
    one_of,
    reports,
    value,
)
from sunpilot.contract.decision import Reason, Text
from sunpilot.contract.status import Car, LinkState
from sunpilot.contract.topics import Topics

_SENSOR, _BINARY = Platform.SENSOR, Platform.BINARY_SENSOR
_HIDDEN: dict[str, JsonValue] = {**DIAGNOSTIC, "enabled_by_default": False}

LONGEST_STATE = 255
"""Home Assistant refuses a longer state."""


def charge(topics: Topics, wattpilot_id: int) -> tuple[Entity, ...]:
    """What the Wattpilot itself says. What is true only now is unavailable without it; the counters stay."""
    status = topics.wattpilot(wattpilot_id, "status")
    online = topics.wattpilot(wattpilot_id, "online")
    session = topics.wattpilot(wattpilot_id, "session")
    alive = (bare(online),)

    def now(
        key: str, en: str, de: str, template: str, more: dict[str, JsonValue], platform: Platform = _SENSOR
    ) -> Entity:
        return Entity(key, platform, Text(en=en, de=de), status, template, alive, more)

    share = (
        "value_json.sun_wh is number and value_json.grid_wh is number and value_json.sun_wh + value_json.grid_wh > 0"
    )
    sun_pct = "(100 * value_json.sun_wh / (value_json.sun_wh + value_json.grid_wh)) | round(1)"
    return (
        now("power", "Power", "Leistung", value("power_w"), measured("power", "W")),
        Entity("energy", _SENSOR, Text(en="Energy", de="Energie"), status, kwh("energy_wh"), more=energy()),
        Entity(
            "session_energy",
            _SENSOR,
            Text(en="Session energy", de="Energie der Ladung"),
            session,
            kwh("energy_wh"),
            more=energy("started_at"),
        ),
        Entity(
            "session_sun",
            _SENSOR,
            Text(en="Session sun share", de="Sonnenanteil der Ladung"),
            session,
            f"{{{{ {sun_pct} if {share} else 'None' }}}}",
            more=measured(None, "%"),
        ),
        now("offered_current", "Offered current", "Angebotener Strom", value("offered_a"), measured("current", "A")),
        now("phases", "Phases", "Phasen", value("phases"), measured(None, None)),
        now("car", "Car", "Auto", value("car"), one_of(Car)),
        now(
            "connected",
            "Car connected",
            "Auto angesteckt",
            on_when("value_json.car != 'idle'", known="value_json.car is string"),
            {"device_class": "plug"},
            _BINARY,
        ),
        now(
            "charging",
            "Charging",
            "Lädt",
            on_when("value_json.car == 'charging'", known="value_json.car is string"),
            {"device_class": "battery_charging"},
            _BINARY,
        ),
        now("manual", "Changed by hand", "Von Hand geändert", on_when("value_json.manual"), {}, _BINARY),
        Entity(
            "online",
            _BINARY,
            Text(en="Connection", de="Verbindung"),
            online,
            more={**DIAGNOSTIC, "device_class": "connectivity", "payload_on": "true", "payload_off": "false"},
        ),
        Entity(
            "link",
            _SENSOR,
            Text(en="State of the connection", de="Stand der Verbindung"),
            status,
            value("link"),
            more={**DIAGNOSTIC, **one_of(LinkState)},
        ),
        now("firmware", "Firmware", "Firmware", value("firmware"), dict(DIAGNOSTIC)),
        now(
            "temperature",
            "Temperature",
            "Temperatur",
            value("temperature_c"),
            {**DIAGNOSTIC, **measured("temperature", "°C")},
        ),
        now("error", "Error code", "Fehlercode", value("error"), dict(DIAGNOSTIC)),
        now("box_reason", "Wattpilot's reason", "Grund des Wattpilot", value("reason"), _HIDDEN),
    )


def decision(topics: Topics, wattpilot_id: int, controllers: tuple[str, ...], language: Language) -> tuple[Entity, ...]:
    """Why it charges or does not; unavailable while no controller runs. The sentence is in the names' language."""
    topic = topics.wattpilot(wattpilot_id, "decision")
    alive = tuple(reports(topics.service("controller", instance)) for instance in controllers)
    shortest = "{{ value_json.countdowns.values() | min | round(0, 'ceil', 0) if value_json.countdowns else 'None' }}"

    def entity(key: str, en: str, de: str, template: str, more: dict[str, JsonValue]) -> Entity:
        return Entity(key, _SENSOR, Text(en=en, de=de), topic, template, alive, more)

    return (
        entity("decision", "Decision", "Entscheidung", f"{{{{ value_json.text.{language}[:{LONGEST_STATE}] }}}}", {}),
        entity("reason", "Reason", "Grund", value("reason"), {**DIAGNOSTIC, **one_of(Reason)}),
        entity("surplus", "Surplus", "Überschuss", value("inputs.surplus_w"), measured("power", "W")),
        entity("countdown", "Countdown", "Countdown", shortest, measured("duration", "s")),
        Entity(
            "stale",
            _BINARY,
            Text(en="Stale readings", de="Messwerte veraltet"),
            topic,
            on_when("not value_json.inputs.reading_is_fresh"),
            alive,
            {"device_class": "problem"},
        ),
    )
