"""The devices that are announced: Sunpilot itself, each Wattpilot, each inverter."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sunpilot.api.homeassistant import hub, inverter, orders, wattpilot
from sunpilot.api.homeassistant.device import Device
from sunpilot.api.homeassistant.entity import Language
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.topics import Topics
from sunpilot.contract.wattpilot import Wattpilot


@dataclass(frozen=True, slots=True)
class Box:
    """What a Wattpilot says that it is."""

    model: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the configuration: Sunpilot's version, the instances of the api and the controllers, what
    the Wattpilots are, and which fields the readings of each inverter had.
    """

    version: str
    api: str
    controllers: tuple[str, ...]
    boxes: Mapping[int, Box] = field(default_factory=dict)
    seen: Mapping[int, frozenset[str]] = field(default_factory=dict)


def devices(topics: Topics, configuration: Configuration, known: Known, language: Language) -> tuple[Device, ...]:
    """Sunpilot itself, then every Wattpilot and inverter."""
    sunpilot = Device(
        id=topics.root,
        name="Sunpilot",
        manufacturer="Sunpilot",
        entities=hub.service(topics, known.api),
        firmware=known.version,
    )
    return (
        sunpilot,
        *(_wattpilot(topics, one, known, language) for one in configuration.wattpilots.values()),
        *(_inverter(topics, one, known) for one in configuration.inverters.values()),
    )


def is_ours(topics: Topics, device_id: str) -> bool:
    """An id that `devices` may have given, now or earlier."""
    kind, _, number = device_id.removeprefix(f"{topics.root}_").partition("_")
    is_numbered = kind in ("wattpilot", "inverter") and number.isascii() and number.isdigit()
    return device_id == topics.root or (device_id.startswith(f"{topics.root}_") and is_numbered)


def _wattpilot(topics: Topics, one: Wattpilot, known: Known, language: Language) -> Device:
    box = known.boxes.get(one.id, Box())
    return Device(
        id=f"{topics.root}_wattpilot_{one.id}",
        name=one.name,
        manufacturer="Fronius",
        model=box.model,
        firmware=box.firmware,
        hub_id=topics.root,
        entities=(
            *orders.orders(topics, one.id, known.api),
            *wattpilot.charge(topics, one.id),
            *wattpilot.decision(topics, one.id, known.controllers, language),
        ),
    )


def _inverter(topics: Topics, one: Inverter, known: Known) -> Device:
    seen = known.seen.get(one.id, frozenset())
    is_grid = one.role is Role.GRID
    return Device(
        id=f"{topics.root}_inverter_{one.id}",
        name=one.name,
        manufacturer="Sunpilot",
        model=one.source.kind,
        hub_id=topics.root,
        entities=(
            *inverter.readings(topics, one, seen),
            *(inverter.day(topics, one.house_id, has_battery="battery_w" in seen) if is_grid else ()),
            *inverter.source(topics, one.id),
        ),
    )
