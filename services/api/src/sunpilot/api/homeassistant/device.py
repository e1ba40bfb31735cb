"""A device of Home Assistant with its entities, as one discovery message."""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from sunpilot.api.homeassistant.entity import Entity, Language


@dataclass(frozen=True, slots=True)
class Device:
    """A device: ``id`` identifies it for ever, ``hub_id`` is the device that it is reached through.

    ``model`` and ``firmware`` are None until they are known.
    """

    id: str
    name: str
    manufacturer: str
    entities: tuple[Entity, ...]
    model: str | None = None
    firmware: str | None = None
    hub_id: str | None = None

    def announcement(self, version: str, language: Language) -> bytes:
        """The payload for Home Assistant's discovery topic of this device; ``version`` is Sunpilot's."""
        about: dict[str, JsonValue] = {
            "identifiers": [self.id],
            "name": self.name,
            "manufacturer": self.manufacturer,
            "model": self.model,
            "sw_version": self.firmware,
            "via_device": self.hub_id,
        }
        message: dict[str, JsonValue] = {
            "device": {key: known for key, known in about.items() if known is not None},
            "origin": {"name": "Sunpilot", "sw_version": version},
            "qos": 1,
            "components": {entity.key: entity.component(self.id, language) for entity in self.entities},
        }
        return json.dumps(message, ensure_ascii=False).encode()
