"""The entities of Sunpilot itself."""

from sunpilot.api.homeassistant.entity import DIAGNOSTIC, Entity, Platform, on_when, reports, value
from sunpilot.contract.decision import Text
from sunpilot.contract.topics import Topics


def service(topics: Topics, api: str) -> tuple[Entity, ...]:
    """Whether it runs, what it waits for, and how many messages it refused, as a bad order from Home Assistant."""
    topic = topics.service("api", api)
    return (
        Entity(
            "online",
            Platform.BINARY_SENSOR,
            Text(en="Connection", de="Verbindung"),
            topic,
            on_when("value_json.online"),
            more={**DIAGNOSTIC, "device_class": "connectivity"},
        ),
        Entity(
            "waiting",
            Platform.BINARY_SENSOR,
            Text(en="Waits for something", de="Wartet auf etwas"),
            topic,
            on_when("value_json.waits_for"),
            (reports(topic),),
            {
                **DIAGNOSTIC,
                "device_class": "problem",
                "json_attributes_topic": topic,
                "json_attributes_template": "{{ {'waits_for': value_json.waits_for} | tojson }}",
            },
        ),
        Entity(
            "refused",
            Platform.SENSOR,
            Text(en="Refused messages", de="Abgewiesene Nachrichten"),
            topic,
            value("dropped"),
            (reports(topic),),
            {**DIAGNOSTIC, "state_class": "total_increasing"},
        ),
    )
