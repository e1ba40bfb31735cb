"""The entities by which a person gives orders: mode and override."""

from pydantic import JsonValue

from sunpilot.api.homeassistant.entity import Entity, Platform, on_when, reports
from sunpilot.contract.decision import Text
from sunpilot.contract.order import Mode, OverrideKind, OverrideRequest
from sunpilot.contract.topics import Topics


def orders(topics: Topics, wattpilot_id: int, api: str) -> tuple[Entity, ...]:
    """A person's orders; unavailable without the api, which takes them. What holds is shown, not what was asked."""
    mode, override = topics.wattpilot(wattpilot_id, "mode"), topics.wattpilot(wattpilot_id, "override")
    decided = topics.wattpilot(wattpilot_id, "decision")
    alive = (reports(topics.service("api", api)),)
    send: dict[str, JsonValue] = {"command_topic": f"{override}/set"}

    def switch(key: str, kind: OverrideKind, en: str, de: str) -> Entity:
        # The override's own topic is empty without one, which Home Assistant would not hear after its restart.
        held = on_when(f"value_json.override == '{kind}'")
        asked = OverrideRequest(kind=kind).model_dump_json(exclude_none=True)
        more = {**send, "payload_on": asked, "payload_off": "", "state_on": "ON", "state_off": "OFF"}
        return Entity(key, Platform.SWITCH, Text(en=en, de=de), decided, held, alive, more)

    return (
        Entity(
            "mode",
            Platform.SELECT,
            Text(en="Mode", de="Modus"),
            mode,
            alive=alive,
            more={"command_topic": f"{mode}/set", "options": [one.value for one in Mode]},
        ),
        switch("full", OverrideKind.FULL, "Full power now", "Jetzt volle Leistung"),
        switch("no_charging", OverrideKind.OFF, "Do not charge now", "Jetzt nicht laden"),
        Entity(
            "fixed_current",
            Platform.NUMBER,
            Text(en="Fixed current now", de="Jetzt fester Strom"),
            override,
            "{{ value_json.amps if value_json is defined else 'None' }}",
            alive,
            {
                **send,
                "command_template": '{"kind": "fixed", "amps": {{ value | int }}}',
                "device_class": "current",
                "unit_of_measurement": "A",
                "min": 6,
                "max": 32,
                "step": 1,
                "mode": "box",
            },
        ),
        Entity(
            "end_override",
            Platform.BUTTON,
            Text(en="Back to the mode", de="Zurück zum Modus"),
            alive=alive,
            more={**send, "payload_press": ""},
        ),
        Entity(
            "override_end",
            Platform.SENSOR,
            Text(en="Override ends at the latest", de="Vorrang endet spätestens"),
            override,
            "{{ value_json.ends_at if value_json is defined else 'None' }}",
            alive,
            {"device_class": "timestamp"},
        ),
    )
