"""One entity of Home Assistant, as MQTT discovery describes it, and the templates that read Sunpilot's messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import JsonValue

from sunpilot.contract.decision import Text

Language = Literal["en", "de"]


class Platform(StrEnum):
    """What kind of entity it is."""

    SENSOR = "sensor"
    BINARY_SENSOR = "binary_sensor"
    SELECT = "select"
    SWITCH = "switch"
    NUMBER = "number"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a device.

    ``key`` makes its unique id and its first entity id, so it never changes. ``template`` turns a message on ``topic``
    into the state; "None" means unknown, and an empty text leaves the state as it is. ``alive`` are its conditions for
    being available, of which any one does; none means always. ``more`` are the platform's own options.
    """

    key: str
    platform: Platform
    name: Text
    topic: str | None = None
    template: str | None = None
    alive: tuple[Mapping[str, JsonValue], ...] = ()
    more: Mapping[str, JsonValue] = field(default_factory=dict)

    def component(self, device_id: str, language: Language) -> dict[str, JsonValue]:
        """Its part of the device's discovery message."""
        component: dict[str, JsonValue] = {
            "platform": self.platform.value,
            "unique_id": f"{device_id}_{self.key}",
            "default_entity_id": f"{self.platform}.{device_id}_{self.key}",
            "name": getattr(self.name, language),
        }
        if self.topic is not None:
            component["state_topic"] = self.topic
        if self.template is not None:
            component["value_template"] = self.template
        if self.alive:
            component["availability"] = [dict(condition) for condition in self.alive]
            component["availability_mode"] = "any"
        return component | dict(self.more)


DIAGNOSTIC: Mapping[str, JsonValue] = {"entity_category": "diagnostic"}


def energy(since: str | None = None) -> dict[str, JsonValue]:
    """The options of a counter in kWh; ``since`` is the field that tells when it began, where it begins anew."""
    options: dict[str, JsonValue] = {
        "device_class": "energy",
        "unit_of_measurement": "kWh",
        "suggested_display_precision": 2,
    }
    if since is None:
        return options | {"state_class": "total_increasing"}
    began = f"{{{{ value_json.{since} or '' }}}}"
    return options | {"state_class": "total", "last_reset_value_template": began}


def measured(device_class: str | None, unit: str | None, precision: int = 0) -> dict[str, JsonValue]:
    """The options of a sensor that measures something now."""
    options: dict[str, JsonValue] = {"state_class": "measurement", "suggested_display_precision": precision}
    if device_class is not None:
        options["device_class"] = device_class
    if unit is not None:
        options["unit_of_measurement"] = unit
    return options


def one_of(words: type[StrEnum]) -> dict[str, JsonValue]:
    """The options of a sensor that shows one of some words."""
    return {"device_class": "enum", "options": [word.value for word in words]}


def value(path: str) -> str:
    """The value of a field; null is unknown."""
    return f"{{{{ value_json.{path} }}}}"


def kwh(path: str) -> str:
    """A counter in Wh as kWh; null leaves the state as it is, for a counter does not forget."""
    return f"{{{{ (value_json.{path} / 1000) | round(3) if value_json.{path} is number else '' }}}}"


def on_when(condition: str, *, known: str = "true") -> str:
    """ON while a condition on the message holds, unknown while ``known`` does not; a cleared topic changes nothing."""
    answer = f"{{{{ ('ON' if {condition} else 'OFF') if {known} else 'None' }}}}"
    return f"{{% if value_json is defined %}}{answer}{{% endif %}}"


def bare(topic: str) -> dict[str, JsonValue]:
    """Alive while a bare ``true`` stands on the topic."""
    return {"topic": topic, "payload_available": "true", "payload_not_available": "false"}


def reports(topic: str) -> dict[str, JsonValue]:
    """Alive while the service that reports on the topic is online."""
    online = "{{ 'online' if value_json is defined and value_json.online else 'offline' }}"
    return {"topic": topic, "value_template": online}
