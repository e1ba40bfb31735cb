"""How entities clash, and what to change first: by field for scripts, by the page's labels for people. Pure."""

from sunpilot.api.refusal import ConflictError
from sunpilot.contract.decision import Text
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.wattpilot import Wattpilot

_ANEW = Text(
    en="An inverter that exists is asked this no more: remove it, and add it again.",
    de="Ein vorhandener Wechselrichter wird das nicht mehr gefragt: Entferne ihn, und füge ihn neu hinzu.",
)


def same_name(other: Inverter) -> ConflictError:
    """Another inverter has the name."""
    return ConflictError(
        Text(
            en=f"“{other.name}” exists already: choose another name, or change that one.",
            de=f"„{other.name}“ gibt es schon: Wähle einen anderen Namen, oder ändere den vorhandenen Eintrag.",
        ),
        f"{other.name} exists already as inverter {other.id}; change that one, or choose another name.",
    )


def same_source(other: Inverter) -> ConflictError:
    """Another inverter reads the same device."""
    return ConflictError(
        Text(
            en=f"“{other.name}” reads the same source already, and its power would count twice: choose another source, "
            f"or change “{other.name}”.",
            de=f"„{other.name}“ liest schon dieselbe Quelle, und ihre Leistung würde doppelt zählen: Wähle eine andere "
            f"Quelle, oder ändere „{other.name}“.",
        ),
        f"Inverter {other.id} ({other.name}) reads the same source already, and its power would count twice; "
        f"change that one, or choose another source.",
    )


def named_wattpilot(by: Inverter, wattpilot_id: int) -> ConflictError:
    """An inverter names the Wattpilot, and so keeps it in its house."""
    return ConflictError(
        Text(
            en=f"“{by.name}” has this Wattpilot as its “Wattpilot of this house”: choose “none” there first.",
            de=f"„{by.name}“ hat diesen Wattpilot als „Wattpilot dieses Hauses“: Wähle dort zuerst „keiner“.",
        ),
        f"Wattpilot {wattpilot_id} belongs to inverter {by.id} ({by.name}) and its house {by.house_id}; "
        f"set that one's wattpilot_id to null first.",
    )


def housed_wattpilot(wattpilot: Wattpilot, house: House) -> ConflictError:
    """The Wattpilot has chosen another house itself."""
    return ConflictError(
        Text(
            en=f"“{wattpilot.name}” is in the house “{house.name}”: "
            f"under “Wattpilots”, choose “none” as its “House” first.",
            de=f"„{wattpilot.name}“ gehört zum Haus „{house.name}“: "
            f"Wähle unter „Wattpilots“ zuerst „keines“ als sein „Haus“.",
        ),
        f"Wattpilot {wattpilot.id} stands in house {house.id}; set its house_id to null first.",
    )


def second_grid(house: House, grid: Inverter) -> ConflictError:
    """The house's connection is measured already."""
    return ConflictError(
        Text(
            en=f"“{grid.name}” measures the connection of the house “{house.name}” already: "
            f"choose “Adds generation to {house.name}” under “What it measures”. {_ANEW.en}",
            de=f"„{grid.name}“ misst schon den Anschluss des Hauses „{house.name}“: "
            f"Wähle unter „Was er misst“ „Erzeugt zusätzlich für {house.name}“. {_ANEW.de}",
        ),
        f"House {house.id} has its grid inverter already: {grid.id} ({grid.name}); "
        f"use role 'pv', or change that one first.",
    )


def no_grid(house: House) -> ConflictError:
    """Nothing else measures the house's connection."""
    return ConflictError(
        Text(
            en=f"Nothing else measures the connection of the house “{house.name}”: "
            f"choose “A house connection of its own” under “What it measures”. {_ANEW.en}",
            de=f"Sonst misst nichts den Anschluss des Hauses „{house.name}“: "
            f"Wähle unter „Was er misst“ „Einen eigenen Hausanschluss“. {_ANEW.de}",
        ),
        f"House {house.id} would be without a grid inverter, which measures its connection; "
        f"leave this one's role 'grid', or name the house of a grid inverter as house_id.",
    )


def still_measured(grid: Inverter, other: Inverter) -> ConflictError:
    """Another inverter of the house needs this one's measurement of the connection."""
    return ConflictError(
        Text(
            en=f"“{grid.name}” measures the connection of its house, and “{other.name}” is still in that house: "
            f"remove “{other.name}” first.",
            de=f"„{grid.name}“ misst den Anschluss seines Hauses, zu dem „{other.name}“ noch gehört: "
            f"Entferne zuerst „{other.name}“.",
        ),
        f"Inverter {grid.id} ({grid.name}) measures the grid connection of house {grid.house_id}, and inverter "
        f"{other.id} ({other.name}) is still in it; delete that one, or move it to another house, first.",
    )


def house_goes_too(last: Inverter, house: House) -> ConflictError:
    """The house would be empty, and nobody has asked for it to go."""
    return ConflictError(
        Text(
            en=f"“{last.name}” is by now the last one of the house “{house.name}”, which would go with it, with its "
            f"place, prices and fuse. To exchange the source, change “{last.name}” instead; to let both go, load the "
            f"page again, then remove it.",
            de=f"„{last.name}“ ist inzwischen der letzte im Haus „{house.name}“, das mit ihm verschwände, samt Ort, "
            f"Preisen und Sicherung. Um die Quelle auszutauschen, ändere „{last.name}“; soll beides weg, lade die "
            f"Seite neu und entferne ihn dann.",
        ),
        f"Inverter {last.id} ({last.name}) is the last of house {house.id} ({house.name}), which would go with it, and "
        f"with it its place, prices and fuse. To exchange the source, change the inverter instead; to let both go, "
        f"send this again with ?with_house=true.",
    )
