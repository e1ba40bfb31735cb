"""The page about Home Assistant, with its list of entities: ``python -m sunpilot.api.homeassistant.reference``."""

import sys
from collections.abc import Iterable, Iterator

from sunpilot.api.homeassistant import hub, inverter, orders, wattpilot
from sunpilot.api.homeassistant.entity import Entity
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.source_settings import SolarEdgeModbus
from sunpilot.contract.topics import Topics

_HEAD = """\
# Home Assistant

Sunpilot announces itself by MQTT device discovery: its devices and entities appear in Home Assistant by themselves,
with names, units and statistics, and no line of YAML. `make docs` writes this page from the code.

## Connect

1. Open Sunpilot's broker to your network: `BROKER_BIND=0.0.0.0` in `.env`, then `docker compose up -d`.
2. `docker compose run --rm setup show homeassistant` shows the account `homeassistant` and its password.
3. In Home Assistant: Settings, Devices & services, Add integration, MQTT. Enter the address of Sunpilot's machine,
   port 1883, that user and password. Leave discovery on, its prefix `homeassistant`, and the birth message as it is.

Home Assistant has one MQTT integration, and so one broker. Where it has another broker already, that one can pass
Sunpilot's topics on. On a Mosquitto, these lines do it (both directions of what is needed, and nothing else):

```
connection sunpilot
address 192.168.1.20:1883
remote_username homeassistant
remote_password THE-PASSWORD
topic sunpilot/# in 1
topic homeassistant/device/+/config in 1
topic homeassistant/status out 1
topic sunpilot/wattpilot/+/mode/set out 1
topic sunpilot/wattpilot/+/override/set out 1
```

Home Assistant 2024.12 or newer knows device discovery; the entity ids below are given from 2025.10 on. Every change
of Sunpilot is tried with Home Assistant's own core.

| setting in `.env` | default | meaning |
|---|---|---|
| `HOMEASSISTANT` | `true` | `false` takes back what was announced |
| `HOMEASSISTANT_LANGUAGE` | `en` | `de`: names and the decision's sentence in German; MQTT entities cannot have both |

Without containers the same are `SUNPILOT_HOMEASSISTANT` and `SUNPILOT_HOMEASSISTANT_LANGUAGE` for `make run`, whose
broker answers on its own machine only. `SUNPILOT_HOMEASSISTANT_PREFIX` is for a Home Assistant with another discovery
prefix; `mosquitto/acl` must then say the same.

## What you may rely on

- **Orders are checked as by REST.** A bad one is refused, counted by *Refused messages*, and named in the api's log.
  Entities show what holds, not what was asked. Home Assistant's account can write orders and nothing else.
- **An order ends as any other**: a switch, or a fixed current, at unplug, after 24 hours at the latest, or by *Back
  to the mode*.
- **What is true only now becomes unavailable** when it is not known any more: the Wattpilot's values when its
  connection is lost (the bridge's last will), readings when they are as old as a reading of that source may be,
  decisions without a controller, orders without the api. After a restart of Home Assistant a reading counts as new
  once; *Stale readings* and *Measured at* tell.
- **What was counted stays**: energies keep their last value.
- **Ids stay**, whatever a device is called. A new name of a Wattpilot or inverter arrives by itself.
- A **deleted** Wattpilot or inverter disappears. A **disabled** one stays: the box still reports, the decision says
  that it is released, and orders wait until it is enabled.

## Energy dashboard

| in the dashboard | entity |
|---|---|
| Grid consumption, return to grid | *Imported today*, *Exported today* of the grid inverter |
| Solar production | *Generated today* |
| Home battery, in and out | *Charged today*, *Discharged today* |
| Individual devices | *Energy* of the Wattpilot, which is the box's own counter |

The energies of the day are summed from readings and begin anew at midnight; your grid operator's meter counts more
exactly. Where *Generation known today* is less than 100 %, some inverter was silent at times: there was more sun than
*Generated today* says, and what the energy dashboard makes of it (consumption, self-sufficiency) is too small.

## Entities

`<id>` is the number of the Wattpilot or inverter. Modes and reasons are the same words in every language, so that
automations go on.
"""


def page() -> str:
    """The whole page."""
    topics = Topics()
    example = Inverter(id=1, name="Roof", source=SolarEdgeModbus(kind="solaredge-modbus", host="inverter"), house_id=1)
    battery = frozenset({"battery_w", "soc_pct"})
    box = (
        *orders.orders(topics, 1, "main"),
        *wattpilot.charge(topics, 1),
        *wattpilot.decision(topics, 1, ("main",), "en"),
    )
    house = (
        *inverter.readings(topics, example, battery),
        *inverter.day(topics, 1, has_battery=True),
        *inverter.source(topics, 1),
    )
    lines = [
        _HEAD,
        "### Wattpilot\n",
        *_table("sunpilot_wattpilot_<id>", box),
        "\n### Inverter\n",
        "The battery's where a reading spoke of one; grid, load and the day where it measures the grid.\n",
        *_table("sunpilot_inverter_<id>", house),
        "\n### Sunpilot\n",
        *_table("sunpilot", hub.service(topics, "main")),
    ]
    return "\n".join(lines) + "\n"


def _table(device_id: str, entities: Iterable[Entity]) -> Iterator[str]:
    yield from ("| name | German | entity | unit | |", "|---|---|---|---|---|")
    for entity in entities:
        component = entity.component(device_id, "en")
        unit = component.get("unit_of_measurement", "")
        notes = [
            note
            for note, applies in (
                ("order", "command_topic" in component),
                ("diagnostic", component.get("entity_category") == "diagnostic"),
                ("off at first", component.get("enabled_by_default") is False),
            )
            if applies
        ]
        where = f"`{component['default_entity_id']}`"
        yield f"| {entity.name.en} | {entity.name.de} | {where} | {unit} | {', '.join(notes)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
