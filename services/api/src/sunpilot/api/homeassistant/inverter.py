"""The entities of an inverter: its readings, how its source is doing, and the day of its house."""

import math

from pydantic import JsonValue

from sunpilot.api.homeassistant.entity import DIAGNOSTIC, Entity, Platform, energy, kwh, measured, one_of, value
from sunpilot.contract.decision import Text
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.source import Outcome
from sunpilot.contract.topics import Topics


def readings(topics: Topics, inverter: Inverter, seen: frozenset[str]) -> tuple[Entity, ...]:
    """The last reading; unavailable once it is as old as a reading of this inverter may be. A home battery is shown
    where ``seen`` has what it says: fields that readings of this inverter had.
    """
    topic = topics.inverter(inverter.id, "reading")
    sources = [inverter.source, *([] if inverter.fallback is None else [inverter.fallback])]
    longest_s = math.ceil(max(source.maximum_age_s for source in sources))

    def now(key: str, en: str, de: str, field: str, more: dict[str, JsonValue]) -> Entity:
        more = {**more, "expire_after": longest_s}
        return Entity(key, Platform.SENSOR, Text(en=en, de=de), topic, value(field), more=more)

    watts = measured("power", "W")
    generation = now("pv_power", "PV power", "PV-Leistung", "pv_w", watts)
    house = (
        now("grid_power", "Grid power", "Netzleistung", "grid_w", watts),
        now("load_power", "Load", "Verbrauch", "load_w", watts),
    )
    battery = {
        "battery_w": now("battery_power", "Battery power", "Batterieleistung", "battery_w", watts),
        "soc_pct": now("battery_level", "Battery level", "Ladestand der Batterie", "soc_pct", measured("battery", "%")),
    }
    taken = Entity(
        "measured_at",
        Platform.SENSOR,
        Text(en="Measured at", de="Gemessen um"),
        topic,
        "{{ value_json.measured_at or value_json.received_at }}",
        more={**DIAGNOSTIC, "device_class": "timestamp"},
    )
    return (
        generation,
        *(house if inverter.role is Role.GRID else ()),
        *(entity for field, entity in battery.items() if field in seen),
        taken,
    )


def source(topics: Topics, inverter_id: int) -> tuple[Entity, ...]:
    """How the source is doing; this is what was last said, also while nobody asks it."""
    topic = topics.inverter(inverter_id, "source")

    def said(key: str, en: str, de: str, field: str, more: dict[str, JsonValue]) -> Entity:
        return Entity(key, Platform.SENSOR, Text(en=en, de=de), topic, value(field), more={**DIAGNOSTIC, **more})

    return (
        said("source", "Source", "Quelle", "outcome", one_of(Outcome)),
        said("calls_left", "Calls left", "Übrige Abrufe", "calls_left", measured(None, None)),
        said("next_fetch", "Next fetch", "Nächster Abruf", "next_fetch_at", {"device_class": "timestamp"}),
    )


def day(topics: Topics, house_id: int, *, has_battery: bool) -> tuple[Entity, ...]:
    """The energies of the house's running day, for the energy dashboard; they begin anew at midnight. What was
    generated is told of the time in which that of all inverters was known, which may be less than that of the readings.
    """
    topic = topics.house(house_id, "day")

    def counted(key: str, en: str, de: str, field: str) -> Entity:
        return Entity(key, Platform.SENSOR, Text(en=en, de=de), topic, kwh(field), more=energy("began_at"))

    battery = (
        counted("battery_charged", "Charged today", "Heute eingespeichert", "battery_charged_wh"),
        counted("battery_discharged", "Discharged today", "Heute entladen", "battery_discharged_wh"),
    )
    known = Entity(
        "pv_known",
        Platform.SENSOR,
        Text(en="Generation known today", de="Erzeugung heute bekannt"),
        topic,
        "{{ (100 * value_json.pv_measured_s / value_json.measured_s) | round(0) "
        "if value_json.pv_measured_s is number and value_json.measured_s else 'None' }}",
        more={**DIAGNOSTIC, **measured(None, "%")},
    )
    return (
        counted("grid_import", "Imported today", "Heute bezogen", "import_wh"),
        counted("grid_export", "Exported today", "Heute eingespeist", "export_wh"),
        counted("pv_energy", "Generated today", "Heute erzeugt", "pv_wh"),
        known,
        *(battery if has_battery else ()),
        counted("car_energy", "Charged into cars today", "Heute in Autos geladen", "car_wh"),
        counted("car_sun_energy", "Sun charged into cars today", "Heute mit Sonne geladen", "car_sun_wh"),
    )
